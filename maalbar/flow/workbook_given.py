"""What a workbook is given: results, settlement and payments in the words of `documents.workbook`, which knows no transforms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from maalbar.contract.model import Agreement
from maalbar.contract.outcomes import Outcome
from maalbar.contract.prices import Rate, RateCard, SavingsShare
from maalbar.contract.versions import version_in, versions
from maalbar.documents.workbook import Claimed, Entitlement, Figure, Invested, Measured, Moved, Settled
from maalbar.periods import Window
from transforms.settlement import Cell, Claim, Interval, Key, Result, Settlement
from transforms.settlement.claims import in_force, in_order
from transforms.settlement.investors import InvestorReturn
from transforms.settlement.payable import Entitled, Payable, payable

Results = Mapping[tuple[str, str], Result]


def settled(
    agreement: Agreement,
    settlement: Settlement,
    periods: Sequence[str],
    investors: Iterable[InvestorReturn],
    entitled: Sequence[Entitled],
    *,
    throughs: Mapping[str, str] | None = None,
    posted: Mapping[Key, int] | None = None,
    stands: Mapping[tuple[str, Cell], int] | None = None,
    tells_returns: bool = True,
) -> Settled:
    """What Maalbar comes to. `throughs`: settlement → the period it goes through, all but the last of them posted.

    Without `throughs` every period is a settlement by itself, and nothing is posted.
    """
    lines: dict[Key, int] = {}
    for line in settlement.lines:
        lines[line.key] = lines.get(line.key, 0) + line.amount
    capital = agreement.terms.capital
    amounts = (lines.values(), settlement.owed.values(), (row.amount.minor for row in capital.drawdowns))
    return Settled(
        tuple(periods),
        lines,
        posted or {},
        stands or {},
        tuple(_entitlements(agreement, entitled, throughs)),
        _moved(payable(entitled)),
        tuple(_invested(found) for found in investors),
        tells_returns,
        max(sum(map(abs, some)) for some in amounts),
    )


def _entitlements(
    agreement: Agreement, entitled: Sequence[Entitled], throughs: Mapping[str, str] | None
) -> Iterable[Entitlement]:
    for place, one in enumerate(entitled, start=1):
        of_workbook = throughs is None or place == len(entitled)
        yield Entitlement(
            one.settlement,
            agreement.period(throughs[one.settlement] if throughs else one.settlement).pay_by,
            one.terms,
            one.closes,
            None if of_workbook else one.pairs,
            None if throughs else one.settlement,
        )


def _moved(found: Payable) -> Moved:
    due = {(one.settlement, one.payer, one.recipient): one.amount for one in found.due}
    return Moved(due, found.set_off, found.waived)


def _invested(found: InvestorReturn) -> Invested:
    return Invested(
        found.investor, found.paid_in, found.returned, found.principal, found.premium, found.yearly_return
    )  # fmt: skip


def measured(agreement: Agreement, results: Results, periods: Sequence[str]) -> dict[tuple[str, str], Measured]:
    """Each result that the terms of its period know."""
    known, found = versions(agreement), {}
    for period in periods:
        terms = known[version_in(agreement, period)]
        for outcome_id, outcome in terms.outcomes.items():
            if (period, outcome_id) in results:
                result = results[period, outcome_id]
                found[period, outcome_id] = _measured(terms, outcome_id, outcome, result, terms.period(period).window)
    return found


def _measured(terms: Agreement, outcome_id: str, outcome: Outcome, result: Result, window: Window) -> Measured:
    return Measured(
        result.not_measurable,
        _figure(result.period, result.period_interval),
        _figure(result.cumulative, result.cumulative_interval),
        None if result.units is None else Decimal(result.units),
        tuple(_claims(terms, outcome_id, outcome, result, window)),
        result.savings,
        {name: _measured(terms, outcome_id, outcome, other, window) for name, other in result.others.items()},
    )


def _figure(value: Decimal | None, interval: Interval | None) -> Figure:
    if interval is None:
        return Figure(value)
    return Figure(value, interval.low, interval.high, interval.standard_error, interval.is_significant)


def _claims(terms: Agreement, outcome_id: str, outcome: Outcome, result: Result, window: Window) -> list[Claimed]:
    """What was counted, in the order in which limits are filled."""
    found, price = [], outcome.price
    plain = result.counted[-1] if result.units is not None else None
    for day, _, claim in in_order(terms, outcome_id, outcome, result.counted, window):
        rate = None
        if isinstance(price, RateCard) and price.rates:
            rate = _place(price.rates, outcome_id, claim, window)
        elif isinstance(price, SavingsShare) and price.tariff and claim.state == "verified":
            rate = _place(price.tariff, outcome_id, claim, window)
        found.append(
            Claimed(claim.quantity, day, claim.person, claim.milestone, claim.item, claim.cohort, claim.state, claim.value,
                    rate, claim is plain)
        )  # fmt: skip
    return found


def _place(rates: Sequence[Rate], outcome_id: str, claim: Claim, window: Window) -> int:
    chosen = in_force(rates, outcome_id, claim, window)
    return next(number for number, rate in enumerate(rates) if rate is chosen)
