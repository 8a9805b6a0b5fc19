"""What the avoided units are reckoned to be worth: in sum for page one, and as a table in which a reader can multiply."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from maalbar.documents.content import Block, Note, Table
from maalbar.documents.effects import HIDDEN
from maalbar.documents.facts import ValueFact
from maalbar.documents.formats import Formats
from maalbar.documents.language import danish

DIGITS = 4
"""Decimals of avoided units, so that their worth comes out to the krone."""
HEADERS = (
    danish("Resultat"), danish("Talt"), danish("Ventet uden indsatsen"), danish("Undgået"), danish("Værdi af én"),
    danish("Hos"), danish("Andel"), danish("Beregnet værdi"),
)  # fmt: skip
BEARERS = {"region": danish("region"), "kommune": danish("kommune"), "stat": danish("stat")}
"""The levels of the public sector, as contracts write them; what else a contract names is shown as it is."""


def bearer_in_words(bearer: str, form: Formats) -> str:
    """Who a worth is to, in the reader's language."""
    return form.say(BEARERS[bearer]) if bearer in BEARERS else bearer


def worth_by_bearer(values: Iterable[ValueFact]) -> dict[str, int | None]:
    """Bearer → the sum of its worth over the outcomes, in minor units; withheld where any part of it is."""
    sums: dict[str, int | None] = {}
    for value in values:
        for bearer, minor in value.worth_minor.items():
            before = sums.get(bearer, 0)
            sums[bearer] = None if before is None or minor is None else before + minor
    return sums


def worth_blocks(values: tuple[ValueFact, ...], form: Formats) -> tuple[Block, ...]:
    """A row for each outcome and bearer, and how they are reckoned; nothing where the contract says no worth."""
    rows = tuple(row for value in values for row in _rows(value, form))
    if not rows:
        return ()
    sums = "; ".join(
        f"{bearer_in_words(bearer, form)} {_amount(minor, form)}" for bearer, minor in worth_by_bearer(values).items()
    )
    told = form.say(
        "Ventet er det talte divideret med 1 + ændringen i alle perioder til nu. Undgået × værdi af én × andel giver den "
        "beregnede værdi, i hele kroner. I alt {sums}, hvilket ikke er en betaling og ikke nødvendigvis frigjort budget.",
        sums=sums,
    )
    caption = form.say("Fra undgåede til beregnet værdi, til og med denne periode")
    return Table(
        caption, tuple(map(form.say, HEADERS)), rows, (False, True, True, True, True, False, True, True)
    ), Note(told)


def _rows(value: ValueFact, form: Formats) -> Iterator[tuple[str, ...]]:
    units: tuple[str, ...] = (form.say(HIDDEN),) * 3
    if value.counted is not None and value.expected is not None:
        told = (value.expected, value.expected - value.counted)
        units = (form.number(value.counted), *(form.number(number, DIGITS) for number in told))
    for bearer, share in value.shares.items():
        worth = _amount(value.worth_minor[bearer], form)
        yield (
            value.title,
            *units,
            form.amount(value.unit_minor),
            bearer_in_words(bearer, form),
            form.percent(share),
            worth,
        )


def _amount(minor: int | None, form: Formats) -> str:
    return form.say(HIDDEN) if minor is None else form.amount(minor)
