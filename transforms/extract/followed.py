"""Who entered and was followed, as quantities: those who left between two windows are in no table, and guarded all the same."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pandas as pd

from transforms.disclosure import Draft, Key, Part, Quantity, adds_up, key
from transforms.disclosure.drafts import Piece, Relation
from transforms.extract.divided import Divided, table
from transforms.observed import Observed

ARMS = ("treated", "comparison")
Counts = dict[tuple[str, str], dict[str, Any]]
"""(arm, window) → the row of those followed in it."""


def followed(seen: Observed, divided: Divided) -> Iterator[Piece | Draft]:
    """By arm: those who have entered, by group; those there in each window, the dead, and those who left between."""
    if seen.is_open:
        for (arm, window), rows in seen.counted.groupby(["arm", "window_id"], sort=True):
            yield Quantity(key("persons", {"arm": str(arm), "window": str(window)}), int(rows["person_id"].nunique()))
        return
    members = divided.coded(seen.followed.members.to_pandas())
    counts = {(row["arm"], row["window_id"]): row for row in seen.followed.counts.to_pylist()}
    for arm in ARMS:
        mine = members[members["arm"] == arm]
        if mine.empty:
            continue
        yield from _entered(seen, divided, arm, mine)
        yield from _windows(seen, arm, counts)


def _entered(seen: Observed, divided: Divided, arm: str, mine: pd.DataFrame) -> Iterator[Piece | Draft]:
    """Those who have entered, and in which wave: two releases a year apart tell the wave between."""
    waves = sorted(mine["wave_id"].unique())
    whole, groups = {"arm": arm, "until": seen.through}, set()
    for by in divided.tables():
        yield table("followed", by, {codes: _persons(rows) for codes, rows in divided.cells(mine, by)}, whole)
        for wave in waves:
            entered = mine[mine["wave_id"] == wave]
            cells = {codes: _persons(rows, is_shown=False) for codes, rows in divided.cells(entered, by)}
            for piece in table("entered", by, cells, {"arm": arm, "wave": wave}).pieces:
                is_total = isinstance(piece, Quantity) and piece.key == key("entered", {"arm": arm, "wave": wave})
                if not is_total:
                    yield piece
        groups |= set(divided.keys("followed", whole))
    for wave in waves:
        yield Quantity(key("entered", {"arm": arm, "wave": wave}), int((mine["wave_id"] == wave).sum()))
    for k in sorted(groups):
        codes = {name: code for name, code in k.at if name not in ("arm", "until")}
        yield adds_up(k, [key("entered", {"arm": arm, "wave": wave} | codes) for wave in waves])


def _persons(rows: pd.DataFrame, *, is_shown: bool = True) -> Quantity:
    return Quantity(key(""), len(rows), is_shown=is_shown)


def _windows(seen: Observed, arm: str, counts: Counts) -> Iterator[Piece]:
    contract, periods = seen.contract, seen.contract.calendar.until(seen.through)
    entering = {
        p.id: [w.id for w in contract.cohort.waves if p.start <= w.entry < p.end and w.id in _waves(seen, arm)]
        for p in periods
    }
    for window in [w.id for w in contract.windows_until(seen.through)]:
        if (arm, window) not in counts:
            continue
        at, row = {"arm": arm, "window": window}, counts[arm, window]
        yield Quantity(key("persons", at), int(row["persons"]))
        if window in entering:
            yield Quantity(key("deaths", at), int(row["deaths"]))
            yield Part(key("deaths", at), key("persons", at))
        else:
            # Who was not there before entry is few or not few; that all were there tells nothing of anybody.
            yield Part(key("persons", at), key("followed", {"arm": arm, "until": seen.through}), says="answer")
    ids = [p.id for p in periods if (arm, p.id) in counts]
    for now, after in pairwise(ids):
        yield from _gone(arm, now, after, entering[after], seen, counts)


def _gone(arm: str, now: str, after: str, waves: list[str], seen: Observed, counts: Counts) -> Iterator[Piece]:
    """Those of a window who are not in the next, less the few who came back: the dead, and others."""
    members = seen.followed.members.to_pandas()
    came = int(((members["arm"] == arm) & members["wave_id"].isin(waves)).sum())
    there, then = (counts[arm, w]["persons"] for w in (now, after))
    deaths, gone = counts[arm, now]["deaths"], there + came - then
    at = {"arm": arm, "window": now}
    persons: list[Key] = [key("persons", {"arm": arm, "window": w}) for w in (now, after)]
    left, others = key("gone", at), key("gone_alive", at)
    yield Quantity(left, gone, is_shown=False, is_signed=gone < 0)
    yield Quantity(others, gone - deaths, is_shown=False, is_signed=gone < deaths)
    entered = [(key("entered", {"arm": arm, "wave": wave}), 1) for wave in waves]
    yield Relation(((persons[0], 1), *entered, (persons[1], -1), (left, -1)))
    yield adds_up(left, [key("deaths", at), others])


def _waves(seen: Observed, arm: str) -> set[str]:
    members = seen.followed.members.to_pandas()
    return set(members.loc[members["arm"] == arm, "wave_id"])


def attrition(seen: Observed) -> Iterator[Piece]:
    """From the residents of the areas to those who entered, by arm and wave."""
    if seen.is_open:
        return
    steps: dict[tuple[str, str], dict[str, int]] = {}
    for row in seen.followed.attrition:
        steps.setdefault((row["arm"], row["wave"]), {})[row["step"]] = int(row["persons"])
    waves = {arm: _waves(seen, arm) for arm in ARMS}
    for (arm, wave), found in steps.items():
        at = {"arm": arm, "wave": wave}
        names = {step: key("attrition", at | {"step": step}) for step in found}
        if wave in waves[arm]:
            names["entered"] = key("entered", at)  # which the table of those who entered has too
        yield from (Quantity(k, found[step]) for step, k in names.items() if k.measure == "attrition")
        parts = [k for step, k in names.items() if step not in ("residents", "known_before")]
        yield adds_up(names["residents"], parts)
        if "known_before" in found:
            yield Part(names["known_before"], names["entered"])
