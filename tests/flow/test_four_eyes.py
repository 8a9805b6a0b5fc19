"""Four eyes: where the contract says so, two different people of a party say yes, and each stands in the books."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from maalbar import proposals
from maalbar.database import transaction
from maalbar.errors import ApprovalRefused, ContractError, StoreDamaged
from maalbar.flow import settle
from maalbar.flow.amounts import approval_facts
from maalbar.flow.evidence import gather
from maalbar.flow.trace import trace
from maalbar.flow.verify import verify
from tests.flow.measured import answers, booked, measured
from tests.owner import as_owner

RENE = {"user": "rene", "party": "region", "answer": "approve", "answered_at": "2022-12-02T09:00:00+01:00"}


@pytest.fixture
def proposed(results_database, tiny_contract):
    """The first period of a contract whose region says yes with four eyes: Rita, and Rene as her deputy."""
    contract = tiny_contract({"parties.region.four_eyes": "true"})
    measured(contract, "1", "0.05")
    settle.propose(contract.id, "1")
    return contract


def test_two_people_say_yes_and_both_stand_in_the_ledger_the_statement_and_the_trace(proposed):
    settle.record_answers(proposed.id, 1, [*answers(), RENE])
    assert settle.post(proposed.id, 1)["entries"] == 4
    with transaction() as connection:
        told = [(fact.party, fact.name) for fact in approval_facts(gather(connection, proposed, 1))]
    assert told == [
        ("The Region", "Rita Region"), ("The Region", "Rene Region"), ("The Town", "Tom Town"), ("The Fund", "Fie Fund"),
    ]  # fmt: skip
    assert [row["user_id"] for row in trace(proposed.id, 1).approvals] == ["fie", "rita", "rene", "tom"]
    assert verify(proposed.id).settlements == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (answers(), "no second answer from region"),
        ([*answers(), RENE | {"user": "rita"}], "one person answers twice for region"),
        ([*answers(), RENE, RENE], "region answers twice"),
        ([*answers(), {**RENE, "party": "town", "user": "tom"}], "no second answer from region|town answers twice"),
    ],
)
def test_one_person_is_not_enough_nor_twice_the_same_nor_three(proposed, given, said):
    with pytest.raises(ApprovalRefused, match=said):
        settle.record_answers(proposed.id, 1, given)
    with pytest.raises(ApprovalRefused):
        settle.post(proposed.id, 1)
    assert booked(proposed) == []


def test_one_person_with_two_logins_is_one(results_database, tiny_contract):
    people = [{"user": user, "name": "Rita  region", "authority": "Delegation 1"} for user in ("rita", "rita2")]
    deputies = [{"user": "rene", "name": "Rene Region", "authority": "Delegation 2"}]
    contract = tiny_contract(
        {"parties.region.four_eyes": "true", "parties.region.approvers": people, "parties.region.deputies": deputies}
    )
    measured(contract, "1", "0.05")
    settle.propose(contract.id, "1")
    with pytest.raises(ApprovalRefused, match="one person answers twice for region"):
        settle.record_answers(contract.id, 1, [*answers(), RENE | {"user": "rita2"}])


def test_the_no_of_one_of_them_is_enough(proposed):
    with pytest.raises(ApprovalRefused, match="refused by The Region"):
        settle.record_answers(proposed.id, 1, answers(region={"answer": "reject"}))
    with transaction() as connection:
        assert proposals.get(connection, proposed.id, 1)["state"] == proposals.REJECTED


def test_a_second_yes_that_is_taken_out_of_the_books_is_missed(proposed):
    settle.record_answers(proposed.id, 1, [*answers(), RENE])
    settle.post(proposed.id, 1)
    with as_owner() as connection:
        connection.execute(text("alter table approval disable trigger all"))
        connection.execute(text("delete from approval where place = 2"))
    with pytest.raises(StoreDamaged, match="region has not approved it"):
        verify(proposed.id)


def test_a_contract_that_names_one_person_only_is_refused(tiny_contract):
    with pytest.raises(ContractError, match=r"four_eyes: two must say yes, and not two people are named"):
        tiny_contract({"parties.town.four_eyes": "true"})


def test_it_is_a_term_and_a_contract_without_it_keeps_its_hash(tiny_contract, tiny):
    assert tiny_contract({"parties.region.four_eyes": "false"}).digest == tiny.digest
    assert tiny_contract({"parties.region.four_eyes": "true"}).digest != tiny.digest
