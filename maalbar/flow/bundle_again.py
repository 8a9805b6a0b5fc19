"""A bundle of a later revision beside those before it: what few persons have changed is withheld from it.

Whoever has r1 and r2 of a period can subtract. Counts of the cohort are held against the earlier bundles by the rules of
researchers (`transforms.disclosure`), with all that could be worked out from those; cells behind an effect are withheld for the
whole outcome, since its change and the others give the last one. Effects stay exact, for they are paid on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from maalbar import definitions
from maalbar.bundle import WITHHELD
from maalbar.contract import Contract
from maalbar.documents.diagnosis import COURSE
from maalbar.flow.cohort_figures import ARMS, counted, shown_counts
from maalbar.flow.disclosed import INTERVALS, MORTALITY, Disclosed
from maalbar.flow.evidence import Row
from transforms.disclosure import Draft, Key, Quantity, Released, adds_up, draft, key, protect_apart

RULES = "dst_research@1"
DAYS = 366
COUNTS = ("persons", "invited", "quantity")
FIGURES = (*COUNTS, "person_years", "value", *INTERVALS)
Name = tuple[str, ...]


def told_again(
    contract: Contract, period: str, now: tuple[Row, Disclosed], before: Sequence[tuple[Row, Disclosed]]
) -> Disclosed:
    """What a revision may tell. `now`: its cohort as measured, and what it would tell alone; `before`: of each earlier one."""
    cohort, told = now
    small = contract.quality.small_cell
    outcomes = {name for _, old in before for name in _changed_by_few(old.values, told.values, small)}
    hidden = _hidden(contract, period, cohort, [one for one, _ in before])
    arms = {name[1] for name in hidden} | {
        arm for _, old in before for arm in _days_changed(old.cohort, told.cohort, small)
    }
    return replace(
        told,
        values=[_withheld(row) if row["outcome"] in outcomes else row for row in told.values],
        diagnostics=[_without_counts(row, outcomes, arms) for row in told.diagnostics],
        cohort=_cohort(told.cohort, hidden, arms),
    )


def _changed_by_few(old: Sequence[Row], new: Sequence[Row], small: int) -> Iterator[str]:
    """The outcomes of which a cell has changed, and not plainly by many."""
    earlier = {(row["outcome"], row["window_id"], row["arm"]): row for row in old}
    for row in new:
        was = earlier.get((row["outcome"], row["window_id"], row["arm"]), row)
        told = [name for name in FIGURES if _number(row[name]) is not None and _number(was[name]) is not None]
        by = [abs(_number(row[name]) - _number(was[name])) for name in told if name in COUNTS]  # type: ignore[operator]
        is_changed = any(row[name] != was[name] for name in told)
        if is_changed and (any(0 < b < small for b in by) or not any(b >= small for b in by)):
            yield row["outcome"]


def _number(value: Any) -> Decimal | None:
    return None if value is None or value == WITHHELD else Decimal(value)


def _withheld(row: Row) -> Row:
    marked = dict.fromkeys(("persons", "person_years", "quantity", "value"), WITHHELD)
    invited = {"invited": None if row["invited"] is None else WITHHELD}
    return row | marked | invited | dict.fromkeys((*INTERVALS, "standardised_refused"))


def _without_counts(row: Row, outcomes: set[str], arms: set[str]) -> Row:
    """A finding without what a changed outcome's cells, or the mortality of a changed arm, could be seen in."""
    names: set[str] = set()
    if row["name"] == MORTALITY:
        names = {n for n in row["figures"] if n.startswith(tuple(arms)) or (arms and n.startswith("ratio"))}
    elif row["outcome"] in outcomes:
        names = {
            name for name, value in row["figures"].items() if isinstance(value, int) and not isinstance(value, bool)
        }
    told = {n: WITHHELD if n in names and v is not None else v for n, v in row["figures"].items()}
    return row | {"figures": told}


def _hidden(contract: Contract, period: str, cohort: Row, before: Sequence[Row]) -> set[Name]:
    """The names of counts that may not be told beside those of earlier revisions."""
    if cohort["kind"] == "open":
        small = contract.quality.small_cell
        pairs = ((old, row) for one in before for old in one["windows"] for row in cohort["windows"])
        return {
            ("persons", row["arm"], row["window_id"])
            for old, row in pairs
            if (old["arm"], old["window_id"]) == (row["arm"], row["window_id"])
            and 0 < abs(old["persons"] - row["persons"]) < small
        }
    rules = definitions.disclosure_profile(RULES).at_least(contract.quality.small_cell)
    earlier = [
        Released(str(n), RULES, found, frozenset(_key(k, period) for k, told in shown.items() if told is None))
        for n, (found, shown) in enumerate(_draft(contract, period, one) for one in before)
    ]
    found, shown = _draft(contract, period, cohort)
    names = {_key(name, period): name for name in shown}
    return {names[k] for k in protect_apart(found, rules, earlier).hidden}


def _draft(contract: Contract, period: str, cohort: Row) -> tuple[Draft, Mapping[Name, int | None]]:
    """The counts of a cohort as they are told by themselves, and the sums that bind them."""
    counts, sums = counted(contract, cohort, period)
    shown = shown_counts(contract, cohort, period)
    pieces = [
        Quantity(
            _key(name, period), count, is_shown=shown.get(name) is not None and _is_told(name), is_signed=count < 0
        )
        for name, count in counts.items()
        if count is not None
    ]
    bound = [
        adds_up(_key(total, period), [_key(part, period) for part in parts])
        for total, parts in sums
        if counts[total] is not None and counts[total] == sum(counts[part] or 0 for part in parts)
    ]
    return draft(*pieces, *dict.fromkeys(bound)), shown


def _is_told(name: Name) -> bool:
    """Whether a bundle has it; others are counted only to protect these."""
    return name[0] not in ("rest", "others", "unknown", "arrived")


def _key(name: Name, period: str) -> Key:
    measure, *places = name
    if len(places) == 1:
        return key(measure, {"arm": places[0], "until": period})
    return key(measure, dict(zip(("arm", "place", "more"), places, strict=False)))


def _days_changed(old: Row, new: Row, small: int) -> Iterator[str]:
    """The arms whose days differ by no more than few persons live in all windows."""
    for arm in ARMS:
        days = [one.get("person_days", {}).get(arm) for one in (old, new)]
        lived = DAYS * small * max(1, len(new["windows"]) // len(ARMS))
        if None not in days and 0 < abs(days[0] - days[1]) < lived:
            yield arm


def _cohort(told: Row, hidden: set[Name], arms: set[str]) -> Row:
    if not hidden and not arms:
        return told
    found = dict(told)
    for name in ("members", "deaths"):
        if name in found:
            found[name] = {a: WITHHELD if (name, a) in hidden else n for a, n in found[name].items()}
    found["windows"] = [
        {n: WITHHELD if (n, row["arm"], row["window_id"]) in hidden and n in (*COURSE, "persons") else v
         for n, v in row.items()}
        for row in found["windows"]
    ]  # fmt: skip
    if "attrition" in found:
        found["attrition"] = [
            row | ({"persons": WITHHELD} if (row["step"], row["arm"], row["wave"]) in hidden else {})
            for row in found["attrition"]
        ]
    if "person_days" in found:
        found["person_days"] = {arm: days for arm, days in found["person_days"].items() if arm not in arms}
    return found
