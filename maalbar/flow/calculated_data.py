"""A calculation as plain data, for JSON: everything there is to say, with the way to each amount."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from maalbar.contract import Agreement
from maalbar.contract.values import Section
from maalbar.contract.versions import in_force
from maalbar.documents import explained
from maalbar.flow.amounts import phrases
from maalbar.flow.calculate import Calculation
from maalbar.money import minor_digits, minor_per_major, to_minor
from transforms.settlement import Line, Step
from transforms.settlement.caps import within
from transforms.settlement.payable import Transfer
from transforms.settlement.waterfall import Handed

SCHEMA = "maalbar-settlement/1"
"""The shape of `as_data`. A key that is added keeps it; one that changes or goes does not."""
MONEY = (*explained.MONEY, "period")
"""The facts of a step's stages that are amounts, in minor units."""
AsMoney = Callable[[int], dict[str, Any]]


def as_data(found: Calculation) -> dict[str, Any]:
    """Everything as plain data for JSON; each amount in minor units, and as text with the decimals of the currency."""
    agreement, currency = found.agreement, found.agreement.terms.currency
    money = partial(_money, minor_digits(currency))
    lines = found.settlement.lines
    return {
        "schema": SCHEMA,
        "contract": agreement.id,
        "terms": agreement.digest,
        "terms_are": agreement.status.terms,
        "currency": currency,
        "minor_per_major": minor_per_major(currency),
        "periods": found.periods,
        "total": money(found.settlement.total),
        "payers": {name: money(amount) for name, amount in _sums((x.payer, x.amount) for x in lines)},
        "recipients": {name: money(amount) for name, amount in _sums((x.recipient, x.amount) for x in lines)},
        "lines": [_with_money(line, money) for line in lines],
        "transfers": [
            _with_money(t, money) | {"pay_by": str(agreement.period(t.settlement).pay_by)}
            for t in found.payable.transfers
        ],
        "set_off": [{"payer": a, "recipient": b, **money(x)} for (a, b), x in found.payable.set_off.items()],
        "waived": money(found.payable.waived),
        "caps": [
            {name: money(value) if isinstance(value, int) else value for name, value in row.items()}
            for row in caps(found)
        ],
        "handed_on": [_with_money(row, money) for row in found.handed_on],
        "investors": [
            {name: money(value) if isinstance(value, int) else _text(value) for name, value in asdict(investor).items()}
            for investor in found.investors
        ],
        "steps": [_step(agreement, step, money) for step in found.settlement.steps],
    }


def told(agreement: Agreement, step: Step) -> list[str]:
    """The way of one outcome in one period in words, one phrase a rule; of what is never paid, its result."""
    if step.kind != "none":
        return phrases(agreement, step, "en")
    result, basis = step.result, "cumulative" if agreement.terms.basis == "cumulative" else "period"
    figure = next(
        (value for value in (result.on(basis)[0], result.period, result.cumulative) if value is not None), None
    )
    if result.not_measurable is not None:
        shown: tuple[str, None, dict[str, Any]] = ("not_measurable", None, {"why": result.not_measurable})
    elif figure is not None:
        shown = ("result", None, {"value": figure})
    else:
        shown = ("units", None, {"units": sum((claim.quantity for claim in result.counted), Decimal(0))})
    return [*explained.explained(agreement, step.outcome, [shown], "en"), "shown, never paid"]


def _money(digits: int, minor: int) -> dict[str, Any]:
    return {"amount_minor": minor, "amount": f"{Decimal(minor).scaleb(-digits):.{digits}f}"}


def _with_money(row: Line | Transfer | Handed, money: AsMoney) -> dict[str, Any]:
    return {name: value for name, value in asdict(row).items() if name != "amount"} | money(row.amount)


def _sums(amounts: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    sums: dict[str, int] = {}
    for name, amount in amounts:
        sums[name] = sums.get(name, 0) + amount
    return list(sums.items())


def _step(agreement: Agreement, step: Step, money: AsMoney) -> dict[str, Any]:
    """The way of one outcome in one period: in words, and rule by rule with what each looked at."""

    def fact(rule: str, name: str, value: Any) -> Any:
        if rule != "left_out" and name in MONEY and isinstance(value, int | Decimal):
            return money(value if isinstance(value, int) else to_minor(value, agreement.terms.rounding))
        return _text(value)

    return {
        "period": step.period,
        "outcome": step.outcome,
        "kind": step.kind,
        "explanation": " → ".join(told(agreement, step)),
        "granted": money(step.granted),
        "trail": [
            {
                "rule": stage.rule,
                "after": None if stage.amount is None else money(stage.amount),
                "facts": {name: fact(stage.rule, name, value) for name, value in stage.facts.items()},
            }
            for stage in step.trail
        ],
    }


def caps(found: Calculation) -> list[dict[str, Any]]:
    """Each cap on the whole contract: what is paid under it and what room is left, in minor units."""
    rows = []
    for cap in in_force(found.agreement, found.periods[-1]).terms.caps:
        if cap.per == "contract":
            paid = sum(x.amount for x in found.settlement.lines if within((x.outcome, x.payer, x.recipient), cap))
            scope = {"outcome": cap.outcome, "payer": cap.payer, "recipient": cap.recipient}
            rows.append({**scope, "paid": paid, "maximum": cap.maximum.minor, "left": cap.maximum.minor - paid})
    return rows


def _text(value: Any) -> Any:
    """Decimals, dates and figures of the contract as text."""
    if isinstance(value, Mapping):
        return {name: _text(part) for name, part in value.items()}
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    assert isinstance(value, Section | date)
    return str(value)
