"""Benefits: the weekly codes of DREAM.

Permanent ones last until pension age, then comes folkepension; working-age spells come and go.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from maalbar.contract import Contract
from maalbar.errors import ContractError
from maalbar.simulate.chance import stream
from maalbar.simulate.people import EACH_DAY, People
from maalbar.simulate.rates import DAYS_PER_YEAR, PENSION_AGE, PERMANENT_BENEFITS, WEEKS_PER_YEAR, Work
from maalbar.simulate.timeline import Timeline

PENSION, ABROAD, DEAD = "998", "997", "999"
NOTHING = 0
BLOCK_WEEKS = 13
"""A planted effect on self-support takes effect for a quarter of a year at a time."""


@dataclass(frozen=True)
class Benefits:
    """`cells[person, week]` is a position in `codes`, 0 for no benefit; `leavable` ones work can end."""

    mondays: np.ndarray
    codes: tuple[str, ...]
    cells: np.ndarray
    leavable: np.ndarray

    def has_any(self, codes: tuple[str, ...], monday: int) -> np.ndarray:
        """Per person, whether one of the codes stands in the week of that Monday."""
        positions = [i for i, code in enumerate(self.codes) if code in codes]
        week = int(np.searchsorted(self.mondays, monday))
        return np.isin(self.cells[:, week], positions)


def draw_benefits(contract: Contract, people: People, seed: int, time: Timeline) -> Benefits:
    """Every week of everyone, before any effect. The same chances in both arms."""
    rng = stream(seed, "benefits")
    rule = contract.cohort.eligibility
    asked = rule.benefit_codes if rule else ()
    permanent = next((code for code in asked if code in PERMANENT_BENEFITS), None)
    work = Work()
    known = [work.cash_benefit_code, work.sick_pay_code, PENSION, ABROAD, DEAD]
    codes = ("", *dict.fromkeys([*known, *asked]))
    cells = _spells(people, time, [codes.index(c) for c in asked if c not in PERMANENT_BENEFITS], codes, rng)
    leavable = cells != NOTHING
    mondays = time.mondays[np.newaxis, :]

    def lay(where: np.ndarray, code: str) -> None:
        cells[where], leavable[where] = codes.index(code), False

    if permanent:
        granted = time.anchor - 7 - (rng.exponential(8 * DAYS_PER_YEAR, len(people))).astype(np.int64)
        lay(people.on_benefit[:, np.newaxis] & (mondays >= granted[:, np.newaxis]), permanent)
    pensioned = people.born + np.int64(PENSION_AGE * DAYS_PER_YEAR)
    lay(mondays >= pensioned[:, np.newaxis], PENSION)
    abroad = (mondays > people.emigrated[:, np.newaxis]) & (mondays < people.returned[:, np.newaxis])
    lay(abroad, ABROAD)
    lay(mondays > people.died[:, np.newaxis], DEAD)
    return Benefits(time.mondays, codes, cells, leavable)


def _spells(
    people: People, time: Timeline, asked: list[int], codes: tuple[str, ...], rng: np.random.Generator
) -> np.ndarray:
    """Working-age spells: a chain of two states, walked both ways from the anchor week, the same either way."""
    work, count, weeks = Work(), len(people), len(time.mondays)
    anchor = int(np.searchsorted(time.mondays, time.anchor, side="right")) - 1
    cells = np.zeros((count, weeks), dtype=np.int8)
    usual = np.array(asked or [codes.index(work.cash_benefit_code)], dtype=np.int8)
    sick_pay = np.int8(codes.index(work.sick_pay_code))
    starts_on = people.on_benefit & bool(asked)
    cells[starts_on, anchor] = rng.choice(usual, int(starts_on.sum()))
    for step, last in ((1, weeks), (-1, -1)):
        now = cells[:, anchor].copy()
        for week in range(anchor + step, last, step):
            draw = rng.random(count)
            off = (now != NOTHING) & (draw < work.going_off)
            on = np.flatnonzero((now == NOTHING) & (draw < work.coming_on))
            now[off] = NOTHING
            now[on] = np.where(rng.random(len(on)) < work.sick_pay, sick_pay, rng.choice(usual, len(on)))
            cells[:, week] = now
    return cells


def plant_self_support(
    drawn: Benefits, people: People, treated_from: np.ndarray, change: float, is_ratio: bool, seed: int
) -> Benefits:
    """Turn benefit weeks of the treated into weeks of self-support, by quarters; or back, for a negative
    change.

    `change` is in weeks per person-year, or relative where `is_ratio`. Within each quarter the expected
    change is exact. Raises ContractError where there are too few weeks to turn.
    """
    if change == 0:
        return drawn
    chance = stream(seed, "self_support").random((len(people), len(drawn.mondays) // BLOCK_WEEKS + 1))
    cells = drawn.cells.copy()
    followed = (drawn.mondays > treated_from[:, np.newaxis]) & people.is_here(drawn.mondays, EACH_DAY)
    back = np.int8(drawn.codes.index(Work().cash_benefit_code))
    for block in range(chance.shape[1]):
        weeks = slice(block * BLOCK_WEEKS, (block + 1) * BLOCK_WEEKS)
        part, now = followed[:, weeks], drawn.cells[:, weeks]
        own = part & (now == NOTHING)
        per_week = change * own.sum() / max(part.sum(), 1) if is_ratio else change / WEEKS_PER_YEAR
        turnable = part & drawn.leavable[:, weeks] if change > 0 else own
        needed = abs(per_week) * part.sum()
        if needed > turnable.sum():
            raise ContractError(
                "the effect on self-support is larger than the weeks there are", mend="plant a smaller one"
            )
        turned = turnable & (chance[:, block] < needed / max(turnable.sum(), 1))[:, np.newaxis]
        cells[:, weeks][turned] = NOTHING if change > 0 else back
    return replace(drawn, cells=cells)
