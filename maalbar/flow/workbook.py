"""The workbook of a settlement: its results, what it comes to and what is posted, handed to the spreadsheet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from maalbar import __version__, ledger, proposals, terms
from maalbar import results as results_store
from maalbar.contract import find_contract
from maalbar.contract.model import Agreement
from maalbar.contract.outcomes import Outcome
from maalbar.contract.prices import Rate, RateCard, SavingsShare
from maalbar.contract.versions import version_in, versions
from maalbar.database import transaction
from maalbar.documents import workbook as document
from maalbar.documents.language import Language
from maalbar.documents.workbook import Claimed, Figure, Measured, Settled
from maalbar.errors import SettlementRefused
from maalbar.flow.calculate import calculate
from maalbar.flow.entitle import rests_on
from maalbar.flow.results_file import read_results
from maalbar.flow.settle import newest_proposal
from maalbar.periods import Window
from maalbar.store import sha256_of
from transforms.settlement import Cell, Claim, Interval, Key, Result, Settlement, settle
from transforms.settlement.claims import in_force, in_order


def workbook_of(
    agreement: Agreement,
    results: Mapping[tuple[str, str], Result],
    periods: Sequence[str],
    settlement: Settlement,
    passport: Mapping[str, str],
    source: Mapping[str, str],
    *,
    posted: Mapping[Key, int] | None = None,
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
    lines: dict[Key, int] = {}
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


def _place(rates: Sequence[Rate], outcome_id: str, claim: Claim, window: Window) -> int:
    chosen = in_force(rates, outcome_id, claim, window)
    return next(number for number, rate in enumerate(rates) if rate is chosen)


def of_results(agreement: Agreement, path: Path, language: Language = "da") -> bytes:
    """The workbook of a file of results.

    Raises ResultsRefused for the file, SettlementRefused where a spreadsheet cannot hold it.
    """
    found = calculate(agreement, path)
    results, periods = read_results(agreement, path)
    passport = {"contract": agreement.id, "terms": agreement.digest, "results": sha256_of(path.read_bytes())}
    source = dict.fromkeys(periods, path.name)
    told = passport | {"maalbar": __version__}
    return workbook_of(agreement, results, periods, found.settlement, told, source, language=language)


def of_settlement(
    contract_id: str, period_id: str, number: int | None = None, language: Language = "da"
) -> tuple[int, bytes]:
    """The number and workbook of a settlement through a period, the newest where none is named; as its approvers saw it.

    Raises SettlementRefused when there is none, or where a spreadsheet cannot hold it.
    """
    number = number or newest_proposal(contract_id, period_id)
    today = find_contract(contract_id)
    with transaction() as connection:
        row = proposals.get(connection, contract_id, number)
        if row["through"] != period_id:
            what = f"settlement {number} goes through period {row['through']}"
            raise SettlementRefused(what, where=f"{contract_id} period {period_id}", mend="name that period")
        contract = terms.settled_under(connection, row["terms_digest"], today)
        found = rests_on(connection, contract, row["measurements"], number)
        settlement = settle(contract, found.results, found.periods, stands=found.stands)
        digests = {p: results_store.digest_of_revision(connection, m) for p, m in row["measurements"].items()}
        entries = [entry for entry in ledger.entries(connection, contract_id) if entry["settlement"] < number]
    posted: dict[Key, int] = defaultdict(int)
    for entry in entries:
        key = (entry["period"], entry["outcome"], entry["payer"], entry["recipient"], entry["component"])
        posted[key] += entry["amount_minor"]
    passport = {
        "contract": contract_id,
        "settlement": str(number),
        "digest": row["digest"],
        "terms": row["terms_digest"],
        "results": ", ".join(f"{period}: {digests[period]}" for period in found.periods),
        "ledger": row["ledger_head"],
        "maalbar": __version__,
    }
    source = {p: f"måling {row['measurements'][p]}" for p in found.periods}
    if language == "en":
        source = {p: f"measurement {row['measurements'][p]}" for p in found.periods}
    made = workbook_of(
        contract, found.results, found.periods, settlement, passport, source,
        posted=posted, stands=found.stands, language=language,
    )  # fmt: skip
    return number, made
