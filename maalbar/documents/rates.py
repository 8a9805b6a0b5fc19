"""The figures behind the effects: one table per outcome, windows down, the two arms below each other in each window."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from maalbar.documents.content import Block, Note, Table
from maalbar.documents.effects import HIDDEN, INTERVAL
from maalbar.documents.facts import RateFact, StatementFacts
from maalbar.documents.findings import RatedFact
from maalbar.documents.followed import ARMS, between, mortality_in_words, number, windows_in_words
from maalbar.documents.formats import Formats
from maalbar.documents.language import danish
from maalbar.documents.phrases import ABSENT
from maalbar.documents.refusals import reason_in_words

REFUSED = danish("ikke beregnet")
ALWAYS = (0, 3)
"""The columns that stand even where every cell is withheld: persons and value."""


def rate_blocks(facts: StatementFacts, form: Formats) -> tuple[Block, ...]:
    """A table per outcome, why rates are not standardised, and the mortality of the same time beside them."""
    blocks: list[Block] = list(rate_tables(facts, form))
    if any(rate.standardised is not None or rate.standardised_refused for rate in facts.rates) and facts.standard:
        blocks.append(
            Note(form.say("Standardiserede rater er, som de ville være i {standard}.", standard=facts.standard))
        )
    blocks += [Note(text) for text in _refusals(facts.rates, form)]
    if facts.mortality is not None and blocks:
        blocks.append(Note(mortality_in_words(facts.mortality, form)))
    return tuple(blocks)


def rate_tables(facts: StatementFacts, form: Formats) -> tuple[Table, ...]:
    """One table per outcome, in the order in which the outcomes first appear."""
    titles = {rate.outcome: f"{rate.title}, {rate.unit}" for rate in facts.rates}
    named = windows_in_words(facts, form)
    return tuple(
        _table(title, [rate for rate in facts.rates if rate.outcome == outcome], named, form)
        for outcome, title in titles.items()
    )


def _table(title: str, rates: list[RateFact], named: dict[str, str], form: Formats) -> Table:
    """A column that no row fills (person-years of a survey) is left out; a single missing number is marked."""
    digits = _digits(rates)
    hidden = form.say(HIDDEN)
    columns = [
        (form.say("Personer"), [number(rate.persons, 0, form) for rate in rates]),
        (form.say("Personår"), [number(rate.person_years, 1, form) for rate in rates]),
        (form.say("Antal"), [number(rate.events, 0, form) for rate in rates]),
        (form.say("Værdi"), [number(rate.value, digits, form) for rate in rates]),
        (form.say(INTERVAL), [between(RatedFact(rate.value, rate.low, rate.high), digits, form) for rate in rates]),
        (form.say("Standardiseret"), [_standardised(rate, digits, form) for rate in rates]),
        (form.say(INTERVAL), [_standardised_between(rate, digits, form) for rate in rates]),
    ]
    kept = [
        (name, cells)
        for place, (name, cells) in enumerate(columns)
        if place in ALWAYS or any(cell not in (hidden, ABSENT) for cell in cells)
    ]
    headers = (form.say("Vindue"), form.say("Gruppe"), *(name for name, _ in kept))
    rows = tuple(
        (
            named.get(rate.window) or form.say("før: {window}", window=rate.window),
            form.say(ARMS[rate.arm]),
            *(cells[place] for _, cells in kept),
        )
        for place, rate in enumerate(rates)
    )
    return Table(title, headers, rows, (False, False, *(True for _ in kept)))


def _standardised(rate: RateFact, digits: int, form: Formats) -> str:
    if rate.value is None:
        return form.say(HIDDEN)
    if rate.standardised is None:
        return form.say(REFUSED) if rate.standardised_refused else ABSENT
    return form.number(rate.standardised, digits)


def _standardised_between(rate: RateFact, digits: int, form: Formats) -> str:
    if rate.value is None:
        return form.say(HIDDEN)
    if rate.standardised is None:
        return ABSENT
    return between(RatedFact(rate.standardised, rate.standardised_low, rate.standardised_high), digits, form)


def _refusals(rates: tuple[RateFact, ...], form: Formats) -> Iterator[str]:
    """Each reason once, with the outcomes it is about."""
    found: dict[str, list[str]] = {}
    for rate in rates:
        if rate.standardised_refused and rate.value is not None:
            titles = found.setdefault(rate.standardised_refused, [])
            if rate.title not in titles:
                titles.append(rate.title)
    for why, titles in found.items():
        told = {"word": form.say(REFUSED), "titles": ", ".join(titles), "why": reason_in_words(why, form)}
        yield form.say("«{word}» ({titles}): {why}.", **told)


def _digits(rates: list[RateFact]) -> int:
    """Decimals for one outcome's values: three for small rates, one for scores in tens."""
    largest = max((abs(rate.value) for rate in rates if rate.value is not None), default=Decimal(0))
    return 3 if largest < 1 else 2 if largest < 10 else 1
