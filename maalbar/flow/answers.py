"""The answers to a proposal: each from a person whom the contract names, to what was shown, one of a party, or two.

What is refused here is kept nowhere, and no party is thereby said to have said no.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from maalbar import proposals
from maalbar.contract import Contract
from maalbar.contract.parties import Party, plain_name
from maalbar.errors import ApprovalRefused, ProposalStale
from maalbar.written_cpr import may_hold_cpr

AS_BEFORE = "clear its question and let it answer as before; for another answer, measure again (`maalbar correct`)"


def with_noes(
    contract: Contract, row: dict[str, Any], given: list[dict[str, Any]], elsewhere: Iterable[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The answers of a run, where the no that a party has said to the same in another run stands in the place of its yes.

    Two runs can ask about one proposal, and a no must not go unheard because a yes by somebody else of the party is posted
    first. A person's last word counts: their own later yes, here, takes back what they said there, as it does where a question
    is put to them again. `elsewhere`: as `given` before it was checked, with whatever else was asked; what is to another
    proposal, or from someone not named, counts for nothing.
    """
    asked = contract.answering_in(row["through"])
    heard = [
        checked(contract, row, one)
        for one in elsewhere
        if one["answer"] == "reject"
        and one["digest"] == row["digest"]
        and one["party"] in asked
        and one["user"] in {person.user for person in contract.people_of(one["party"])}
    ]
    for no in sorted(heard, key=lambda one: one["answered_at"]):
        mine = proposals.of_party(given, no["party"])
        is_said = any(one["answer"] == "reject" for one in mine)
        is_taken_back = any(one["user_id"] == no["user_id"] and one["answered_at"] > no["answered_at"] for one in mine)
        if not is_said and not is_taken_back:
            given = [one for one in given if one["party"] != no["party"]] + [no]
    return given


def in_place(
    contract: Contract, row: dict[str, Any], given: list[dict[str, Any]], known: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The answers with their place. Every party answers, once, or by two people where it has four eyes; none takes it back:
    a changed mind is a new proposal.
    """
    where, placed = f"{contract.id} proposal {row['number']}", []
    asked = contract.answering_in(row["through"])
    missing = sorted(set(asked) - {answer["party"] for answer in given})
    if missing:
        raise ApprovalRefused(
            f"no answer from {', '.join(missing)}", where=where, mend="clear its question, and let it answer"
        )
    before = {(one["party"], one["place"]): one["answer"] for one in known}
    for party_id, party in asked.items():
        mine = proposals.of_party(given, party_id)
        if len(mine) > (2 if party.four_eyes else 1):
            mend = "let two people answer for a party" if party.four_eyes else "let one person answer for a party"
            raise ApprovalRefused(f"{party_id} answers twice", where=where, mend=mend)
        require_four_eyes(where, party_id, party, mine)
        for place, answer in enumerate(mine, start=1):
            if before.get((party_id, place), answer["answer"]) != answer["answer"]:
                raise ApprovalRefused(f"{party_id} has already answered otherwise", where=where, mend=AS_BEFORE)
            placed.append(answer | {"place": place})
    return placed


def require_four_eyes(where: str, party_id: str, party: Party, mine: list[dict[str, Any]]) -> None:
    """A party with four eyes has said yes by two different people; a no by the first is enough."""
    if not party.four_eyes or any(answer["answer"] == "reject" for answer in mine):
        return
    if len(mine) < 2:
        raise ApprovalRefused(f"no second answer from {party_id}", where=where, mend="let another person answer too")
    if len({answer["user_id"] for answer in mine}) < 2 or len({plain_name(answer["name"]) for answer in mine}) < 2:
        raise ApprovalRefused(f"one person answers twice for {party_id}", where=where, mend="let another person answer")


def checked(contract: Contract, row: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    """An answer as it is kept, from a person whom the contract names."""
    party, user = str(answer["party"]), str(answer["user"])
    asked = contract.answering_in(row["through"])
    people = {person.user: person for person in contract.people_of(party)} if party in asked else {}
    where = f"{contract.id} proposal {row['number']}"
    if user not in people:
        raise ApprovalRefused(
            f"`{user}` does not answer for {party}",
            where=where,
            mend="clear its question, and let a named approver or deputy answer",
        )
    if answer.get("digest", row["digest"]) != row["digest"]:
        raise ProposalStale(f"{party} was shown another proposal", where=where, mend="put the question again")
    if answer["answer"] not in ("approve", "reject"):
        raise ApprovalRefused("an answer is approve or reject", where=where, mend="answer again")
    try:
        answered_at = datetime.fromisoformat(str(answer["answered_at"]))
    except ValueError:
        answered_at = datetime.min
    if answered_at.tzinfo is None:
        raise ApprovalRefused("when it was answered is not said with its offset", where=where, mend="write ISO 8601")
    return {
        "contract": contract.id,
        "number": row["number"],
        "party": party,
        "digest": row["digest"],
        "user_id": user,
        "name": people[user].name,
        "authority": people[user].authority,
        "answer": answer["answer"],
        "comment": _kept(str(answer.get("comment") or "")),
        "answered_at": answered_at,
    }


def _kept(comment: str) -> str:
    """A remark as it is kept: the answer counts all the same where what is said beside it cannot be."""
    return "(not kept: it looked like it held a CPR number)" if may_hold_cpr(comment) else comment[:2000]
