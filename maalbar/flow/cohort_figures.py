"""From the cohort of a measurement to the facts of a statement: who entered, what became of them, how many died.

All counts of one cohort are withheld together, so that none can be computed from the others on the same pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from maalbar import definitions
from maalbar.contract import Contract
from maalbar.documents.diagnosis import COURSE
from maalbar.documents.effects import lower_first
from maalbar.documents.facts import CohortFact
from maalbar.documents.findings import Arm, EntryFact, FollowedFact, MortalityFact, RatedFact
from maalbar.flow.evidence import Evidence, Row
from maalbar.flow.withheld import told, withheld, withhold

Key = tuple[str, ...]
Sum = tuple[Key, list[Key]]
Counts = dict[Key, int | None]
ARMS: tuple[Arm, Arm] = ("treated", "comparison")
LEFT = ("present_at_end", "deaths", "emigrated", "censored")
"""What those followed in a period are the sum of."""
AMONG = ("movers", "crossovers")
"""What some of them have done, and stay."""
UNSEEN = ("arrived", "others")
"""Counted only to protect the others: no page shows them, and they are hidden first."""
NEEDED = ("deaths", "entered")
"""What page one rests on: how many there are, and their mortality. Others are hidden rather than these."""


@dataclass(frozen=True)
class CohortFacts:
    """`page_one` for its line 6; the others for the tables."""

    page_one: CohortFact
    entries: tuple[EntryFact, ...]
    followed: tuple[FollowedFact, ...]
    mortality: MortalityFact | None


def cohort_facts(evidence: Evidence, period: str) -> CohortFacts:
    """Who was followed in the follow-up so far, with small counts withheld, and what they could be computed from."""
    contract, cohort = evidence.contract, evidence.measurements[period]["cohort"]
    if cohort["kind"] == "open":
        return CohortFacts(_open(evidence, cohort, period, contract.quality.small_cell), (), (), None)
    rows = followed_rows(contract, cohort, period)
    shown = shown_counts(contract, cohort, period)
    days = days_followed(cohort, rows)
    mortality = _mortality(evidence, period, shown, days)
    page_one = CohortFact(
        treated=shown[("members", "treated")],
        died=shown[("deaths", "treated")],
        moved=shown.get(("movers", "treated", period), 0),
        comparison=shown[("members", "comparison")],
        comparison_areas=cohort["areas"].get("comparison", 0),
        mortality_treated=mortality.rates["treated"].value,
        mortality_comparison=mortality.rates["comparison"].value,
    )
    followed = tuple(
        FollowedFact(row["arm"], row["window_id"], {name: shown[(name, *_cell(row))] for name in COURSE if name in row})
        for row in rows
    )
    return CohortFacts(page_one, tuple(_entries(cohort, shown)), followed, mortality if any(days.values()) else None)


def followed_rows(contract: Contract, cohort: Row, period: str) -> list[Row]:
    """The rows of those followed in the periods so far, in order of time, treated first."""
    periods = [p.id for p in contract.calendar.until(period)]
    rows = [row for row in cohort["windows"] if row["window_id"] in periods]
    return sorted(rows, key=lambda row: (periods.index(row["window_id"]), ARMS.index(row["arm"])))


def shown_counts(contract: Contract, cohort: Row, period: str) -> dict[Key, int | None]:
    """Every count of a cohort that is followed, None where it is withheld; the same again of what was withheld before.

    Keys: (`members`, arm), (`deaths`, arm) in all, (a name of COURSE, arm, period), (a step of entry, arm, wave), and others
    that are counted only to protect these.
    """
    counts, sums = counted(contract, cohort, period)
    keep = {key for key in counts if key[0] in NEEDED}
    unseen = {key for key in counts if key[0] in UNSEEN}
    return withhold(counts, sums, contract.quality.small_cell, keep, unseen)


def counted(contract: Contract, cohort: Row, period: str) -> tuple[Counts, list[Sum]]:
    """Every count of a cohort that is followed, and which are sums of which; None where a measuring room has withheld it."""
    entries = {
        p.id: [wave.id for wave in contract.cohort.waves if p.start <= wave.entry < p.end]
        for p in contract.calendar.until(period)
    }
    return _counted(cohort, followed_rows(contract, cohort, period), entries, contract.quality.small_cell)


def days_followed(cohort: Row, rows: list[Row]) -> dict[Arm, int]:
    """Arm → days lived by those followed so far; a measuring room tells no others."""
    told_days = cohort.get("person_days")
    return {
        arm: told_days.get(arm, 0)
        if told_days is not None
        else sum(row["person_days"] for row in rows if row["arm"] == arm)
        for arm in ARMS
    }


def known_before(evidence: Evidence) -> str | None:
    """What makes a person known before, in words; None where the contract does not ask."""
    rule = evidence.contract.cohort.known_before
    if rule is None:
        return None
    title = lower_first(definitions.indicator(rule.indicator).title[evidence.language])
    return evidence.form.say(
        "mindst {least} i de sidste {months} måneder før start af {title}",
        least=rule.at_least,
        months=rule.months,
        title=title,
    )


def _counted(cohort: Row, rows: list[Row], entries: dict[str, list[str]], small: int) -> tuple[Counts, list[Sum]]:
    """Every count that a page shows, and which are sums of which; some are counted only to protect the others.

    `rows` in order of time. `entries`: period → the waves that enter in it.
    """
    counts: Counts = {}
    sums: list[Sum] = []
    for arm in ARMS:
        counts[("members", arm)] = told(cohort["members"].get(arm, 0))
        mine = [row for row in rows if row["arm"] == arm]
        # A measuring room may tell how many died in all where it withholds when.
        in_all = cohort["deaths"].get(arm, 0) if "deaths" in cohort else sum(row["deaths"] for row in mine)
        counts[("deaths", arm)] = told(in_all)
        if mine:
            sums.append((("deaths", arm), [("deaths", *_cell(row)) for row in mine]))
        for row in mine:
            _count_course(row, counts, sums)
    _count_entries(cohort, counts, sums)
    for arm in ARMS:
        _count_flow([row for row in rows if row["arm"] == arm], entries, counts, sums, small)
    return counts, sums


def _count_course(row: Row, counts: Counts, sums: list[Sum]) -> None:
    cell = _cell(row)
    counts |= {(name, *cell): told(row[name]) for name in COURSE if name in row}
    parts = [name for name in LEFT if name in row]
    # What was not counted apart is the rest; no page shows it, and it protects as far as it goes.
    counts[("rest", *cell)] = _left(row["persons"], *(row[name] for name in parts))
    sums.append((("persons", *cell), [(name, *cell) for name in (*parts, "rest")]))
    for name in AMONG:
        if name in row:
            counts[("others", name, *cell)] = _left(row["persons"], row[name])
            sums.append((("persons", *cell), [(name, *cell), ("others", name, *cell)]))


def _left(whole: Any, *parts: Any) -> int | None:
    """What parts leave of a whole; None where any of them is withheld."""
    counted = [told(number) for number in (whole, *parts)]
    return None if None in counted else counted[0] - sum(counted[1:])


def _count_flow(mine: list[Row], entries: dict[str, list[str]], counts: Counts, sums: list[Sum], small: int) -> None:
    """From one period to the next: those there at the end, with those who enter, are those followed in the next.

    Those who come back from abroad, less those who leave on the day itself, make it less than exact. Where they are few, they
    would be told by the difference, and those followed in the next period are withheld. Else it is taken as exact, which hides
    rather too much.
    """
    for number, row in enumerate(mine):
        came: list[Key] = [("entered", row["arm"], wave) for wave in entries[row["window_id"]]]
        if number > 0:
            came.append(("present_at_end", *_cell(mine[number - 1])))
        came = [key for key in came if key in counts]
        if not came:
            continue
        total, returned = ("arrived", *_cell(row)), _left(row["persons"], *(counts[key] for key in came))
        is_few = returned is not None and withheld(abs(returned), small) is None
        counts[total] = None if is_few else told(row["persons"])
        sums.append((total, [("persons", *_cell(row))]))
        if counts[total] is not None:
            sums.append((total, came))


def _count_entries(cohort: Row, counts: Counts, sums: list[Sum]) -> None:
    entered: dict[str, list[Key]] = {}
    waves: dict[Key, dict[str, int | None]] = {}
    for row in cohort.get("attrition", ()):
        waves.setdefault((row["arm"], row["wave"]), {})[row["step"]] = told(row["persons"])
    for cell, steps in waves.items():
        counts |= {(step, *cell): persons for step, persons in steps.items()}
        parts = [(step, *cell) for step in steps if step not in ("residents", "known_before")]
        if "residents" in steps:
            sums.append((("residents", *cell), parts))
        if "known_before" in steps:
            counts[("unknown", *cell)] = _left(steps["entered"], steps["known_before"])
            sums.append((("entered", *cell), [("known_before", *cell), ("unknown", *cell)]))
        entered.setdefault(cell[0], []).append(("entered", *cell))
    sums += [(("members", arm), parts) for arm, parts in entered.items()]


def _entries(cohort: Row, shown: dict[Key, int | None]) -> Iterator[EntryFact]:
    waves: dict[tuple[Arm, str], list[str]] = {}
    for row in cohort.get("attrition", ()):
        waves.setdefault((row["arm"], row["wave"]), []).append(row["step"])
    for (arm, wave), steps in waves.items():
        yield EntryFact(arm, wave, {step: shown[(step, arm, wave)] for step in steps})


def _cell(row: Row) -> tuple[str, str]:
    return row["arm"], row["window_id"]


def _mortality(evidence: Evidence, period: str, shown: dict[Key, int | None], days: dict[Arm, int]) -> MortalityFact:
    """Deaths per 100 living years, with the intervals that the measurement found."""
    deaths = {arm: shown[("deaths", arm)] for arm in ARMS}
    row = evidence.of_cohort(period, "check.mortality") or {"figures": {}, "verdict": "shown"}
    rates = {}
    for arm in ARMS:
        # A rate beside a hidden number of deaths would give the number away.
        died = deaths[arm]
        if died is None or not days[arm]:
            rates[arm] = RatedFact(None)
        else:
            rate = Decimal(died) * 36525 / days[arm]
            rates[arm] = RatedFact(rate, *(_hundred(row, f"{arm}_{end}") for end in ("low", "high")))
    hidden = any(rate.value is None for rate in rates.values())
    ratio = [None if hidden else _number(row, name) for name in ("ratio", "ratio_low", "ratio_high")]
    years = {arm: Decimal(days[arm]) * 100 / 36525 for arm in ARMS}
    return MortalityFact(deaths, years, rates, RatedFact(*ratio), row["verdict"])


def _number(row: Any, name: str) -> Decimal | None:
    value = row["figures"].get(name)
    return None if value is None else Decimal(str(value))


def _hundred(row: Any, name: str) -> Decimal | None:
    value = _number(row, name)
    return None if value is None else value * 100


def _open(evidence: Evidence, cohort: Row, period: str, small: int) -> CohortFact:
    """Of repeated cross-sections only how many were seen in the period."""
    persons = {row["arm"]: told(row["persons"]) for row in cohort["windows"] if row["window_id"] == period}
    treated, comparison = (withheld(persons.get(arm, 0), small) for arm in ARMS)
    areas = len(evidence.contract.cohort.arms.comparison.areas)
    return CohortFact(treated, None, None, comparison, areas, None, None)
