"""The workbook of a settlement: its results, what it comes to and what is posted, handed to the spreadsheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from maalbar.contract.model import Agreement
from maalbar.contract.outcomes import Outcome
from maalbar.contract.prices import RateCard, SavingsShare
from maalbar.contract.versions import version_in, versions
from maalbar.documents import workbook as document
from maalbar.documents.workbook import Claimed, Figure, Measured, Settled
from maalbar.documents.workbook.words import Language
from maalbar.periods import Window
from transforms.settlement import Cell, Claim, Interval, Result, Settlement
from transforms.settlement.claims import in_force, in_order


def workbook_of(
    agreement: Agreement,
    results: Mapping[tuple[str, str], Result],
    periods: Sequence[str],
    settlement: Settlement,
    passport: Mapping[str, str],
    source: Mapping[str, str],
    *,
    posted: Mapping[tuple[str, str, str, str, str], int] | None = None,
    stands: Mapping[tuple[str, Cell], int] | None = None,
    language: Language = "da",
) -> bytes:
    """The XLSX file of a settlement that was made from `results`. Raises SettlementRefused where a spreadsheet cannot hold it."""
    known, given = versions(agreement), {}
    for period in periods:
        terms = known[version_in(agreement, period)]
        for outcome_id, outcome in terms.outcomes.items():
            if (period, outcome_id) in results:
                result = results[period, outcome_id]
                given[period, outcome_id] = _measured(terms, outcome_id, outcome, result, terms.period(period).window)
    lines: dict[tuple[str, str, str, str, str], int] = {}
    for line in settlement.lines:
        lines[line.key] = lines.get(line.key, 0) + line.amount
    settled = Settled(tuple(periods), lines, posted or {}, stands or {})
    return document.workbook(agreement, given, settled, passport, source, language)


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


def _place(rates: Sequence[object], outcome_id: str, claim: Claim, window: Window) -> int:
    chosen = in_force(rates, outcome_id, claim, window)  # type: ignore[arg-type]
    return next(number for number, rate in enumerate(rates) if rate is chosen)
