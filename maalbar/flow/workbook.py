"""The workbook of a settlement: its results, what it comes to and what is posted, handed to the spreadsheet; and if it holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from maalbar import __version__, ledger, proposals
from maalbar.contract import Contract
from maalbar.contract.model import Agreement
from maalbar.contract.prices import UnitPrice
from maalbar.contract.versions import in_force
from maalbar.database import transaction
from maalbar.documents import workbook as document
from maalbar.documents.language import LANGUAGES, Language
from maalbar.errors import SettlementRefused
from maalbar.flow.amounts import as_line, entitled_by, paid_entries
from maalbar.flow.answered import hides_percent, told_reason
from maalbar.flow.calculate import Calculation, calculate
from maalbar.flow.entitle import rests_on
from maalbar.flow.evidence import Evidence
from maalbar.flow.results_file import read_results
from maalbar.flow.statement import evidence_of, folder_of, told_otherwise
from maalbar.flow.workbook_given import measured, settled
from maalbar.store import sha256_of, write_atomically
from transforms.settlement import Key, Result, settle
from transforms.settlement.investors import investor_returns
from transforms.settlement.payable import by_period

NAMES: dict[Language, str] = {"da": "beregning-{}", "en": "computation-{}.en"}
Results = Mapping[tuple[str, str], Result]


def of_calculation(
    found: Calculation, results: Results, passport: Mapping[str, str], source: str, language: Language = "da"
) -> bytes:
    """The workbook of results that were handed in. Raises SettlementRefused where a spreadsheet cannot hold it."""
    agreement, periods = found.agreement, found.periods
    entitled = by_period(agreement, found.settlement.lines, periods)
    given = settled(agreement, found.settlement, periods, found.investors, entitled)
    where = dict.fromkeys(periods, source)
    return document.workbook(agreement, measured(agreement, results, periods), given, passport, where, language)


def of_results(agreement: Agreement, path: Path, language: Language = "da") -> bytes:
    """The workbook of a file of results.

    Raises ResultsRefused for the file, SettlementRefused where a spreadsheet cannot hold it.
    """
    found = calculate(agreement, path)
    passport = {"contract": agreement.id, "terms": agreement.digest, "results": sha256_of(path.read_bytes())}
    told = passport | {"maalbar": __version__}
    return of_calculation(found, read_results(agreement, path)[0], told, path.name, language)


@dataclass(frozen=True)
class Stands:
    """Whether what a settlement computes still holds. `otherwise`: period → the newest settlement that says something else of it.

    `entry`: the newest entry of the ledger when this was asked.
    """

    number: int
    state: str
    otherwise: Mapping[str, int]
    entry: int

    @property
    def is_current(self) -> bool:
        return self.state == proposals.POSTED and not self.otherwise


@dataclass(frozen=True)
class Written:
    """A workbook that was written now."""

    path: Path
    language: Language
    sha256: str


def write_workbooks(
    contract_id: str, number: int, languages: Sequence[Language] = LANGUAGES, folder: Path | None = None
) -> tuple[Stands, list[Written]]:
    """Write the workbook of a settlement into `folder`, or where its statements are issued; whether it still holds.

    It says so itself, and is written anew each time: unlike a statement it is not issued. Raises SettlementRefused when there is
    no such settlement, or where a spreadsheet cannot hold it.
    """
    stands, place, written = stands_of(contract_id, number), folder or folder_of(contract_id, number), []
    for language in languages:
        raw = of_settlement(contract_id, number, language, stands)
        path = place / f"{contract_id}__{NAMES[language].format(number)}.xlsx"
        write_atomically(path, raw, mode=0o644)
        written.append(Written(path, language, sha256_of(raw)))
    return stands, written


def stands_of(contract_id: str, number: int) -> Stands:
    """Whether a settlement still holds in every period that it computes. Raises SettlementRefused when there is none."""
    with transaction() as connection:
        state = proposals.get(connection, contract_id, number)["state"]
        entries = ledger.entries(connection, contract_id)
    return Stands(number, state, told_otherwise(contract_id, number), entries[-1]["entry"] if entries else 0)


def of_settlement(contract_id: str, number: int, language: Language, stands: Stands) -> bytes:
    """The workbook of a settlement as its approvers saw it, with what was posted before it.

    Raises SettlementRefused when there is none, where a result may not be told, or where a spreadsheet cannot hold it.
    """
    evidence, _ = evidence_of(contract_id, number)
    contract, row = evidence.contract, evidence.proposal
    with transaction() as connection:
        found = rests_on(connection, contract, row["measurements"], number)
    computed = settle(contract, found.results, found.periods, stands=found.stands)
    given = settled(
        contract, computed, found.periods,
        investor_returns(in_force(contract, row["through"]), computed.lines, row["through"]),
        entitled_by(in_force(contract, row["through"]), evidence.throughs, number, paid_entries(evidence)),
        throughs={str(settlement): through for settlement, through in evidence.throughs.items()},
        posted=_posted(evidence), stands=found.stands,
        tells_returns=row["through"] == contract.calendar.followed[-1].id,
    )  # fmt: skip
    results = measured(contract, _may_be_told(evidence, found.results), found.periods)
    source = {period: document.measured_as(row["measurements"][period], language) for period in found.periods}
    standing = document.standing_told(stands.number, stands.state, stands.otherwise, stands.entry, language)
    beware = "" if stands.is_current else standing
    return document.workbook(contract, results, given, _passport(evidence), source, language, standing, beware)


def _posted(evidence: Evidence) -> dict[Key, int]:
    """What earlier settlements have posted of each line, and what was given up of it before this one."""
    posted = defaultdict(int, evidence.given_up)
    for row in evidence.entries:
        if row["settlement"] < evidence.proposal["number"]:
            posted[as_line(row).key] += row["amount_minor"]
    return posted


def _passport(evidence: Evidence) -> dict[str, str]:
    row = evidence.proposal
    return {
        "contract": evidence.contract.id,
        "settlement": str(row["number"]),
        "digest": row["digest"],
        "terms": row["terms_digest"],
        "results": ", ".join(f"{period}: {one['result_digest']}" for period, one in evidence.measurements.items()),
        "ledger": row["ledger_head"],
        "maalbar": __version__,
    }


def _may_be_told(evidence: Evidence, results: Results) -> dict[tuple[str, str], Result]:
    """Results as a statement may tell them: a reason without a percentage that would tell how many answered.

    A number of few persons cannot be left out of its own computation. Raises SettlementRefused for one.
    """
    contract, told = evidence.contract, {}
    for (period, outcome), result in results.items():
        held = replace(evidence, contract=in_force(contract, period))
        price = held.contract.outcomes[outcome].price
        if isinstance(price, UnitPrice) and price.counts == "persons" and 0 < (result.units or 0) < _few(contract):
            what = f"{outcome} counts fewer than {_few(contract)} persons, which a workbook would show"
            raise SettlementRefused(what, where=f"{contract.id} period {period}", mend="give the statement alone")
        told[period, outcome] = _with_reason(held, period, outcome, result)
    return told


def _few(contract: Contract) -> int:
    return contract.quality.small_cell


def _with_reason(evidence: Evidence, period: str, outcome: str, result: Result) -> Result:
    others = {name: _with_reason(evidence, period, outcome, other) for name, other in result.others.items()}
    why = result.not_measurable
    if why is not None:
        hides = any(hides_percent(evidence, period, outcome, basis) for basis in ("period", "cumulative"))
        why = told_reason(why, hides)
    return replace(result, not_measurable=why, others=others)
