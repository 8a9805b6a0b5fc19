"""Why a row was set aside, in words: for us in English, for its sender in Danish, each with how it is mended.

A reason is what `transforms/validate.py`, `conversion.py` and `repeated.py` write into the quarantine: a rule and the canonical
columns it is about, no value. The sender knows his own columns, so a reason is told by those.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from maalbar.contract.delivering import Delivery
from maalbar.tables import TABLES

MOST_RANGES = 12
MOST_CODES = 10
"""Of more agreed codes than this the first are listed in a sentence and the others counted."""
WIDE = {"answer": "svarene", "quantity": "tallene", "week_from": "ugekolonnerne", "code": "ugekolonnerne"}
"""Canonical columns that many columns of a wide file become."""
DERIVED = {
    "started_on": ("started_at", "billing_week"),
    "ended_on": ("ended_at",),
    "started_minute": ("started_at",),
    "ended_minute": ("ended_at",),
    "minutes": ("started_at",),
}
"""Canonical column → those that it follows from where the file has no column for it."""
PARTS = {"%Y": "ÅÅÅÅ", "%m": "MM", "%d": "DD", "%H": "TT", "%M": "MM", "%S": "SS"}


@dataclass(frozen=True)
class Reason:
    """`text`: as the quarantine holds it. `code`: by which a person names it. `column`: the sender's, or several."""

    text: str
    code: str
    column: str
    mend: str
    danish: str
    danish_mend: str
    may_be_released: bool = False
    """Whether the row can be read and used as it stands, so that a person who knows may say that it is right."""


@dataclass(frozen=True)
class Counted:
    """A reason with the rows that have it. `ranges`: their numbers; row 1 is the first below the header."""

    reason: Reason
    rows: int
    ranges: str


def reason_of(text: str, delivery: Delivery, as_of: date) -> Reason:
    """A reason in words. One that is not known is told as it stands and never released."""
    for pattern, told in _KINDS:
        if found := re.fullmatch(pattern, text):
            return told(text, found, delivery, as_of)
    return Reason(text, "other", "", "correct the row", text, "ret rækken")


def ranges(numbers: Iterable[int], most: int = MOST_RANGES) -> str:
    """`3, 7–9, 12`: ascending row numbers as ranges; those beyond `most` ranges are counted."""
    found = list(_runs(numbers))
    told = ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in found[:most])
    left = sum(last - first + 1 for first, last in found[most:])
    return f"{told} … (+{left})" if left else told


def _runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    first = last = None
    for number in numbers:
        if last is not None and number == last + 1:
            last = number
            continue
        if first is not None and last is not None:
            yield first, last
        first = last = number
    if first is not None and last is not None:
        yield first, last


def column_of(canonical: str, delivery: Delivery) -> str:
    """What the sender calls a canonical column; the canonical name where no one column of his becomes it."""
    for name in (canonical, *DERIVED.get(canonical, ())):
        for columns in (delivery.columns, *(layout.columns for layout in delivery.layouts)):
            if name in columns:
                return columns[name]
    if delivery.shape != "rows" and canonical in WIDE:
        return WIDE[canonical]
    return canonical


def written(date_format: str) -> str:
    """A date format as a Danish reader sees it: ÅÅÅÅ-MM-DD."""
    return re.sub("%[YmdHMS]", lambda part: PARTS[part[0]], date_format)


def _empty(text: str, found: re.Match[str], delivery: Delivery, as_of: date) -> Reason:
    column = column_of(found["column"], delivery)
    code = f"{found['column']}.empty"
    return Reason(text, code, column, f"fill in {column}", f"{column} er tom", f"udfyld {column}")


def _unknown(text: str, found: re.Match[str], delivery: Delivery, as_of: date) -> Reason:
    name = found["column"]
    column, codes = column_of(name, delivery), list(delivery.codes.get(name, {}))
    canonical = TABLES[delivery.table].columns.get(name)
    agreed = codes or list(canonical.allowed if canonical else ())
    mend = f"use the agreed codes{_listed(agreed, 'and {} more')}"
    danish = f"brug de aftalte koder{_listed(agreed, 'og {} flere')}"
    return Reason(
        text, f"{name}.unknown_code", column, mend, f"koden i {column} er ikke en af de aftalte", f"{danish}, eller sig til"
    )  # fmt: skip


def _unreadable(text: str, found: re.Match[str], delivery: Delivery, as_of: date) -> Reason:
    name, kind = found["column"], found["kind"]
    column = column_of(name, delivery)
    form = written(delivery.date_format)
    said = {
        "date": (f"write the day as {delivery.date_format}", "en dato", f"skriv dagen som {form}"),
        "timestamp": (f"write day and time as {delivery.date_format}", "et tidspunkt", f"skriv dag og tid som {form}"),
        "integer": ("write a whole number", "et helt tal", "skriv et helt tal uden andre tegn"),
        "hundredths": (
            f"write a number with at most two decimals after `{delivery.decimal}`",
            "et tal",
            f"skriv et tal med højst to decimaler efter «{delivery.decimal}»",
        ),
        "flag": ("use the agreed codes", "ja eller nej", "brug de aftalte koder"),
        "text": ("write text", "tekst", "skriv tekst"),
    }
    mend, what, danish = said[kind]
    return Reason(
        text, f"{name}.unreadable", column, mend, f"{column} kan ikke læses som {what}", f"{danish} i {column}"
    )


def _outside(text: str, found: re.Match[str], delivery: Delivery, as_of: date) -> Reason:
    scale, item = found["scale"], found["item"]
    column = delivery.items.get(scale, {}).get(item) or column_of("answer", delivery)
    low, high = found["low"], found["high"]
    mend = f"write {low} to {high} in {column}, and leave it empty where there is no answer"
    danish_mend = f"skriv {low} til {high} i {column}, og lad den stå tom, hvor der ikke er svaret"
    danish = f"svaret i {column} ligger uden for skalaen ({low} til {high})"
    return Reason(text, f"answer.outside.{scale}.{item}", column, mend, danish, danish_mend)


def _too_early(text: str, found: re.Match[str], delivery: Delivery, as_of: date) -> Reason:
    column = column_of(found["column"], delivery)
    mend = f"correct {column}, or tell us that it is right"
    danish = f"ret {column}, eller sig til os, at den er rigtig"
    code = f"{found['column']}.before_1900"
    return Reason(text, code, column, mend, f"{column} ligger før år 1900", danish, True)


def _too_late(text: str, found: re.Match[str], delivery: Delivery, as_of: date) -> Reason:
    column = column_of(found["column"], delivery)
    mend = f"correct {column}, or tell us that it is right"
    danish = f"{column} ligger efter den dag, filen beskriver ({as_of})"
    danish_mend = f"ret {column}, eller sig til os, at den er rigtig"
    return Reason(text, f"{found['column']}.after_as_of", column, mend, danish, danish_mend, True)


def _out_of_order(text: str, found: re.Match[str], delivery: Delivery, as_of: date) -> Reason:
    later, earlier = (column_of(found[name], delivery) for name in ("later", "earlier"))
    code = f"{found['later']}.before_{found['earlier']}"
    mend = f"correct {later} or {earlier}"
    return Reason(
        text, code, f"{later}, {earlier}", mend, f"{later} ligger før {earlier}", f"ret {later} eller {earlier}"
    )


def _no_week(text: str, found: re.Match[str], delivery: Delivery, as_of: date) -> Reason:
    column = column_of("billing_week", delivery)
    return Reason(
        text, "billing_week.no_week", column, f"write {column} as YYWW", f"{column} er ikke en uge",
        f"skriv {column} som ÅÅUU",
    )  # fmt: skip


def _clashing(text: str, found: re.Match[str], delivery: Delivery, as_of: date) -> Reason:
    key = ", ".join(dict.fromkeys(column_of(name, delivery) for name in TABLES[delivery.table].key))
    mend = f"send one row for each {key}"
    danish = f"en anden række har samme {key}, men andet indhold"
    return Reason(text, "key.clashing", key, mend, danish, f"send én række for hver {key}, den rigtige")


def _nothing_to_take_back(text: str, found: re.Match[str], delivery: Delivery, as_of: date) -> Reason:
    column = delivery.corrections or ""
    mend = "send the row that is taken back in the same file, or leave out the one that takes it back"
    danish = "rækken tilbagefører en række, der ikke er i filen"
    danish_mend = "send også den række, der tilbageføres, eller udelad tilbageførslen"
    return Reason(text, "corrections.nothing_taken_back", column, mend, danish, danish_mend)


def _listed(codes: list[str], more: str) -> str:
    """`: A, B, C`, and by `more` how many are left out; nothing where there are no codes."""
    left = len(codes) - MOST_CODES
    told = [", ".join(codes[:MOST_CODES]), *([more.format(left)] if left > 0 else [])]
    return f": {' '.join(told)}" if codes else ""


_KINDS = (
    ("billing_week: no ISO week", _no_week),
    (r"(?P<column>\w+): empty", _empty),
    (r"(?P<column>\w+): unknown code", _unknown),
    (r"(?P<column>\w+): not a (?P<kind>date|timestamp|integer|hundredths|flag|text)", _unreadable),
    (r"answer: outside (?P<low>\d+) to (?P<high>\d+) \((?P<scale>\w+) (?P<item>\w+)\)", _outside),
    (r"(?P<column>\w+): before 1900", _too_early),
    (r"(?P<column>\w+): after the day the delivery describes", _too_late),
    (r"(?P<later>\w+) before (?P<earlier>\w+)", _out_of_order),
    ("same key as another row, with other content", _clashing),
    ("takes back a row that is not here", _nothing_to_take_back),
)
