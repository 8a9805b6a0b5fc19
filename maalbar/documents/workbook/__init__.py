"""The computation of a settlement as a spreadsheet: live formulas from approved results to every krone, for a party to check.

`given` is what it gets, `course` puts every step into the `book`, `writing` makes the file of it.
"""

from __future__ import annotations

from collections.abc import Mapping

from maalbar.contract.model import Agreement
from maalbar.contract.versions import versions
from maalbar.documents.language import Language
from maalbar.documents.workbook.book import Book
from maalbar.documents.workbook.course import computed
from maalbar.documents.workbook.formulas import LARGEST
from maalbar.documents.workbook.given import Claimed, Figure, Measured, Results, Settled
from maalbar.documents.workbook.read_me import read_me
from maalbar.documents.workbook.units import Units
from maalbar.documents.workbook.writing import written
from maalbar.errors import SettlementRefused

__all__ = ["Claimed", "Figure", "Measured", "Results", "Settled", "workbook"]


def workbook(
    agreement: Agreement,
    results: Results,
    settled: Settled,
    passport: Mapping[str, str],
    source: Mapping[str, str],
    language: Language = "da",
) -> bytes:
    """The computation as an XLSX file. `passport`: what it was made from. `source`: period → where its results are from.

    Raises SettlementRefused where it is more than a spreadsheet can compute exactly.
    """
    if max((abs(amount) for amount in settled.lines.values()), default=0) > LARGEST:
        what = "amounts are too large for the fifteen digits of a spreadsheet"
        raise SettlementRefused(what, where=agreement.id, mend="use `maalbar settle --json` instead")
    every = versions(agreement)
    outcomes = {name: None for version in every for name in version.outcomes}
    lines = [*outcomes, "termination", *(floor.id for version in every for floor in version.terms.floors)]
    titles = {}
    for name in dict.fromkeys(lines):
        holder = next((v for v in every if name in v.outcomes or any(x.id == name for x in v.terms.floors)), agreement)
        title = holder.title_of(name)
        titles[name] = title.get(language, title["da"])
    names = {party_id: party.label for party_id, party in agreement.parties.items()}
    book = Book(language, agreement.terms.currency, names, titles, dict(source))
    units = Units(book, {name: number for number, name in enumerate(sorted(outcomes), start=1)})
    formulas = computed(agreement, book, units, results, settled)
    return written(agreement, book, units, formulas, settled, read_me(agreement, passport, language))
