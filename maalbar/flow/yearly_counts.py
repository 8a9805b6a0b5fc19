"""The counts, rates and answers of a yearly report, as far as the public may see them: a draft, and what is left of it.

How long people were followed, and how many could have answered, a reader knows well enough from how many there are: what a rate
is divided by is taken as known, so that it protects nothing. A figure that a measuring room has withheld, and a rate of what few
persons had, are in no draft, and are withheld. Estimates, their intervals and what is paid are no part of it: they are told
exactly (docs/disclosure.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from maalbar import definitions
from maalbar.contract import Contract
from maalbar.definitions import DisclosureProfile, SurveyIndicator
from maalbar.documents.yearly.facts import Shown
from maalbar.flow.cohort_figures import ARMS, followed_rows
from maalbar.flow.evidence import Evidence, Row
from maalbar.flow.withheld import told
from maalbar.suppressed import SUPPRESSED, Suppressed
from transforms.disclosure import Draft, Key, Part, Quantity, Ratio, Released, adds_up, draft, key, protect
from transforms.disclosure.drafts import Piece

PROFILE = "public@1"
DAYS_A_YEAR = Decimal("365.25")
Figures = Mapping[Key, int | Decimal | Suppressed]


def public_profile(contract: Contract) -> DisclosureProfile:
    """Who reads a yearly report; with the contract's own limit where that is higher."""
    return definitions.disclosure_profile(PROFILE).at_least(contract.quality.small_cell)


def public_figures(evidence: Evidence, period: str, earlier: Sequence[Released]) -> tuple[Figures, Released]:
    """What may be told, by key, and the release that the next report is judged by. Raises ReleaseRefused."""
    found = protect(counts_draft(evidence, period), public_profile(evidence.contract), earlier)
    return found.figures, found.released(f"yearly-{evidence.proposal['number']}")


def shown(figures: Figures, wanted: Key, *, is_measured: bool = True) -> Shown:
    """A figure for a page: one that is measured and in no release is withheld."""
    if not is_measured:
        return None
    figure = figures.get(wanted, SUPPRESSED)
    return figure if isinstance(figure, Suppressed) else Decimal(figure)


def counts_draft(evidence: Evidence, period: str) -> Draft:
    """Everything that a yearly report tells of counts, with what could be worked out from it."""
    rows = evidence.values[period]
    cohort = evidence.measurements[period]["cohort"]
    pieces = [
        *_followed(cohort, period),
        *_mortality(evidence.contract, cohort, period),
        *(piece for row in rows for piece in _of_row(evidence.contract, row)),
        *_worth(evidence, period),
        *_units(evidence),
    ]
    return draft(*dict.fromkeys(pieces))


def is_survey(contract: Contract, outcome: str) -> bool:
    return isinstance(definitions.indicator(contract.outcomes[outcome].indicator), SurveyIndicator)


def _followed(cohort: Row, period: str) -> Iterator[Piece]:
    """How many have entered in each arm so far; the waves, which two reports a year apart would tell."""
    for arm in ARMS:
        members = told(cohort.get("members", {}).get(arm))
        if not members:
            continue
        whole = key("followed", {"arm": arm, "until": period})
        yield Quantity(whole, members)
        waves = {
            key("entered", {"arm": arm, "wave": row["wave"]}): told(row["persons"])
            for row in cohort.get("attrition", ())
            if (row["arm"], row["step"]) == (arm, "entered")
        }
        if waves and None not in waves.values() and sum(waves.values()) == members:
            yield from (Quantity(wave, entered, is_shown=False) for wave, entered in waves.items())
            yield adds_up(whole, list(waves))


def _mortality(contract: Contract, cohort: Row, period: str) -> Iterator[Piece]:
    """Deaths per 100 living years, by arm and period."""
    if cohort["kind"] == "open":
        return
    for row in followed_rows(contract, {"windows": cohort.get("windows", ())}, period):
        persons, deaths, days = (told(row[name]) for name in ("persons", "deaths", "person_days"))
        if persons is None or deaths is None or not days:
            continue
        at = {"arm": row["arm"], "window": row["window_id"]}
        yield Quantity(key("persons", at), persons, is_shown=False, is_known=True)
        yield Quantity(key("deaths", at), deaths, is_shown=False)
        yield Quantity(key("days", at), days, "amount", persons=persons, is_shown=False, is_known=True)
        yield Part(key("deaths", at), key("persons", at))
        yield Ratio(key("mortality", at), key("deaths", at), key("days", at), 100 * DAYS_A_YEAR)


def _of_row(contract: Contract, row: Row) -> Iterator[Piece]:
    """The rate or the response of an outcome in one arm and window."""
    at = {"outcome": row["outcome"], "arm": row["arm"], "window": row["window_id"]}
    if is_survey(contract, row["outcome"]):
        answers, invited = told(row["persons"]), told(row["invited"])
        if answers is None or not invited or answers > invited:
            return
        yield Quantity(key("answers", at), answers, is_shown=False)
        yield Quantity(key("invited", at), invited, is_shown=False, is_known=True)
        yield Ratio(key("response", at), key("answers", at), key("invited", at), Decimal(100), digits=0, is_share=True)
        return
    events = _events(row)
    if events is None:
        return
    yield events
    # Days differ by outcome where it ends the follow-up of some; readers may know that others are the same.
    days = key("days_of_outcome", at)
    yield Quantity(days, row["person_days"], "amount", persons=row["persons"], is_shown=False, is_known=True)
    if not 0 < events.persons_behind < public_profile(contract).threshold:
        yield Ratio(key("rate", at), events.key, days, DAYS_A_YEAR, digits=2)


def _events(row: Row) -> Quantity | None:
    """What was counted in one arm and window; None where it, the days or the persons behind it are not known."""
    persons, behind = told(row["persons"]), told(row.get("persons_with_any"))
    if persons is None or behind is None or row["quantity"] is None or not row["person_days"]:
        return None
    at = {"outcome": row["outcome"], "arm": row["arm"], "window": row["window_id"]}
    return Quantity(key("events", at), int(row["quantity"]), "events", persons=behind, is_shown=False)


def worth_rests_on(outcome: str, period: str) -> Key:
    """What was counted of an outcome so far. The worth of what was avoided tells it: price and effect are public."""
    return key("events", {"outcome": outcome, "arm": "treated", "until": period})


def _worth(evidence: Evidence, period: str) -> Iterator[Piece]:
    contract = evidence.contract
    windows = [p.id for p in contract.calendar.until(period)]
    for outcome in dict.fromkeys(unit.outcome for unit in contract.value.units) if contract.value else ():
        mine = [
            row for row in evidence.values[period]
            if (row["outcome"], row["arm"]) == (outcome, "treated") and row["window_id"] in windows
        ]  # fmt: skip
        parts = [_events(row) for row in mine]
        counted = [part for part in parts if part is not None]
        if not parts or len(counted) != len(parts):
            continue
        whole = worth_rests_on(outcome, period)
        # The same person may be behind the events of several windows: at least as many as behind the most of them.
        behind = max(part.persons or 0 for part in counted)
        yield Quantity(whole, sum(part.value for part in counted), "events", persons=behind)
        yield adds_up(whole, [part.key for part in counted])


def units_of(outcome: str, period: str) -> Key:
    """What was reached of an outcome that is counted, in one period."""
    return key("units", {"outcome": outcome, "period": period})


def _units(evidence: Evidence) -> Iterator[Piece]:
    """Taken as persons, whatever they are: a unit is hardly less telling than a person."""
    for period, rows in evidence.effects.items():
        for row in rows:
            units: Any = told(row["units"])
            if row["basis"] == "period" and units is not None:
                yield Quantity(units_of(row["outcome"], period), int(units))
