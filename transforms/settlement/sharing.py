"""Sharing: an outcome's amount split over payers and recipients, by fixed shares or by what each payer has measurably saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from maalbar.contract.model import Agreement
from maalbar.contract.outcomes import Outcome
from maalbar.money import split
from maalbar.periods import Window
from transforms.settlement.lines import Cell, Pair, Stage


@dataclass
class SharedSoFar:
    """What one outcome's cells have come to, in minor units, and where the present shares began to hold."""

    shares: Mapping[Pair, Fraction] | None = None
    owed: int = 0
    base: dict[Cell, int] = field(default_factory=dict)
    base_owed: int = 0
    cells: dict[Cell, int] = field(default_factory=dict)


def share_out(
    agreement: Agreement,
    outcome_id: str,
    owed: int,
    savings: Mapping[str, Decimal],
    window: Window,
    so_far: SharedSoFar,
) -> tuple[Stage, ...]:
    """Bring an outcome's cells to what is owed so far; what was shared under other shares stands. In place.

    `savings`: task → money saved in the period, in whole units of the currency.
    """
    outcome = agreement.outcomes[outcome_id]
    if not outcome.payments:
        return ()
    fixed = {(row.payer, row.recipient): Fraction(row.share) for row in outcome.payments}
    shares: dict[Pair, Fraction] = fixed
    stages: tuple[Stage, ...] = ()
    if outcome.sharing == "measured_saving":
        shares, stages = _by_saving(agreement, outcome, fixed, savings, window)
    elif savings and len({payer for payer, _ in fixed}) > 1:
        stages = _beside(_by_saving(agreement, outcome, fixed, savings, window)[1])
    if shares != so_far.shares:
        so_far.shares, so_far.base, so_far.base_owed = shares, dict(so_far.cells), so_far.owed
    so_far.owed = owed
    # What goes back is taken from the cells that have it, so that nobody gets back what another paid.
    stands = max(min(owed, max(so_far.base_owed, 0)), min(so_far.base_owed, 0))
    so_far.cells = dict(so_far.base)
    if stands != so_far.base_owed:
        held = {cell: Fraction(amount, so_far.base_owed) for cell, amount in so_far.base.items()}
        so_far.cells = split(stands, held)
    for pair, part in split(owed - stands, shares).items():
        cell = (outcome_id, *pair)
        so_far.cells[cell] = so_far.cells.get(cell, 0) + part
    return stages


def _by_saving(
    agreement: Agreement,
    outcome: Outcome,
    fixed: dict[Pair, Fraction],
    savings: Mapping[str, Decimal],
    window: Window,
) -> tuple[dict[Pair, Fraction], tuple[Stage, ...]]:
    """Payers in proportion to their measured saving; the fixed shares where nobody has saved anything. Both are told."""
    of_payer: dict[str, Fraction] = {}
    for (payer, _), share in fixed.items():
        of_payer[payer] = of_payer.get(payer, Fraction(0)) + share
    saved = {payer: max(_saved(agreement, payer, savings, window), Fraction(0)) for payer in of_payer}
    total = sum(saved.values())
    if not total:
        return fixed, (Stage("sharing", None, {"by": "fixed", "fixed": _told(of_payer)}),)
    shares = {
        (payer, recipient): saved[payer] / total * share / of_payer[payer]
        for (payer, recipient), share in fixed.items()
    }
    measured = {payer: amount / total for payer, amount in saved.items()}
    facts = {"by": "measured_saving", "fixed": _told(of_payer), "measured": _told(measured)}
    return shares, (Stage("sharing", None, facts),)


def _beside(stages: tuple[Stage, ...]) -> tuple[Stage, ...]:
    """The measured saving shown beside fixed shares, where there is one."""
    return tuple(Stage("sharing", None, {**s.facts, "by": "fixed"}) for s in stages if "measured" in s.facts)


def _told(shares: Mapping[str, Fraction]) -> dict[str, Decimal]:
    """Shares as decimals of six digits, for people."""
    return {payer: (Decimal(s.numerator) / s.denominator).quantize(Decimal("0.000001")) for payer, s in shares.items()}


def _saved(agreement: Agreement, payer: str, savings: Mapping[str, Decimal], window: Window) -> Fraction:
    """A payer's part of the savings on all tasks, by the days of the window on which it was responsible for them."""
    total = Fraction(0)
    for row in agreement.terms.responsibilities:
        if row.payer == payer and row.task in savings:
            days = _overlap(row.start, row.end, window)
            total += Fraction(savings[row.task]) * Fraction(row.share) * Fraction(days, window.days)
    return total


def _overlap(start: date | None, end: date | None, window: Window) -> int:
    first = max(start, window.start) if start else window.start
    last = min(end, window.end) if end else window.end
    return max((last - first).days, 0)
