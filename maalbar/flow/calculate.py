"""The payment calculator: terms and a file of results in, who owes whom out. No database, no deliveries, no Airflow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from maalbar.contract import Agreement
from maalbar.contract.versions import in_force
from maalbar.errors import ResultsRefused, SettlementRefused
from maalbar.flow.results_file import read_results
from transforms.settlement import Result, Settlement, settle
from transforms.settlement.investors import InvestorReturn, investor_returns
from transforms.settlement.payable import Payable, by_period, payable
from transforms.settlement.waterfall import Handed, handed_on


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
    newest = in_force(agreement, periods[-1])
    handed = handed_on(newest, settlement.lines, periods)
    return Calculation(
        agreement,
        list(periods),
        settlement,
        payable(by_period(agreement, settlement.lines, periods)),
        handed,
        investor_returns(newest, settlement.lines, periods[-1]),
    )
