"""Statements of the periods that a settlement closes, in every language: written, registered, and found to stand or not.

The register (`statement`) says which files were issued, by their hashes; it is only added to. What a later settlement corrects is
told in that settlement's statement. What was issued before is never written over by anything else: `standing` says that it is
superseded.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from maalbar import proposals, terms
from maalbar.contract import find_contract
from maalbar.database import contract_lock, transaction
from maalbar.documents.facts import StatementFacts
from maalbar.documents.language import LANGUAGES, Language
from maalbar.documents.statement import laid_out
from maalbar.errors import SettlementRefused, StoreDamaged
from maalbar.flow.evidence import Evidence, gather
from maalbar.flow.statement_facts import of_period, statement_facts
from maalbar.proposals import OPEN, POSTED
from maalbar.schema import measured, statement
from maalbar.settings import settings
from maalbar.store import sha256_of, write_atomically

KINDS = ("pdf", "html")
Row = dict[str, Any]


@dataclass(frozen=True)
class Written:
    """One file of a statement as it was written now; `registered`: the hash under which it was issued, None for a draft."""

    path: Path
    language: Language
    kind: str
    sha256: str
    registered: str | None

    @property
    def is_as_issued(self) -> bool:
        """Whether it is, byte for byte, what was issued."""
        return self.sha256 == self.registered


@dataclass(frozen=True)
class Standing:
    """Whether the statement of a settlement still says what holds of its period.

    `superseded_by`: the newest settlement that says something else of it; `told_in`: the period whose statement tells that.
    `state`: of the proposal; the statement of one that is not posted is a draft, and holds nothing.
    """

    number: int
    period: str
    superseded_by: int | None = None
    told_in: str | None = None
    state: str = POSTED

    @property
    def is_current(self) -> bool:
        """Whether this is the statement to show of its period."""
        return self.state == POSTED and self.superseded_by is None


def folder_of(contract_id: str, number: int) -> Path:
    """Where the statements of a settlement lie. Each settlement has its own, so that none writes over another's."""
    return settings().statements / contract_id / f"settlement-{number}"


def issue(contract_id: str, number: int) -> list[str]:
    """Write the statements of the periods that a proposal settles; return their paths: by period and language, PDF before HTML.

    Before it is posted they are drafts. Again writes the same bytes, whatever the contract's file says by then. Raises
    StoreDamaged when what is registered as issued would be others.
    """
    evidence, periods = evidence_of(contract_id, number)
    paths = []
    for period in periods:
        for language in LANGUAGES:
            written = _write(evidence, period, periods, language, None)
            paths += [str(one.path) for one in written]
            if evidence.proposal["state"] == POSTED:
                _register(contract_id, number, period, written)
    return paths


def write_again(
    contract_id: str,
    period: str,
    number: int | None = None,
    languages: tuple[Language, ...] = LANGUAGES,
    folder: Path | None = None,
) -> tuple[int, list[Written]]:
    """Write the statement of a period once more; return the settlement's number, and the files beside what was issued.

    Without a number it is the newest settlement that has a statement of the period, and where none is posted the open proposal.
    Into `folder` it writes whatever comes; without one, where it was issued, only what is as it was issued. Raises
    SettlementRefused when there is no such statement, StoreDamaged when it would write over an issued one.
    """
    chosen = newest(contract_id, period) if number is None else number
    evidence, periods = evidence_of(contract_id, chosen)
    _require_told(evidence.proposal, periods, period)
    return chosen, [one for language in languages for one in _write(evidence, period, periods, language, folder)]


def newest(contract_id: str, period: str) -> int:
    """The newest settlement that has a statement of a period; the open proposal where none has. Raises SettlementRefused."""
    with transaction() as connection:
        rows = proposals.all_of(connection, contract_id)
    for state in (POSTED, OPEN):
        numbers = [row["number"] for row in rows if row["state"] == state and period in _periods_of(row, rows)]
        if numbers:
            return int(numbers[-1])
    raise SettlementRefused(
        f"period {period} has no statement",
        where=contract_id,
        mend=f"propose it: maalbar settle {contract_id} {period}",
    )


def standing(contract_id: str, number: int, period: str) -> Standing:
    """Whether a settlement's statement of a period still holds, or which later settlement says something else of it.

    A later settlement does when it rests on other results of the period, has a line for it, or has a statement of it.
    Raises SettlementRefused when there is no such settlement, or it has no statement of the period.
    """
    with transaction() as connection:
        mine = proposals.get(connection, contract_id, number)
        rows = proposals.all_of(connection, contract_id)
        _require_told(mine, _periods_of(mine, rows), period)
        later = [row for row in rows if row["number"] > number and row["state"] == POSTED]
        for row in reversed(later):
            if period in _periods_of(row, rows) or _says_otherwise(connection, mine, row, period):
                return Standing(number, period, row["number"], row["through"], mine["state"])
    return Standing(number, period, state=mine["state"])


def told_otherwise(contract_id: str, number: int) -> dict[str, int]:
    """Period → the newest later settlement that says something else of it; of every period that a settlement computes.

    Raises SettlementRefused when there is no such settlement.
    """
    with transaction() as connection:
        mine = proposals.get(connection, contract_id, number)
        rows = proposals.all_of(connection, contract_id)
        later = [row for row in rows if row["number"] > number and row["state"] == POSTED]
        return {
            period: row["number"]
            for period in mine["measurements"]
            for row in later
            if _says_otherwise(connection, mine, row, period)
        }


def _require_told(row: Row, periods: list[str], period: str) -> None:
    if period not in periods:
        raise SettlementRefused(
            f"settlement {row['number']} has no statement of period {period}",
            where=row["contract"],
            mend=f"it has statements of {', '.join(periods)}",
        )


def _says_otherwise(connection: Connection, mine: Row, later: Row, period: str) -> bool:
    """Whether a later settlement has a line for the period, or rests on other results of it."""
    lines = proposals.lines(connection, later["contract"], later["number"])
    if any(line["period"] == period and line["amount_minor"] for line in lines):
        return True
    ids = [row["measurements"].get(period) for row in (mine, later)]
    found = select(measured.c.measurement_id, measured.c.result_digest).where(measured.c.measurement_id.in_(ids))
    digests = {row.measurement_id: row.result_digest for row in connection.execute(found)}
    return ids[1] is not None and digests.get(ids[0]) != digests.get(ids[1])


def evidence_of(contract_id: str, number: int) -> tuple[Evidence, list[str]]:
    """The evidence of a proposal, with that of the settlement before it, and the periods it has statements of, in order."""
    today = find_contract(contract_id)
    with transaction() as connection:
        rows = proposals.all_of(connection, contract_id)
        mine = proposals.get(connection, contract_id, number)
        earlier = [row for row in rows if row["number"] < number and row["state"] == POSTED]

        def gathered(row: Row) -> Evidence:
            return gather(connection, terms.settled_under(connection, row["terms_digest"], today), row["number"])

        evidence = replace(gathered(mine), before=gathered(earlier[-1]) if earlier else None)
    order = [p.id for p in evidence.contract.calendar.periods]
    return evidence, sorted(_periods_of(mine, rows), key=order.index)


def _periods_of(row: Row, rows: list[Row]) -> list[str]:
    """The periods that a proposal has statements of: those that none posted before it closed, and always its newest."""
    earlier = [other for other in rows if other["number"] < row["number"] and other["state"] == POSTED]
    closed = {period for other in earlier for period in other["measurements"]}
    return [period for period in row["measurements"] if period not in closed or period == row["through"]]


def facts_of(evidence: Evidence, period: str, periods: list[str], language: Language) -> StatementFacts:
    """What the statement of a period says, in a language. `evidence` and `periods`: as `evidence_of` gives them."""
    told = replace(evidence, language=language, before=evidence.before and replace(evidence.before, language=language))
    return statement_facts(of_period(told, period, periods), period)


def _write(
    evidence: Evidence, period: str, periods: list[str], language: Language, folder: Path | None
) -> list[Written]:
    """Lay out and write one statement. Raises StoreDamaged when it would write something else over an issued one."""
    contract_id, number = evidence.contract.id, evidence.proposal["number"]
    pages = laid_out(facts_of(evidence, period, periods, language))
    issued = _registered(contract_id, number, period, language)
    place = folder or folder_of(contract_id, number)
    written = [
        Written(place / name, language, kind, sha256_of(data), issued.get(kind))
        for kind, (name, data) in zip(KINDS, pages.items(), strict=True)
    ]
    if folder is None and any(one.registered and not one.is_as_issued for one in written):
        raise StoreDamaged(
            f"the statement of period {period} is not the one that was issued, which is left as it is",
            where=f"{contract_id}, settlement {number}",
            mend="another version of the code lays it out otherwise: write it beside with `maalbar statement --out`",
        )
    for one, data in zip(written, pages.values(), strict=True):
        write_atomically(one.path, data, mode=0o644)
    return written


def _registered(contract_id: str, number: int, period: str, language: Language) -> dict[str, str]:
    """Kind → the hash that a statement was issued under."""
    mine = {"contract": contract_id, "number": number, "period": period, "language": language}
    with transaction() as connection:
        rows = connection.execute(
            select(statement).where(*(statement.c[name] == value for name, value in mine.items()))
        )
        return {row.kind: row.sha256 for row in rows}


def _register(contract_id: str, number: int, period: str, written: list[Written]) -> None:
    rows = [
        {
            "contract": contract_id,
            "number": number,
            "period": period,
            "language": one.language,
            "kind": one.kind,
            "sha256": one.sha256,
            "file_name": one.path.name,
        }
        for one in written
    ]
    with contract_lock(contract_id) as connection:
        connection.execute(insert(statement).values(rows).on_conflict_do_nothing())
