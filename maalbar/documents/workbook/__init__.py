"""The computation of a settlement as a spreadsheet: live formulas from approved results to every krone, for a party to check.

`given` is what it gets, `course` puts every step into the `book`, `waterfall`, `transfers` and `investors` follow the money from
there, and `writing` makes the file of it.
"""

from __future__ import annotations

from collections.abc import Mapping

from maalbar.contract.model import Agreement
from maalbar.contract.versions import in_force, versions
from maalbar.documents.language import Language
from maalbar.documents.workbook.book import Book
from maalbar.documents.workbook.course import computed
from maalbar.documents.workbook.formulas import LARGEST
from maalbar.documents.workbook.given import (
    Claimed,
    Entitlement,
    Figure,
    Invested,
    Measured,
    Moved,
    Results,
    Settled,
)
from maalbar.documents.workbook.read_me import measured_as, read_me, standing_told, warnings
from maalbar.documents.workbook.units import Units
from maalbar.documents.workbook.waterfall import handed_on
from maalbar.documents.workbook.writing import written
from maalbar.errors import SettlementRefused

__all__ = [
    "Claimed",
    "Entitlement",
    "Figure",
    "Invested",
    "Measured",
    "Moved",
    "Results",
    "Settled",
    "measured_as",
    "standing_told",
    "workbook",
]


def workbook(
    agreement: Agreement,
    results: Results,
    settled: Settled,
    passport: Mapping[str, str],
    source: Mapping[str, str],
    language: Language = "da",
    standing: str = "",
    beware: str = "",
) -> bytes:
    """The computation as an XLSX file. `passport`: what it was made from. `source`: period → where its results are from.

    `standing`: whether it still holds, said on the first sheet; `beware`: what is said on every sheet, in red, beside what is
    always said of a rehearsal and of terms that are not agreed.
    Raises SettlementRefused where it is more than a spreadsheet can compute exactly.
    """
    if settled.largest > LARGEST:
        what = "amounts are too large for the fifteen digits of a spreadsheet"
        raise SettlementRefused(what, where=agreement.id, mend="use `maalbar settle --json` instead")
    every = versions(agreement)
    outcomes = {name: None for version in every for name in version.outcomes}
    named = [*outcomes, "termination", *(floor.id for version in every for floor in version.terms.floors)]
    titles = {}
    for name in dict.fromkeys(named):
        holder = next((v for v in every if name in v.outcomes or any(x.id == name for x in v.terms.floors)), agreement)
        title = holder.title_of(name)
        titles[name] = title.get(language, title["da"])
    names = {party_id: party.label for party_id, party in agreement.parties.items()}
    bewares = warnings(agreement, beware, language)
    book = Book(language, agreement.terms.currency, " ".join(bewares), names, titles, dict(source))
    units = Units(book, {name: number for number, name in enumerate(sorted(outcomes), start=1)})
    lines = computed(agreement, book, units, results, settled)
    handed = handed_on(book, in_force(agreement, settled.periods[-1]), settled.periods, lines)
    said = read_me(agreement, passport, language, standing, bewares)
    return written(agreement, book, units, lines, handed, settled, said)
