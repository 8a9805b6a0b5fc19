"""What a statement says of the money: floors and successors too, what is set off, and what is capped.

The tiny contract pays 100,000 kr. for 10 % fewer contacts over two periods, three quarters by the region and one by the town.
"""

from __future__ import annotations

from datetime import date

import pytest

from maalbar.database import transaction
from maalbar.flow import amounts, settle
from maalbar.flow.evidence import Evidence, gather
from maalbar.flow.trace import trace
from tests.flow.measured import answers, measured, settled

pytestmark = pytest.mark.usefixtures("results_database")
SET_OFF = {"terms.negative_difference": "set_off", "terms.left_at_end": "claw_back"}


def _evidence(contract, number: int) -> Evidence:
    with transaction() as connection:
        return gather(connection, contract, number)


def test_what_goes_back_under_set_off_is_told_as_a_debt_and_not_as_a_payment(tiny_contract):
    contract = tiny_contract(SET_OFF)
    for effect in ("0.05", "0.04"):
        measured(contract, "1", effect)
        settled(contract, "1")
    evidence = _evidence(contract, 2)
    # 25,000 becomes 20,000.
    told = {(fact.payer, fact.amount_minor, fact.is_set_off) for fact in amounts.payment_facts(evidence, "1")}
    assert told == {("The Region", -3_750_00, True), ("The Town", -1_250_00, True)}
    moved = [(t.sender, t.receiver, t.amount_minor, t.pay_by) for t in amounts.transfer_facts(evidence, "1")]
    assert moved == [("The Fund", "The Region", 3_750_00, None), ("The Fund", "The Town", 1_250_00, None)]


def test_an_answer_just_after_midnight_is_of_the_new_day(tiny_contract):
    contract = tiny_contract()
    measured(contract, "1", "0.05")
    number = settle.propose(contract.id, "1")["number"]
    given = {party: {"answered_at": "2022-12-01T00:30:00+01:00"} for party in contract.answering}
    settle.record_answers(contract.id, number, answers(**given))
    settle.post(contract.id, number)
    assert {fact.answered_on for fact in amounts.approval_facts(_evidence(contract, number))} == {date(2022, 12, 1)}


def test_under_plain_terms_nothing_is_moved_but_what_is_owed(tiny_contract):
    contract = tiny_contract()
    measured(contract, "1", "0.05")
    settled(contract, "1")
    assert amounts.transfer_facts(_evidence(contract, 1), "1") == ()


def test_a_floor_is_a_line_of_its_own_with_its_title_and_its_way(tiny_contract):
    floor = {"id": "least", "title": {"da": "Mindstebetaling", "en": "Minimum"}, "payer": "town", "recipient": "fund",
             "minimum": "9_000 DKK", "due": "1", "source": "minutes"}  # fmt: skip
    contract = tiny_contract({"terms.floors": [floor]})
    measured(contract, "1", "0.05")
    settled(contract, "1")
    evidence = _evidence(contract, 1)
    # The town owes 6,250 for the effect; 2,750 are missing of 9,000.
    (told,) = [fact for fact in amounts.computation_facts(evidence, "1") if fact.title == "Mindstebetaling"]
    assert [phrase.replace("\N{NO-BREAK SPACE}", " ") for phrase in told.steps][-1] == "perioden giver 2.750 kr."
    assert sum(f.amount_minor for f in amounts.payment_facts(evidence, "1") if f.payer == "The Town") == 9_000_00
    assert {fact.outcome for fact in amounts.ledger_facts(evidence)} >= {"Mindstebetaling"}
    entry = next(e["entry"] for e in evidence.entries if e["outcome"] == "least")
    assert trace("tiny", entry).steps


def test_a_contract_that_is_stopped_redeems_what_is_outstanding_by_lines_of_its_own(tiny_contract):
    ending = {"stopped_on": "2022-01-01", "redemption": [{"share": "50 %"}], "source": "minutes",
              "payments": [{"payer": "town", "recipient": "fund", "share": "100 %"}]}  # fmt: skip
    contract = tiny_contract({"terms.termination": ending, "terms.caps": [], "mandates": []})
    measured(contract, "1", None)
    settled(contract, "1")
    evidence = _evidence(contract, 1)
    drawn = sum(d.amount.minor for d in contract.terms.capital.drawdowns if d.dated.isoformat() <= "2022-01-01")
    assert drawn > 0
    assert sum(line["amount_minor"] for line in evidence.lines) == drawn // 2
    assert [fact.title for fact in amounts.computation_facts(evidence, "1")][-1] == "Indfrielse ved ophør"
    body = settle.present("tiny", 1)["body"] if evidence.proposal["state"] == "open" else ""
    assert body == ""


def test_a_successor_pays_under_the_cap_of_the_party_whose_place_it_takes(tiny_contract):
    party = {"name": "The new Region", "roles": ["payer"], "source": "minutes",
             "approvers": [{"user": "nora", "name": "Nora", "authority": "Delegation 9"}], "from": "2022-07-01"}  # fmt: skip
    leaves = {"parties.new_region": party, "parties.region.to": "2022-07-01", "parties.region.successor": "new_region"}
    contract = tiny_contract(leaves)
    measured(contract, "1", "0.05")
    settled(contract, "1")
    measured(contract, "2", "0.05")
    number = settle.propose("tiny", "2")["number"]
    asked = [*answers(region=None), answers()[0] | {"party": "new_region", "user": "nora"}]
    settle.record_answers("tiny", number, asked)
    settle.post("tiny", number)
    facts = {fact.payer: fact for fact in amounts.payment_facts(_evidence(contract, number), "2")}
    # 18,750 by the region in the first period and as much by its successor, of the region's 80,000.
    found = facts["The new Region"]
    assert (found.amount_minor, found.settled_minor, found.cap_minor) == (18_750_00, 37_500_00, 80_000_00)
    assert "The Region" not in facts
