"""Sharing: an outcome's amount split over payers and recipients, by fixed shares or by what each payer has measurably saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from maalbar.contract.outcomes import Outcome
from maalbar.documents.workbook.formulas import ZERO, Formula, f, total
from maalbar.documents.workbook.given import Cell
from maalbar.documents.workbook.moment import Moment
from maalbar.periods import Window

Pair = tuple[str, str]


@dataclass
class SharedSoFar:
    """What one outcome's cells have come to, and where the present shares began to hold.

    `said`: the shares where they are fixed. `live`: each pair's part of the whole where they follow the results.
    """

    said: Mapping[Pair, Decimal] | None = None
    live: Mapping[Pair, Formula] | None = None
    owed: Formula = ZERO
    base: dict[Cell, Formula] = field(default_factory=dict)
    base_owed: Formula = ZERO
    cells: dict[Cell, Formula] = field(default_factory=dict)


def share_out(
    moment: Moment, outcome_id: str, owed: Formula, savings: Mapping[str, Decimal], so_far: SharedSoFar
) -> None:
    """Bring an outcome's cells to what is owed so far; what was shared under other shares stands. In place."""
    book, outcome = moment.book, moment.terms.outcomes[outcome_id]
    if not outcome.payments:
        return
    said = {(row.payer, row.recipient): row.share for row in outcome.payments}
    fixed = {
        pair: book.term("share", f"{moment.title(outcome_id)}: {book.whom((outcome_id, *pair))}", share, "share")
        for pair, share in said.items()
    }
    if outcome.sharing == "measured_saving":
        weights = _by_saving(moment, outcome_id, outcome, fixed, savings)
        _begin_live(moment, weights, so_far)
        exact, parts = False, [((outcome_id, *pair), weight) for pair, weight in weights.items()]
    else:
        if so_far.said != said:
            so_far.base, so_far.base_owed = dict(so_far.cells), so_far.owed
        so_far.said, so_far.live = said, None
        digits = max([6, *(-int(share.as_tuple().exponent) for share in said.values())])
        exact, parts = True, [((outcome_id, *p), f(f"ROUND({share}*1{'0' * digits},0)")) for p, share in fixed.items()]
    so_far.owed = owed
    stands = ZERO
    if so_far.base_owed != ZERO:
        base = so_far.base_owed
        stands = book.step("stands_before", f"MAX(MIN({owed},MAX({base},0)),MIN({base},0))")
    so_far.cells = _standing(moment, stands, so_far)
    rest = owed if stands == ZERO else book.step("to_share", f"{owed}-{stands}")
    for cell, part in book.split("shared", rest, parts, exact=exact).items():
        before = so_far.cells.get(cell, ZERO)
        so_far.cells[cell] = part if before == ZERO else book.step("cell", f"{before}+{part}", whom=book.whom(cell))


def _standing(moment: Moment, stands: Formula, so_far: SharedSoFar) -> dict[Cell, Formula]:
    """What stands under earlier shares; where it falls, every cell gives of what it has."""
    if stands == ZERO:
        return {}
    held = moment.book.split("stands_shared", stands, list(so_far.base.items()))
    return {
        cell: moment.book.step("stands_cell", f"IF({stands}={so_far.base_owed},{so_far.base[cell]},{part})",
                               whom=moment.book.whom(cell))
        for cell, part in held.items()
    }  # fmt: skip


def _begin_live(moment: Moment, weights: Mapping[Pair, Formula], so_far: SharedSoFar) -> None:
    """Shares that follow the results: where they differ from those before, what was shared stands."""
    book, whole = moment.book, total(weights.values())
    live = {pair: book.step("part_of_saving", f"{weight}/{whole}", "share", whom=book.whom(("", *pair)))
            for pair, weight in weights.items()}  # fmt: skip
    before = so_far.live if so_far.live is not None else so_far.said
    if before is not None:
        pairs = {**before, **live}
        differs = "+".join(f"ABS({before.get(p, '0')}-{live.get(p, '0')})" for p in pairs)
        changed = book.step("shares_changed", f"IF(ROUND({differs},12)<>0,1,0)", "number")
        so_far.base_owed = book.step("base_owed", f"IF({changed}=1,{so_far.owed},{so_far.base_owed})")
        so_far.base = {
            cell: book.step(
                "base_cell", f"IF({changed}=1,{amount},{so_far.base.get(cell, ZERO)})", whom=book.whom(cell)
            )
            for cell, amount in so_far.cells.items()
        }
    so_far.said, so_far.live = None, live


def _by_saving(
    moment: Moment, outcome_id: str, outcome: Outcome, fixed: Mapping[Pair, Formula], savings: Mapping[str, Decimal]
) -> dict[Pair, Formula]:
    """Payers in proportion to their measured saving; the fixed shares where nobody has saved anything."""
    book = moment.book
    of_payer = {
        payer: total(share for pair, share in fixed.items() if pair[0] == payer) for payer in {p: 0 for p, _ in fixed}
    }
    saved = {
        payer: book.step(
            "saved_by", f"MAX({_saved(moment, outcome_id, payer, savings)},0)", "exact", whom=book.names[payer]
        )
        for payer in of_payer
    }
    whole = total(saved.values())
    return {
        (payer, recipient): book.step(
            "weight_of", f"IF({whole}=0,{share},{saved[payer]}*{share}/{of_payer[payer]})", "exact",
            whom=book.whom((outcome_id, payer, recipient)),
        )
        for (payer, recipient), share in fixed.items()
    }  # fmt: skip


def _saved(moment: Moment, outcome_id: str, payer: str, savings: Mapping[str, Decimal]) -> Formula:
    """A payer's part of the savings on all tasks, by the days of the window on which it was responsible for them."""
    book, window, parts = moment.book, moment.terms.period(moment.period).window, []
    for row in moment.terms.terms.responsibilities:
        if row.payer == payer and row.task in savings:
            days = _overlap(row.start, row.end, window)
            saved = book.result(moment.period, outcome_id, "saved_on_task", savings[row.task], "number", row.task)
            about = f"{row.task}: {book.names[payer]} {row.start or ''}–{row.end or ''}"
            share = book.term("responsibility", about, row.share, "share")
            parts.append(f(f"{saved}*{share}*{days}/{window.days}"))
    return total(parts)


def _overlap(start: date | None, end: date | None, window: Window) -> int:
    first = max(start, window.start) if start else window.start
    last = min(end, window.end) if end else window.end
    return max((last - first).days, 0)
