"""The payment calculator: terms and a file of results in, who owes whom out. No database, no deliveries, no Airflow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from maalbar.contract import Agreement
from maalbar.errors import ResultsRefused, SettlementRefused
from maalbar.flow.results_file import read_results
from transforms.settlement import Result, Settlement, settle
from transforms.settlement.payable import Payable, by_period, payable
from transforms.settlement.returns import Flow, internal_rate, invested
from transforms.settlement.waterfall import Handed, handed_on


@dataclass(frozen=True)
class InvestorReturn:
    """An investor's money: paid in and back, principal and premium apart, and its yearly return on dated cash flows."""

    investor: str
    paid_in: int
    returned: int
    principal: int
    premium: int
    yearly_return: Decimal | None


@dataclass(frozen=True)
class Calculation:
    """What terms and results come to. Amounts in minor units."""

    agreement: Agreement
    periods: list[str]
    settlement: Settlement
    payable: Payable
    handed_on: tuple[Handed, ...]
    investors: tuple[InvestorReturn, ...]


def calculate(agreement: Agreement, path: Path) -> Calculation:
    """Settle a file of results. Raises ResultsRefused for the file, also where a result lacks what the terms look at."""
    results, periods = read_results(agreement, path)
    try:
        return computed(agreement, results, periods)
    except SettlementRefused as error:
        period = _refused_in(agreement, results, periods)
        where = f"{path}: period {period}, {error.where}" if error.where else f"{path}: period {period}"
        raise ResultsRefused(error.what, where=where, mend=error.mend) from None


def _refused_in(agreement: Agreement, results: Mapping[tuple[str, str], Result], periods: Sequence[str]) -> str:
    """The first period in which the results cannot be settled."""
    for count, period in enumerate(periods, start=1):
        try:
            settle(agreement, results, periods[:count])
        except SettlementRefused:
            return period
    raise AssertionError("settled after all")


def computed(agreement: Agreement, results: Mapping[tuple[str, str], Result], periods: Sequence[str]) -> Calculation:
    """Settle results, and all that follows from the lines."""
    settlement = settle(agreement, results, periods)
    is_final = periods[-1] == agreement.calendar.followed[-1].id
    handed = handed_on(agreement, settlement.lines)
    return Calculation(
        agreement,
        list(periods),
        settlement,
        payable(agreement.terms, by_period(settlement.lines), is_final=is_final),
        handed,
        investor_returns(agreement, settlement, handed, periods[-1]),
    )


def investor_returns(
    agreement: Agreement, settlement: Settlement, handed: Sequence[Handed], through: str
) -> tuple[InvestorReturn, ...]:
    """Each investor by the last pay day: what it gets itself, and what the receiver hands on to it."""
    last = agreement.period(through).pay_by
    found = []
    for party_id, party in agreement.parties.items():
        if "investor" not in party.roles:
            continue
        mine = [(x.period, x.component, x.amount) for x in settlement.lines if x.recipient == party_id]
        if party_id == agreement.terms.capital.receiver:
            mine = []
        mine += [(h.period, h.component, h.amount) for h in handed if h.investor == party_id]
        own = [flow for flow in _capital(agreement, party_id) if flow.dated <= last]
        flows = [*own, *(Flow(agreement.period(period).pay_by, amount) for period, amount in _by_period(mine))]
        found.append(
            InvestorReturn(
                party_id,
                -sum(flow.amount for flow in own if flow.amount < 0),
                sum(flow.amount for flow in own if flow.amount > 0),
                sum(amount for _, component, amount in mine if component == "principal"),
                sum(amount for _, component, amount in mine if component == "premium"),
                internal_rate(flows),
            )
        )
    return tuple(found)


def _by_period(received: Sequence[tuple[str, str, int]]) -> list[tuple[str, int]]:
    """One flow a period, since a yearly return costs a power of every flow many times over."""
    sums: dict[str, int] = {}
    for period, _, amount in received:
        sums[period] = sums.get(period, 0) + amount
    return list(sums.items())


def _capital(agreement: Agreement, party_id: str) -> list[Flow]:
    """An investor's own capital flows, also where it is the receiver for others."""
    capital = agreement.terms.capital
    if party_id != capital.receiver:
        return invested(agreement, party_id, agreement.calendar.periods[-1].pay_by)
    paid = [Flow(d.dated, -d.amount.minor) for d in capital.drawdowns if d.investor == party_id]
    return paid + [Flow(r.dated, r.amount.minor) for r in capital.returned if r.investor == party_id]
