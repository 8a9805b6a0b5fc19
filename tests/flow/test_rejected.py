"""A party has said no: the period waits, whoever asks again, until someone takes a way on under their name."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError

from maalbar import disagreements, proposals, schema
from maalbar.database import transaction
from maalbar.documents.outcomes.pages import Addresses, contract_page
from maalbar.errors import ApprovalRefused, PeriodRejected, SettlementRefused, StoreDamaged
from maalbar.flow import settle
from maalbar.flow.against_ledger import against_ledger
from maalbar.flow.outcomes import contract_facts
from maalbar.flow.portfolio import portfolio_facts
from maalbar.flow.rejected import dispute, rejected_of, settle_dispute, waive
from maalbar.flow.trace import trace
from maalbar.flow.verify import verify
from tests.flow.measured import answers, booked, measured, paid, settled
from tests.owner import as_owner

pytestmark = pytest.mark.usefixtures("results_database")


@pytest.fixture
def contract(tiny_contract):
    """The first period is proposed, 25,000 to the fund, and the town has said no."""
    contract = tiny_contract()
    measured(contract, "1", "0.05")
    _refuse(contract, "1")
    return contract


def _refuse(contract, period: str) -> int:
    number = settle.propose(contract.id, period)["number"]
    with pytest.raises(ApprovalRefused, match="maalbar rejected tiny"):
        settle.record_answers(contract.id, number, answers(town={"answer": "reject", "comment": "too dear"}))
    return number


def _rejected(contract):
    with transaction() as connection:
        return rejected_of(connection, contract.id)


def _states(contract) -> tuple[str, str]:
    """How the first period stands in the portfolio, and on the Outcomes pages for who may see all."""
    (told,) = portfolio_facts([contract], contract.calendar.followed[-1].end).contracts
    return told.periods[0].state, contract_facts(contract, is_full=True).periods[1].state


def test_the_no_stands_with_name_and_reason_and_the_period_is_rejected(contract):
    (one,) = _rejected(contract)
    assert (one.number, one.periods, one.is_waiting) == (1, ("1",), True)
    assert [(said.step, said.name, said.why) for said in one.said] == [("rejected", "Tom Town", "too dear")]
    assert _states(contract) == ("rejected", "rejected")
    assert contract_facts(contract, is_full=False).rejected == ()
    assert contract_facts(contract, is_full=False).periods[1].state == "not settled"


def test_the_pages_of_airflow_list_it_for_who_may_edit_and_for_nobody_else(contract):
    waive(contract.id, 1, "fund", "fie", "we let <it> go")
    pages = [contract_page(contract_facts(contract, is_full), Addresses("", "")) for is_full in (True, False)]
    told = " ".join(pages[0].split())
    assert "Rejected proposals" in told and "rejected by Tom Town, The Town: too dear" in told
    assert "given up by Fie Fund, The Fund, 25,000 DKK: we let &lt;it&gt; go" in told.replace("\xa0", " ")
    assert "Rejected proposals" not in pages[1] and "Tom Town" not in pages[1]


def test_the_same_is_not_put_again_and_a_later_period_waits_too(contract):
    measured(contract, "2", "0.08")
    for period in ("1", "2"):
        with pytest.raises(PeriodRejected, match="period 1 was rejected; nothing is proposed"):
            settle.propose(contract.id, period)
    assert booked(contract) == []


def test_measured_again_it_is_another_proposal(contract):
    measured(contract, "1", "0.04")
    settled(contract, "1")
    assert paid(contract) == {(2, "1", "region"): 15_000, (2, "1", "town"): 5_000}
    assert [one.is_waiting for one in _rejected(contract)] == [False]


def test_new_terms_make_another_proposal(contract, tiny_contract):
    tiny_contract({"terms.premium.rate": "10 %"})
    assert settle.propose(contract.id, "1")["number"] == 2


def test_a_dispute_is_written_down_and_keeps_the_period_waiting_until_it_is_settled(contract):
    dispute(contract.id, 1, "town", "tom", "the comparison area had a new clinic")
    assert _states(contract) == ("disputed", "in dispute")
    with pytest.raises(PeriodRejected, match="period 1 is in dispute"):
        settle.propose(contract.id, "1")
    with pytest.raises(SettlementRefused, match="fund did not say no to it"):
        settle_dispute(contract.id, 1, "fund", "fie", "both had one")
    settle_dispute(contract.id, 1, "town", "tom", "both had one")
    assert settled(contract, "1")["settlement"] == 2
    assert sum(paid(contract).values()) == 25_000
    assert [said.step for said in _rejected(contract)[0].said] == ["rejected", "disputed", "settled"]


def test_everyone_who_said_no_lets_it_stand_before_it_is_put_again(tiny_contract):
    contract = tiny_contract()
    measured(contract, "1", "0.05")
    settle.propose(contract.id, "1")
    no = {"answer": "reject"}
    with pytest.raises(ApprovalRefused):
        settle.record_answers(contract.id, 1, answers(town=no, region=no))
    assert settle_dispute(contract.id, 1, "town", "tom", "it is right after all") == ("region",)
    with pytest.raises(PeriodRejected):
        settle.propose(contract.id, "1")
    assert settle_dispute(contract.id, 1, "region", "rita", "so it is") == ()
    assert settle.propose(contract.id, "1")["number"] == 2


def test_two_people_of_a_party_with_four_eyes_give_up_what_it_is_owed(tiny_contract):
    contract = tiny_contract({"parties.region.four_eyes": "true"})
    measured(contract, "1", "0.05")
    number, second = settle.propose(contract.id, "1")["number"], answers()[0] | {"user": "rene"}
    settle.record_answers(contract.id, number, [*answers(), second])
    settle.post(contract.id, number)
    measured(contract, "1", "0.04")  # 3,750 are owed back to the region
    number = settle.propose(contract.id, "1")["number"]
    with pytest.raises(ApprovalRefused):
        settle.record_answers(contract.id, number, [*answers(town={"answer": "reject"}), second])
    assert waive(contract.id, number, "region", "rita", "let it lie") is None
    assert waive(contract.id, number, "region", "rita", "let it lie") is None, "the same, told twice, is one"
    with pytest.raises(SettlementRefused, match="has said so already"):
        waive(contract.id, number, "region", "rita", "let it lie, I say")
    with pytest.raises(PeriodRejected):
        settle.propose(contract.id, "1")
    assert waive(contract.id, number, "region", "rene", "I too") == -375_000
    assert [said.step for said in _rejected(contract)[0].said] == ["rejected", "waiving", "waived"]
    settle_dispute(contract.id, number, "town", "tom", "so be it")
    assert settle.propose(contract.id, "1")["number"] == number + 1


def test_a_no_to_the_same_once_more_is_a_new_no(contract):
    settle_dispute(contract.id, 1, "town", "tom", "let us ask again")
    assert _refuse(contract, "1") == 2
    with pytest.raises(PeriodRejected):
        settle.propose(contract.id, "1")


def test_what_is_given_up_is_owed_no_more_and_the_books_still_prove_themselves(contract):
    assert waive(contract.id, 1, "fund", "fie", "we let the first year go") == 2_500_000
    assert settled(contract, "1")["entries"] == 0
    # Period 2 comes to 80,000 in all; of it 25,000 concern period 1, and 55,000 period 2.
    measured(contract, "2", "0.08")
    settled(contract, "2")
    assert paid(contract) == {(3, "2", "region"): 41_250, (3, "2", "town"): 13_750}
    assert verify(contract.id).settlements == 2
    assert sum(row.difference for row in against_ledger(contract).rows) == 0
    # A correction moves what is left: 6 % instead of 5 % of period 1 is 5,000 more, which nobody has given up.
    measured(contract, "1", "0.06")
    settled(contract, "1")
    assert {key: amount for key, amount in paid(contract).items() if key[:2] == (4, "1")} == {
        (4, "1", "region"): 3_750,
        (4, "1", "town"): 1_250,
    }
    last = len(booked(contract))
    traced = [trace(contract.id, entry) for entry in range(1, last + 1)]
    for one in traced:
        earlier = sum(row["amount_minor"] for row in one.before)
        assert one.owed == one.waived + earlier + one.entry["amount_minor"]
    assert any(one.waived for one in traced)


def test_a_waiver_closes_what_is_owed_and_claims_nothing_back_when_the_figure_falls(contract):
    """25,000 are given up and nothing is paid: at 4 % and at 0 the fund owes nothing back, and at 6 % it is owed 5,000 more."""
    waive(contract.id, 1, "fund", "fie", "we let the first year go")
    settled(contract, "1")
    for improvement in ("0.04", "0"):
        measured(contract, "1", improvement)
        assert settle.propose(contract.id, "1") is None
        assert sum(row.difference for row in against_ledger(contract).rows) == 0
    measured(contract, "1", "0.06")
    settled(contract, "1")
    assert sum(paid(contract).values()) == 5_000
    measured(contract, "1", "0.05")
    settled(contract, "1")
    assert sum(paid(contract).values()) == 0, "what was paid beyond the waiver goes back, and no more"
    verify(contract.id)


def test_what_is_given_up_leaves_less_under_the_cap_wherever_the_cap_is_told(tiny_contract):
    """The region's 60,000: 18,750 given up and 41,250 paid leave nothing, and settlement gives nothing more."""
    from maalbar.flow.amounts import payment_facts
    from maalbar.flow.evidence import gather
    from maalbar.flow.report import report

    contract = tiny_contract({"terms.caps.0.maximum": "60_000 DKK"})
    measured(contract, "1", "0.05")
    _refuse(contract, "1")
    waive(contract.id, 1, "fund", "fie", "we let the first year go")
    settled(contract, "1")
    measured(contract, "2", "0.08")
    number = settled(contract, "2")["settlement"]
    with transaction() as connection:
        facts = {fact.payer: fact for fact in payment_facts(gather(connection, contract, number), "2")}
    told = facts["The Region"]
    assert (told.settled_minor, told.given_up_minor, told.left_minor) == (4_125_000, 1_875_000, 0)
    of_region, of_all = report(contract.id).caps
    assert (of_region.paid, of_region.given_up, of_region.left) == (4_125_000, 1_875_000, 0)
    assert of_all.left == 15_000_000 - 5_500_000 - 2_500_000
    page = contract_page(contract_facts(contract, is_full=False), Addresses("", "")).replace("\xa0", " ")
    assert "60,000 DKK; 18,750 DKK given up; 0 DKK left" in page
    measured(contract, "2", "0.10")
    settled(contract, "2")
    assert not [key for key in paid(contract) if key[::2] == (number + 1, "region")]


def test_what_a_later_year_takes_back_is_first_what_was_given_up_and_never_paid(contract):
    """Over both years it comes to 20,000 of the 25,000 that were given up after the first."""
    waive(contract.id, 1, "fund", "fie", "we let the first year go")
    settled(contract, "1")
    measured(contract, "2", "0.02")
    assert settled(contract, "2")["entries"] == 0
    measured(contract, "2", "0.04")
    settled(contract, "2")
    assert sum(paid(contract).values()) == 15_000, "40,000 over both years, less the 25,000"
    verify(contract.id)


def _repay_but_for_the_region(contract, user):
    """25,000 are paid and it comes to 20,000: the region lets lie what it gets back, and the town takes its part."""
    measured(contract, "1", "0.05")
    settled(contract, "1")
    measured(contract, "1", "0.04")
    number = _refuse(contract, "1")
    waive(contract.id, number, "region", user, "let it lie")
    settle_dispute(contract.id, number, "town", "tom", "so be it")
    settled(contract, "1")


def test_a_payer_that_let_a_repayment_lie_does_not_pay_it_again_when_the_figure_rises(tiny_contract):
    contract = tiny_contract()
    _repay_but_for_the_region(contract, "rene")
    measured(contract, "1", "0.05")
    settled(contract, "1")
    assert {key: amount for key, amount in paid(contract).items() if key[0] == 4} == {(4, "1", "town"): 1_250}
    verify(contract.id)


def test_what_is_waived_is_not_paid_though_a_later_year_took_more_back_before_it_was_said(tiny_contract):
    """Of each year by itself: 25,000 paid for the first, 10,000 taken back by the second, and then the first comes to 30,000."""
    contract = tiny_contract({"terms.basis": "per_period", "terms.floor": "running_total"})
    measured(contract, "1", "0.05")
    settled(contract, "1")
    measured(contract, "2", "-0.02")
    settled(contract, "2")
    measured(contract, "1", "0.06")
    number = _refuse(contract, "2")
    assert waive(contract.id, number, "fund", "fie", "the books of that year are closed") == 500_001
    settle_dispute(contract.id, number, "town", "tom", "an odd øre is left of ours, so be it")
    settled(contract, "2")
    # The odd øre of the second year, which goes from premium to principal: the fund gave up what it gets, not what it gives.
    assert [row[1:] for row in booked(contract) if row[0] == number + 1] == [("2", "contacts", "town", "premium", -1)]
    assert sum(row.difference for row in against_ledger(contract).rows) == 0
    verify(contract.id)


def test_a_payer_that_let_a_repayment_lie_does_not_pay_it_again_in_a_later_year(tiny_contract):
    """25,000 paid, 20,000 by the figure since, and 25,000 over two years: the region has paid its 18,750 already."""
    contract = tiny_contract()
    _repay_but_for_the_region(contract, "rita")
    measured(contract, "2", "0.025")
    settled(contract, "2")
    sums = Counter()
    for (_, _, payer), amount in paid(contract).items():
        sums[payer] += amount
    assert sums == {"region": 18_750, "town": 6_250}
    measured(contract, "2", "0.03")  # 30,000 over both years: 3,750 more of the region, which nobody has paid
    settled(contract, "2")
    assert sum(paid(contract).values()) == 30_000
    verify(contract.id)
    traced = [trace(contract.id, entry) for entry in range(1, len(booked(contract)) + 1)]
    assert all(
        one.owed == one.waived + sum(row["amount_minor"] for row in one.before) + one.entry["amount_minor"]
        for one in traced
    )


def test_a_waiver_frees_who_said_no_to_what_was_waived_and_nobody_else(tiny_contract):
    contract = tiny_contract()
    measured(contract, "1", "0.05")
    settled(contract, "1")
    measured(contract, "1", "0.04")
    number, no = settle.propose(contract.id, "1")["number"], {"answer": "reject"}
    with pytest.raises(ApprovalRefused):
        settle.record_answers(contract.id, number, answers(town=no, region=no, fund=no))
    waive(contract.id, number, "region", "rita", "let it lie")
    with pytest.raises(SettlementRefused, match="region did not say no to it"):
        settle_dispute(contract.id, number, "region", "rita", "nothing of ours is left")
    assert settle_dispute(contract.id, number, "town", "tom", "so be it") == ("fund",)
    with pytest.raises(PeriodRejected):
        settle.propose(contract.id, "1")
    waive(contract.id, number, "town", "tom", "let that lie too")
    assert settle.propose(contract.id, "1") is None, "nothing is left to say no to"


def test_giving_up_is_told_once_and_what_is_owed_to_others_stays(tiny_contract):
    contract = tiny_contract()
    measured(contract, "1", "0.05")
    settled(contract, "1")
    measured(contract, "1", "0.04")  # 5,000 are owed back: 3,750 to the region, 1,250 to the town
    number = _refuse(contract, "1")
    assert waive(contract.id, number, "region", "rene", "let it lie") == -375_000
    assert waive(contract.id, number, "region", "rene", "let it lie") == 0, "the same, told twice, is one"
    with pytest.raises(SettlementRefused, match="nothing of it is owed to region"):
        waive(contract.id, number, "region", "rita", "once more")
    with pytest.raises(SettlementRefused, match="nothing of it is owed to fund"):
        waive(contract.id, number, "fund", "fie", "it is not ours")
    with pytest.raises(PeriodRejected):  # the town said no to 1,250 that are left
        settle.propose(contract.id, "1")
    assert settle_dispute(contract.id, number, "town", "tom", "so be it") == ()
    settled(contract, "1")
    assert {key: amount for key, amount in paid(contract).items() if key[0] == 3} == {(3, "1", "town"): -1_250}
    verify(contract.id)


@pytest.mark.parametrize(
    ("number", "party", "user", "why", "said"),
    [
        (1, "fund", "tom", "because", "does not answer for fund"),
        (1, "bureau", "tom", "because", "does not answer for bureau"),
        (1, "fund", "fie", " ", "not said why"),
        (1, "fund", "fie", "x" * 2001, "not said why"),
        (1, "fund", "fie", "it is 010190-1234", "CPR"),
        (7, "fund", "fie", "because", "no proposal 7"),
    ],
)
def test_only_who_is_named_speaks_for_a_party_and_says_why(contract, number, party, user, why, said):
    for step in (dispute, settle_dispute, waive):
        with pytest.raises(SettlementRefused, match=said):
            step(contract.id, number, party, user, why)
    assert [one.step for one in _rejected(contract)[0].said] == ["rejected"]


def test_what_nobody_rejected_or_what_is_replaced_has_no_way_on(contract):
    measured(contract, "1", "0.04")
    settle.propose(contract.id, "1")
    with pytest.raises(SettlementRefused, match="a newer proposal has taken its place"):
        waive(contract.id, 1, "fund", "fie", "too late")
    with pytest.raises(SettlementRefused, match="it is open"):
        dispute(contract.id, 2, "town", "tom", "too early")


def test_the_database_itself_keeps_to_the_newest_rejected_proposal(contract):
    step = {
        "contract": contract.id, "number": 1, "sequence": 1, "step": "waived", "party": "fund", "user_id": "fie",
        "name": "Fie Fund", "authority": "Power of attorney", "why": "because",
    }  # fmt: skip
    measured(contract, "1", "0.04")
    settle.propose(contract.id, "1")
    for number in (1, 2):
        with pytest.raises(IntegrityError, match="newest proposal"), transaction() as connection:
            connection.execute(insert(schema.disagreement), step | {"number": number})


def test_the_database_itself_lets_only_a_waiver_of_whoever_is_owed_give_up_a_line(contract):
    step = {
        "contract": contract.id, "number": 1, "step": "waived", "user_id": "tom", "name": "Tom Town",
        "authority": "Delegation 3", "why": "because",
    }  # fmt: skip
    for changed in ({"party": "town"}, {"party": "fund", "step": "waiving"}):
        new = step | changed | {"sequence": 1}
        with pytest.raises(IntegrityError, match="only whoever is owed"), transaction() as connection:
            disagreements.record(connection, new, [1])
    with transaction() as connection:
        disagreements.record(connection, step | {"party": "fund", "sequence": 1}, [1])


@pytest.mark.parametrize(
    "change",
    [
        "update disagreement set name = 'Someone Else'",
        "update disagreement set why = 'they were told to'",
        "insert into disagreement select contract, number, 3, step, party, user_id, name, authority, why "
        "from disagreement limit 1",
        "delete from disagreement where step = 'disputed'",
    ],
)
def test_what_was_said_after_a_no_is_covered_by_what_people_approved_next(contract, change):
    dispute(contract.id, 1, "town", "tom", "the comparison area had a new clinic")
    settle_dispute(contract.id, 1, "town", "tom", "both had one")
    settled(contract, "1")
    verify(contract.id)
    with as_owner() as connection:
        connection.execute(text("alter table disagreement disable trigger all"))
        connection.execute(text(change))
    with pytest.raises(StoreDamaged, match="what was said after a no"):
        verify(contract.id)


def test_a_waiver_that_is_taken_out_of_the_books_is_missed(contract):
    waive(contract.id, 1, "fund", "fie", "we let the first year go")
    settled(contract, "1")
    with as_owner() as connection:
        connection.execute(text("alter table waived_line disable trigger all"))
        connection.execute(text("delete from waived_line"))
    with pytest.raises(StoreDamaged, match="what was said after a no"):
        verify(contract.id)


def test_a_no_and_its_way_on_are_told_in_the_next_statement_alone(contract):
    from maalbar.flow.evidence import gather

    waive(contract.id, 1, "fund", "fie", "we let the first year go")
    settled(contract, "1")
    measured(contract, "2", "0.08")
    settled(contract, "2")
    with transaction() as connection:
        first, second = (gather(connection, contract, number) for number in (2, 3))
        assert gather(connection, contract, 1).given_up == {}, "what was given up of it came after it"
        assert [row["state"] for row in proposals.all_of(connection, contract.id)] == ["rejected", "posted", "posted"]
    assert [[said.step for said in one.said] for one in first.rejected] == [["rejected", "waived"]]
    assert second.rejected == ()
    assert sum(second.given_up.values()) == 2_500_000
