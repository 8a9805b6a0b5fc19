"""Settling: propose everything due, present it to people, keep their answers, post what they approved.

Guards live here, in one transaction under the contract's lock, and not in the order of Airflow's runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from maalbar import ledger, proposals, terms
from maalbar.contract import Contract, find_contract
from maalbar.database import contract_lock
from maalbar.documents.language import SOURCE, Language
from maalbar.errors import (
    ApprovalRefused,
    ProposalDecided,
    ProposalRejected,
    ProposalStale,
    ProposalSuperseded,
    SettlementRefused,
    StoreDamaged,
)
from maalbar.flow.answers import checked, in_place, require_four_eyes, with_noes
from maalbar.flow.binding import require_measured_so, require_same, require_signed
from maalbar.flow.entitle import Due, due, require_unbroken
from maalbar.flow.proposed import read_by
from maalbar.flow.rejected import require_way_on


def propose(contract_id: str, period_id: str) -> dict[str, Any] | None:
    """Propose everything entitled and not yet posted; `{"number", "digest", "through"}`, or None when nothing is new.

    Raises EarlierPeriodMissing when an earlier period is not measured: this one waits and is in the proposal that brings it.
    Raises PeriodRejected when a party has said no to the same and nobody has taken a way on.
    """
    contract = find_contract(contract_id)
    if period_id == contract.calendar.periods[0].id:
        return None
    with contract_lock(contract_id) as connection:
        require_unbroken(connection, contract, period_id)
        require_same(connection, contract)
        found = due(connection, contract)
        assert found is not None
        made = {period: row[0] for period, row in found.measurements.items()}
        require_measured_so(connection, contract, made)
        require_way_on(connection, contract, made, contract.digest)
        terms.keep_signatures(connection, contract)
        known = proposals.all_of(connection, contract_id)
        for row in known:
            if row["digest"] == found.digest and row["state"] == proposals.OPEN:
                return {"number": row["number"], "digest": row["digest"], "through": row["through"]}
        settled = {period for row in known if row["state"] == proposals.POSTED for period in row["measurements"]}
        if not found.lines and set(found.measurements) <= settled:
            proposals.supersede_open(connection, contract_id)  # what it would have moved has been taken back
            return None
        row = {
            "contract": contract_id,
            "through": found.through,
            "digest": found.digest,
            "ledger_head": found.ledger_head,
            "terms_digest": contract.digest,
            "measurements": made,
        }
        terms.keep(connection, contract)
        number = proposals.add(connection, row, _rows(found))
    return {"number": number, "digest": found.digest, "through": found.through}


def _rows(found: Due) -> list[dict[str, Any]]:
    return [
        {
            "period": line.period,
            "outcome": line.outcome,
            "payer": line.payer,
            "recipient": line.recipient,
            "component": line.component,
            "amount_minor": line.amount,
        }
        for line in found.lines
    ]


def newest_proposal(contract_id: str, period_id: str) -> int:
    """The number of the newest proposal that settles through a period. Raises SettlementRefused when there is none."""
    with contract_lock(contract_id) as connection:
        numbers = [r["number"] for r in proposals.all_of(connection, contract_id) if r["through"] == period_id]
    if not numbers:
        raise SettlementRefused(
            "nothing is proposed", where=f"{contract_id} period {period_id}", mend="measure the period first"
        )
    return max(numbers)


def present(contract_id: str, number: int, language: Language = SOURCE, party_id: str | None = None) -> dict[str, Any]:
    """What approvers read, in one language: `{"number", "digest", "subject", "body", "parties"}`.

    `parties` are those who are asked, and `party_id` is the one whose approver reads it. Raises ProposalSuperseded when it no
    longer counts, ProposalDecided when it is posted or was rejected.
    """
    contract = find_contract(contract_id)
    with contract_lock(contract_id) as connection:
        row = proposals.get(connection, contract_id, number)
        _still_counts(row, is_asked=True)
        subject, body = read_by(connection, contract, row, language, party_id)
    parties = list(contract.answering_in(row["through"]))
    return {"number": number, "digest": row["digest"], "subject": subject, "body": body, "parties": parties}


def record_answers(
    contract_id: str, number: int, answers: Sequence[dict[str, Any]], elsewhere: Sequence[dict[str, Any]] = ()
) -> None:
    """Keep the parties' answers to a proposal; those of a run, and whatever was answered `elsewhere`, of which a no counts too.

    Each has `party`, `user`, `answer` (approve or reject), `answered_at` (ISO 8601 with offset) and `comment`; and `digest`, of
    what the person was shown, where that is known. Raises ProposalRejected when a party said no, which closes the proposal;
    ApprovalRefused when someone not named answered, or a party is missing, the second of four eyes too; ProposalDecided when
    other answers than these have closed it; ProposalStale when another proposal was shown. Told again, answers that have closed
    it come to the same.
    """
    contract = find_contract(contract_id)
    with contract_lock(contract_id) as connection:
        row = proposals.get(connection, contract_id, number)
        if row["state"] == proposals.SUPERSEDED:
            _still_counts(row)
        given = [checked(contract, row, answer) for answer in answers]
        if row["state"] != proposals.POSTED:
            given = with_noes(contract, row, given, elsewhere)
        known = proposals.answers(connection, contract_id, number)
        _not_closed_by_others(row, given, known)
        given = in_place(contract, row, given, known)
        proposals.record(connection, given)
        refused = [answer for answer in given if answer["answer"] == "reject"]
        if refused and row["state"] == proposals.OPEN:
            proposals.set_state(connection, contract_id, number, proposals.REJECTED)
    if refused:
        parties = dict.fromkeys(contract.parties[answer["party"]].name for answer in refused)
        # Who it was and what they wrote stays in the books: this line goes into logs, and to people who watch.
        raise ProposalRejected(
            f"refused by {', '.join(parties)}",
            where=f"{contract_id} proposal {number}",
            mend=f"`maalbar rejected {contract_id}` says who and why; measure again, settle the dispute or waive",
        )


def _not_closed_by_others(row: dict[str, Any], given: list[dict[str, Any]], known: list[dict[str, Any]]) -> None:
    """Raise ProposalDecided where more, or other, answers than those `given` have closed it."""
    names = ("party", "user_id", "answer", "answered_at")
    said, kept = ({tuple(one[name] for name in names) for one in answers} for answers in (given, known))
    if (row["state"] == proposals.REJECTED and said != kept) or (
        row["state"] == proposals.POSTED and len(said) < len(kept)
    ):
        _still_counts(row, is_asked=True)


def post(contract_id: str, number: int) -> dict[str, Any]:
    """Post an approved proposal; `{"settlement", "entries", "head"}`. Posting again returns the same and writes nothing.

    Recomputes what is due and raises ProposalStale when terms, results or ledger moved since the proposal was made,
    ProposalSuperseded when a newer one took its place, ApprovalRefused when an approval is missing.
    """
    contract = find_contract(contract_id)
    with contract_lock(contract_id) as connection:
        row = proposals.get(connection, contract_id, number)
        lines = proposals.lines(connection, contract_id, number)
        if row["state"] == proposals.POSTED:
            return _receipt(number, len(lines), ledger.head(connection, contract_id, through=number)[1])
        _still_counts(row)
        given = proposals.answers(connection, contract_id, number)
        _all_approved(contract, row, given)
        zone = ZoneInfo(contract.calendar.timezone)
        answered_on = max(answer["answered_at"] for answer in given).astimezone(zone).date()
        _require_binding(connection, contract, row, answered_on)
        found = due(connection, contract, through=row["through"])
        where = f"{contract_id} proposal {number}"
        if found is None or found.digest != row["digest"]:
            raise ProposalStale("terms, results or ledger changed after it was made", where=where, mend="propose again")
        _require_lines(where, lines, _rows(found))
        head = ledger.append(connection, contract_id, number, row["digest"], lines, proposals.digest_of_answers(given))
        proposals.set_state(connection, contract_id, number, proposals.POSTED)
    return _receipt(number, len(lines), head)


def _require_lines(where: str, lines: Sequence[dict[str, Any]], wanted: Sequence[dict[str, Any]]) -> None:
    """The rows beside a proposal are those of its digest, which is what people approved."""
    names = ("period", "outcome", "payer", "recipient", "component", "amount_minor")
    if [{name: line[name] for name in names} for line in lines] != list(wanted):
        raise StoreDamaged("its lines are not those approved", where=where, mend="find who changed the database")


def _require_binding(connection: Connection, contract: Contract, row: dict[str, Any], by: date) -> None:
    """The terms are kept, signed by the day of the last answer, and say of settled and measured periods what they said."""
    terms.keep(connection, contract)  # they are those of the proposal, which may be older than the keeping of terms
    terms.keep_signatures(connection, contract)
    require_same(connection, contract)
    require_measured_so(connection, contract, row["measurements"])
    require_signed(connection, contract, row["measurements"], by)


def _receipt(number: int, entries: int, head: str) -> dict[str, Any]:
    return {"settlement": number, "entries": entries, "head": head}


def _still_counts(row: dict[str, Any], *, is_asked: bool = False) -> None:
    where = f"{row['contract']} proposal {row['number']}"
    if row["state"] == proposals.SUPERSEDED:
        raise ProposalSuperseded("a newer proposal has taken its place", where=where, mend="answer the newer one")
    if row["state"] == proposals.REJECTED:
        raise ProposalDecided("it was refused", where=where, mend=f"see `maalbar rejected {row['contract']}`")
    if is_asked and row["state"] == proposals.POSTED:
        raise ProposalDecided("it is posted", where=where, mend="nobody is asked again")


def _all_approved(contract: Contract, row: dict[str, Any], answers: list[dict[str, Any]]) -> None:
    asked, where = contract.answering_in(row["through"]), f"{contract.id} proposal {row['number']}"
    if not asked:
        raise ApprovalRefused("nobody is a party whose yes is needed", where=where, mend="mend the parties' dates")
    for party_id, party in asked.items():
        mine = proposals.of_party(answers, party_id)
        if not mine or any((one["answer"], one["digest"]) != ("approve", row["digest"]) for one in mine):
            raise ApprovalRefused(f"{party_id} has not approved it", where=where, mend="let a named approver answer")
        require_four_eyes(where, party_id, party, mine)
