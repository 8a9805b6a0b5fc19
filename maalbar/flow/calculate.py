"""The payment calculator: terms and a file of results in, who owes whom out. No database, no deliveries, no Airflow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from maalbar.contract import Agreement
from maalbar.contract.values import Section
from maalbar.flow.amounts import phrases
from maalbar.flow.results_file import read_results
from maalbar.money import minor_per_major
from transforms.settlement import Result, Settlement, settle
from transforms.settlement.caps import within
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
    """Settle a file of results. Raises ResultsRefused for the file, SettlementRefused where a result lacks what is looked at."""
    results, periods = read_results(agreement, path)
    return computed(agreement, results, periods)


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
        flows = [*own, *(Flow(agreement.period(period).pay_by, amount) for period, _, amount in mine)]
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


def _capital(agreement: Agreement, party_id: str) -> list[Flow]:
    """An investor's own capital flows, also where it is the receiver for others."""
    capital = agreement.terms.capital
    if party_id != capital.receiver:
        return invested(agreement, party_id, agreement.calendar.periods[-1].pay_by)
    paid = [Flow(d.dated, -d.amount.minor) for d in capital.drawdowns if d.investor == party_id]
    return paid + [Flow(r.dated, r.amount.minor) for r in capital.returned if r.investor == party_id]


def as_data(found: Calculation) -> dict[str, Any]:
    """Everything as plain data for JSON: amounts in minor units (`_minor`) and as decimal text."""
    agreement, whole = found.agreement, minor_per_major(found.agreement.terms.currency)

    def money(minor: int) -> dict[str, Any]:
        return {"amount_minor": minor, "amount": str(Decimal(minor) / whole)}

    lines = [
        {k: v for k, v in asdict(line).items() if k != "amount"} | money(line.amount) for line in found.settlement.lines
    ]
    return {
        "contract": agreement.id,
        "terms": agreement.digest,
        "currency": agreement.terms.currency,
        "minor_per_major": whole,
        "periods": found.periods,
        "total": money(found.settlement.total),
        "payers": {p: money(sum(x.amount for x in found.settlement.lines if x.payer == p)) for p in _payers(found)},
        "lines": lines,
        "transfers": [
            {k: v for k, v in asdict(t).items() if k != "amount"} | money(t.amount) for t in found.payable.transfers
        ],
        "set_off": [{"payer": a, "recipient": b, **money(x)} for (a, b), x in found.payable.set_off.items()],
        "waived": money(found.payable.waived),
        "caps": caps(found, money),
        "handed_on": [{k: v for k, v in asdict(h).items() if k != "amount"} | money(h.amount) for h in found.handed_on],
        "investors": [_plain(asdict(investor)) for investor in found.investors],
        "steps": [
            {
                "period": step.period,
                "outcome": step.outcome,
                "explanation": " → ".join(phrases(agreement, step, "en")),
                "trail": [{"rule": s.rule, "amount_minor": s.amount, **_plain(s.facts)} for s in step.trail],
                "granted": money(step.granted),
            }
            for step in found.settlement.steps
        ],
    }


def _payers(found: Calculation) -> list[str]:
    return list(dict.fromkeys(line.payer for line in found.settlement.lines))


def caps(found: Calculation, money: Any) -> list[dict[str, Any]]:
    """Each cap on the whole contract: what is paid under it and what room is left."""
    rows = []
    for cap in found.agreement.terms.caps:
        if cap.per == "contract":
            paid = sum(x.amount for x in found.settlement.lines if within((x.outcome, x.payer, x.recipient), cap))
            scope = {"outcome": cap.outcome, "payer": cap.payer, "recipient": cap.recipient}
            rows.append(
                scope
                | {"paid": money(paid), "maximum": money(cap.maximum.minor), "left": money(cap.maximum.minor - paid)}
            )
    return rows


def _plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Decimals, dates and figures of the contract as text."""
    return {name: _text(value) for name, value in facts.items()}


def _text(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _plain(value)
    if value is None or isinstance(value, str | int | bool):
        return value
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    assert isinstance(value, Section) or hasattr(value, "isoformat")
    return str(value)
