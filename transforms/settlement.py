"""Settlement: from results to who owes whom, exactly. Pure: no tables, no clock, whole øre.

For every followed period in order, each priced outcome has a cumulative amount by the terms; it is split over payer and
recipient, held under the caps, and divided into principal and risk premium. What a period gives is the difference from
the period before, so a correction of an early period moves later ones by itself where a cap binds.

Order of caps: payer to recipient, then payer, then the whole contract. A cap that binds takes from what a period adds, in
proportion; what was granted before stays, as far as it is still owed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from maalbar.contract import Contract
from maalbar.contract.paying import Cap, Outcome, ProRata, RateCard, Unpaid
from maalbar.money import split, to_minor

Pair = tuple[str, str]
Cell = tuple[str, str, str]
"""(outcome, payer, recipient)"""
Component = Literal["principal", "premium"]


@dataclass(frozen=True)
class Result:
    """What a period's measurement gives an outcome: an improvement in the direction the contract wants, or units.

    `period` is measured in the period alone, `cumulative` over all followed periods so far. None where not measurable.
    """

    period: Decimal | None = None
    cumulative: Decimal | None = None
    units: int | None = None
    not_measurable: str | None = None


@dataclass(frozen=True)
class Line:
    """What is owed for one period: `amount` in minor units, negative when it goes back to the payer."""

    period: str
    outcome: str
    payer: str
    recipient: str
    component: Component
    amount: int

    @property
    def key(self) -> tuple[str, str, str, str, str]:
        return self.period, self.outcome, self.payer, self.recipient, self.component


@dataclass(frozen=True)
class Step:
    """How one outcome's amount came about in one period, in minor units; the statement puts it into words.

    `attained` is the part of the target reached, between 0 and 1. `owed_so_far` is before caps, `adds` is what the period
    adds to it, `granted` what is left of that after the caps.
    """

    period: str
    outcome: str
    kind: str
    result: Result
    attained: Decimal | None
    elapsed: int
    periods: int
    owed_so_far: int
    adds: int
    granted: int


@dataclass(frozen=True)
class Settlement:
    """Every line of every settled period, and the way to each."""

    lines: tuple[Line, ...]
    steps: tuple[Step, ...]

    @property
    def total(self) -> int:
        return sum(line.amount for line in self.lines)


def settle(contract: Contract, results: Mapping[tuple[str, str], Result], periods: Sequence[str]) -> Settlement:
    """Settle the unbroken run of `periods` from the first followed one.

    `results`: (period, outcome) → Result; a missing one is not measurable. Raises ValueError when the periods are no
    such run, so that nothing is settled past a gap.
    """
    followed = [p.id for p in contract.calendar.followed]
    if list(periods) != followed[: len(periods)]:
        raise ValueError("periods are settled in an unbroken run from the first")
    owed: dict[str, int] = dict.fromkeys(contract.outcomes, 0)
    raw: dict[Cell, int] = {}
    granted: dict[Cell, int] = defaultdict(int)
    lines: list[Line] = []
    steps: list[Step] = []
    for number, period in enumerate(periods, start=1):
        drafts = []
        for outcome_id, outcome in contract.outcomes.items():
            result = results.get((period, outcome_id), Result(not_measurable="no_result"))
            now, attained = _owed(contract, outcome, result, owed[outcome_id], number)
            drafts.append((outcome_id, outcome, result, attained, now, now - owed[outcome_id]))
            owed[outcome_id] = now
            raw |= _cells(outcome_id, outcome, now)
        allowed = _capped(contract, raw, granted)
        for cell, amount in allowed.items():
            lines += _components(period, cell, granted[cell], granted[cell] + amount, contract.terms.premium.rate)
            granted[cell] += amount
        for outcome_id, outcome, result, attained, now, added in drafts:
            kept = sum(amount for cell, amount in allowed.items() if cell[0] == outcome_id)
            steps.append(
                Step(
                    period,
                    outcome_id,
                    outcome.price.kind,
                    result,
                    attained,
                    number,
                    len(followed),
                    now,
                    added,
                    kept,
                )
            )
    return Settlement(tuple(lines), tuple(steps))


def _owed(contract: Contract, outcome: Outcome, result: Result, before: int, number: int) -> tuple[int, Decimal | None]:
    """The cumulative amount of an outcome after `number` periods, and the part of the target reached.

    Not measurable adds nothing and takes nothing back; under a cumulative basis a later period counts for all so far.
    """
    price = outcome.price
    if isinstance(price, Unpaid) or result.not_measurable is not None:
        return before, None
    if isinstance(price, RateCard):
        total = before + (result.units or 0) * price.amount.minor
        return (min(total, price.maximum.minor) if price.maximum else total), None
    periods = len(contract.calendar.followed)
    if contract.terms.basis == "cumulative":
        attained = _attained(price, result.cumulative)
        return to_minor(Decimal(price.maximum.minor) * number / periods * attained), attained
    attained = _attained(price, result.period)
    return before + to_minor(Decimal(price.maximum.minor) / periods * attained), attained


def _attained(price: ProRata, improvement: Decimal | None) -> Decimal:
    """The part of the target that an improvement reaches: nothing below none, everything at the target and above."""
    if improvement is None:
        raise ValueError("a pro rata price needs an improvement")
    return min(max(improvement / price.target.value, Decimal(0)), Decimal(1))


def _cells(outcome_id: str, outcome: Outcome, amount: int) -> dict[Cell, int]:
    if not outcome.payments:
        return {}
    shares: dict[Pair, Decimal] = {(row.payer, row.recipient): row.share for row in outcome.payments}
    return {(outcome_id, *pair): part for pair, part in split(amount, shares).items()}


def _capped(contract: Contract, raw: dict[Cell, int], granted: dict[Cell, int]) -> dict[Cell, int]:
    """What a period adds or takes back: the granted stays as far as it is still owed, and each cap in turn limits the rest.

    `raw`: owed so far without caps; `granted`: so far with them.
    """
    kept = {cell: min(granted[cell], amount) for cell, amount in raw.items()}
    more = {cell: amount - kept[cell] for cell, amount in raw.items()}
    for cap in sorted(contract.terms.caps, key=lambda cap: (cap.payer is None, cap.recipient is None)):
        inside = {cell: amount for cell, amount in more.items() if amount and _within(cell, cap)}
        room = cap.maximum.minor - sum(amount for cell, amount in kept.items() if _within(cell, cap))
        wanted = sum(inside.values())
        if wanted > room:
            more |= split(room, {cell: Fraction(amount, wanted) for cell, amount in inside.items()})
    return {cell: kept[cell] + more[cell] - granted[cell] for cell in raw}


def _within(cell: Cell, cap: Cap) -> bool:
    return cap.payer in (None, cell[1]) and cap.recipient in (None, cell[2])


def _components(period: str, cell: Cell, before: int, after: int, rate: Decimal) -> list[Line]:
    """Divide what a period grants into principal and premium, so that both are right over all periods so far."""
    principal = to_minor(after / (1 + rate)) - to_minor(before / (1 + rate))
    parts: list[tuple[Component, int]] = [("principal", principal), ("premium", after - before - principal)]
    return [Line(period, *cell, component, amount) for component, amount in parts if amount]


def difference(owed: Sequence[Line], posted: Mapping[tuple[str, str, str, str, str], int]) -> list[Line]:
    """The difference rule: what is owed less what is posted, line by line, in order; nothing where they agree."""
    due: dict[tuple[str, str, str, str, str], int] = defaultdict(int)
    for line in owed:
        due[line.key] += line.amount
    for key, amount in posted.items():
        due[key] -= amount
    return [Line(*key, amount) for key, amount in sorted(due.items()) if amount]  # type: ignore[arg-type]
