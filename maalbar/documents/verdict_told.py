"""What a sender is told of a file before it is sent: in the Danish words of the page and the mail, or in English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from maalbar.documents import checks_told
from maalbar.documents.formats import Formats, plain
from maalbar.documents.refused_files import mend_in_danish, what_in_danish
from maalbar.documents.set_aside import Counted
from maalbar.documents.to_the_sender import rows_in_danish
from maalbar.errors import MaalbarError, SetupError

_FORM = Formats("da_DK", "DKK")
PARTS = {
    "accepted": ("accepted", "modtages"),
    "quarantined": ("set aside", "lægges til side"),
    "collapsed": ("the same as others", "er ens med andre"),
    "cancelled": ("not meant or taken back", "er ikke ment eller er taget tilbage"),
    "erased": ("of erased persons", "er om slettede personer"),
}
"""The parts of a row account, in English and Danish."""
QUESTIONS = {
    "{} has no delivery `{}`": "{} har ingen leverance «{}»",
    "its deliveries are {}": "leverancerne er {}",
    "there is no such file": "den fil findes ikke",
    "name the file that you would send": "nævn den fil, I vil sende",
    "nothing says which day the file describes": "intet siger, hvilken dag filen beskriver",
    "give --as-of YYYY-MM-DD": "skriv --as-of ÅÅÅÅ-MM-DD",
    "--as-of is no day": "--as-of er ikke en dag",
    "write --as-of YYYY-MM-DD": "skriv --as-of ÅÅÅÅ-MM-DD",
    "is there already and says something else": "findes i forvejen og siger noget andet",
    "take it away first": "flyt den først",
    "--supersedes says nothing by itself": "--supersedes siger intet alene",
    "give it with --write-manifest": "skriv det sammen med --write-manifest",
    "is no SHA-256": "er ikke en SHA-256",
    "give all 64 signs of the hash of the file it corrects": "skriv alle 64 tegn af hash af den fil, den retter",
}
"""What is wrong with a question about a file, and how it is asked instead."""


class Language(StrEnum):
    DA = "da"
    EN = "en"


@dataclass(frozen=True)
class VerdictFacts:
    """What would become of a file. `account`: part (a key of PARTS, and `rows_in`) → rows, None where they were not counted.

    `manifest`: where its manifest was written, or nothing.
    """

    file: str
    as_of: date
    fault: MaalbarError | None
    account: dict[str, int] | None
    reasons: tuple[Counted, ...]
    manifest: str = ""


def verdict_lines(facts: VerdictFacts, language: Language) -> list[str]:
    """The lines, the verdict first. Every fault of the file has a line of its own."""
    return [plain(line) for line in (_danish(facts) if language is Language.DA else _english(facts))]


def fault_in_danish(fault: MaalbarError, reasons: tuple[Counted, ...]) -> tuple[str, str]:
    """What is wrong with a file and how it is mended, as its sender is told it."""
    return (
        what_in_danish(checks_told.broken(fault.what)),
        mend_in_danish(checks_told.beside(fault.mend, bool(reasons))),
    )


def question_in_danish(error: SetupError) -> SetupError:
    """A question that cannot be asked, in Danish; what has no words stays as it is."""
    return SetupError(_asked(error.what), where=error.where, mend=_asked(error.mend))


def account_line(account: dict[str, int]) -> str:
    """`10 rows in = 9 accepted + 1 set aside`; parts that are nothing are left out."""
    parts = [f"{account[part]} {english}" for part, (english, _) in _parts(account)]
    return f"{account['rows_in']} rows in = {' + '.join(parts)}"


def _parts(account: dict[str, int]) -> Iterator[tuple[str, tuple[str, str]]]:
    return ((part, words) for part, words in PARTS.items() if account[part] or part == "accepted")


def _danish(facts: VerdictFacts) -> Iterator[str]:
    if facts.fault:
        what, mend = fault_in_danish(facts.fault, facts.reasons)
        yield f"Filen {facts.file} ville ikke blive modtaget:"
        yield from (f"  - {clause}" for clause in what.split("; "))
        if mend:
            yield f"  Sådan rettes det: {mend}."
    else:
        yield f"Filen {facts.file} ville blive modtaget. Den beskriver {_FORM.day(facts.as_of)}."
    if facts.account:
        parts = [f"{_FORM.number(facts.account[part])} {danish}" for part, (_, danish) in _parts(facts.account)]
        yield f"  Den har {_many(facts.account['rows_in'])} under kolonnenavnene: {', '.join(parts)}."
    yield from rows_in_danish(facts.reasons)
    if facts.reasons:
        yield "  Række nr. 1 er den første under kolonnenavnene."
    if not facts.fault:
        yield (
            "  Antallet af rækker holdes først op mod tidligere leverancer, når filen er kommet: en fil, der er klippet over "
            "mellem to rækker, ses ikke her. Se efter, om antallet er det, I venter."
        )
    if facts.manifest:
        yield f"  Manifestet er skrevet: {facts.manifest}. Læg det samme sted som filen, efter filen."


def _english(facts: VerdictFacts) -> Iterator[str]:
    if facts.fault:
        yield f"{facts.file} would be refused:"
        yield from (f"  - {clause}" for clause in checks_told.broken(facts.fault.what).split("; "))
        if facts.fault.mend:
            yield f"  to mend it: {checks_told.beside(facts.fault.mend, bool(facts.reasons))}"
    else:
        yield f"{facts.file} would be taken in, as of {facts.as_of}"
    if facts.account:
        yield f"  {account_line(facts.account)}"
    yield from (f"  {line}" for line in reason_lines(facts.reasons))
    if not facts.fault:
        yield (
            "  the number of rows is held against earlier deliveries only when the file has come: one that is cut off between "
            "two rows is not seen here; see whether it is the number that you expect"
        )
    if facts.manifest:
        yield f"  its manifest is written: {facts.manifest}; put it where the file goes, after the file"


def reason_lines(reasons: tuple[Counted, ...]) -> Iterator[str]:
    """A line in English for each reason that rows are set aside for."""
    for one in reasons:
        released = f"; may be released as {one.reason.code}" if one.reason.may_be_released else ""
        yield f"set aside: {one.rows} × {one.reason.text} (rows {one.ranges}): {one.reason.mend}{released}"


def _many(rows: int) -> str:
    return f"{_FORM.number(rows)} {'række' if rows == 1 else 'rækker'}"


def _asked(text: str) -> str:
    for english, danish in QUESTIONS.items():
        if found := re.fullmatch(re.escape(english).replace(r"\{\}", "(.+)"), text):
            return danish.format(*found.groups())
    return text
