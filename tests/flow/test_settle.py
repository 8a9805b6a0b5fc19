"""From results to posted entries: proposing, answering, posting, and all the ways in which nothing must be paid twice.

The tiny contract pays 100,000 kr. for 10 % fewer contacts over two periods, three quarters by the region and one by the
town, and 1,000 kr. a plan by the town; the region pays at most 80,000. So 5 % in the first period is 100,000 × 1/2 × 5/10
= 25,000: 18,750 and 6,250.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from decimal import Decimal
from threading import Barrier

import pytest

from maalbar import ledger, proposals
from maalbar.contract import Contract
from maalbar.database import transaction
from maalbar.errors import (
    ApprovalRefused,
    EarlierPeriodMissing,
    ProposalDecided,
    ProposalRejected,
    ProposalStale,
    ProposalSuperseded,
    SettlementRefused,
)
from maalbar.flow import settle
from tests.flow.measured import answers, booked, measured, paid, settled

pytestmark = pytest.mark.usefixtures("results_database")


@pytest.fixture
def contract(tiny_contract):
    return tiny_contract()


def _state(contract, number: int) -> str:
    with transaction() as connection:
        return proposals.get(connection, contract.id, number)["state"]


def _open(contract, period: str = "1") -> int:
    """A proposal that everyone has approved."""
    number = settle.propose(contract.id, period)["number"]
    settle.record_answers(contract.id, number, answers())
    return number


def test_measured_proposed_approved_posted(contract):
    measured(contract, "1", "0.05", plans=3)
    proposal = settle.propose(contract.id, "1")
    assert (proposal["number"], proposal["through"]) == (1, "1")
    settle.record_answers(contract.id, 1, answers())
    receipt = settle.post(contract.id, 1)
    assert paid(contract) == {(1, "1", "region"): 18_750, (1, "1", "town"): 6_250 + 3_000}
    # Two payers of contacts and one of plans, principal and premium each.
    assert (receipt["settlement"], receipt["entries"]) == (1, 6)
    with transaction() as connection:
        assert ledger.head(connection, contract.id) == (6, receipt["head"])
    # 18,750 / 1.12 = 16,741.07.
    assert (1, "1", "contacts", "region", "principal", 16_741_07) in booked(contract)


@pytest.mark.fault("F62")
def test_posting_again_books_nothing_and_gives_the_same_receipt(contract):
    measured(contract, "1", "0.05")
    number = _open(contract)
    first, before = settle.post(contract.id, number), booked(contract)
    assert settle.post(contract.id, number) == first
    assert booked(contract) == before


def test_when_all_is_posted_there_is_nothing_to_propose(contract):
    measured(contract, "1", "0.05")
    settled(contract, "1")
    assert settle.propose(contract.id, "1") is None


def test_proposing_again_gives_the_same_proposal(contract):
    measured(contract, "1", "0.05")
    assert settle.propose(contract.id, "1") == settle.propose(contract.id, "1")


def test_period_0_is_never_paid(contract):
    measured(contract, "0", "0.05")
    assert settle.propose(contract.id, "0") is None


def test_a_period_that_pays_nothing_is_still_put_to_the_parties_once(contract):
    measured(contract, "1", "-0.02")
    assert settled(contract, "1") == {"settlement": 1, "entries": 0, "head": ledger.GENESIS}
    assert settle.propose(contract.id, "1") is None


def test_what_approvers_read_names_amounts_and_the_fingerprint(contract):
    measured(contract, "1", "0.05")
    proposal = settle.propose(contract.id, "1")
    shown = settle.present(contract.id, 1)
    assert shown["digest"] == proposal["digest"]
    assert proposal["digest"][:16] in shown["body"]
    assert "18.750" in shown["body"] and "25.000" in shown["subject"]


def test_what_approvers_read_is_told_in_english_too(contract):
    measured(contract, "1", "0.05")
    proposal = settle.propose(contract.id, "1")
    shown = settle.present(contract.id, 1, "en")
    assert shown["subject"] == "Tiny: statement 1 (1 July 2021–30 June 2022), 25,000 DKK"
    *effects, head, _, region, town, _, total, _, more, _, asked = shown["body"].splitlines()
    assert head == "| Period | Outcome | Payer | Recipient | Amount |"
    assert "18,750 DKK" in region and "6,250 DKK" in town
    assert total.startswith("**25,000 DKK** in all, to be paid by ")
    assert "`maalbar statement tiny 1`" in more
    assert [line[:2] for line in effects] == ["- "] * (len(effects) - 1) + [""], "an outcome a line"
    assert asked == f"You say yes or no to proposal 1 with the fingerprint `{proposal['digest'][:16]}`."


def test_whoever_answers_reads_for_whom_and_what_that_party_pays_or_receives(contract):
    measured(contract, "1", "0.05")
    settle.propose(contract.id, "1")
    told = {party: settle.present(contract.id, 1, "en", party)["body"].splitlines()[0] for party in contract.answering}
    assert told == {
        "region": "You answer for **The Region**, which pays 18,750 DKK.",
        "town": "You answer for **The Town**, which pays 6,250 DKK.",
        "fund": "You answer for **The Fund**, which receives 25,000 DKK.",
    }
    assert settle.present(contract.id, 1, party_id="town")["body"].startswith(
        "Du svarer for **The Town**, som betaler 6.250"
    )
    digests = {settle.present(contract.id, 1, "da", party)["digest"] for party in (*contract.answering, None)}
    assert len(digests) == 1, "it is one proposal, whoever reads it"


def test_whoever_answers_reads_what_was_measured_over_which_periods_and_how_sure_it_is(contract):
    spread = {"standard_error": Decimal("0.05"), "low": Decimal("-0.15"), "high": Decimal("0.05")}
    measured(contract, "1", "0.05", 12, spread=spread)
    settle.propose(contract.id, "1")
    assert _told(contract, 1) == [
        "- Hospitalskontakter: 5 % færre (15 % færre til 5 % flere); mål 10 %. Usikkert; intervallet går hen over 0, så det kan "
        "ikke udelukkes, at der ingen effekt er.",
        "- Handleplaner: 12.",
    ]
    measured(contract, "2", None)
    settle.propose(contract.id, "2")
    assert _told(contract, 2) == [
        "- Hospitalskontakter over alle perioder til nu: ikke målbar, fordi leverancen (contacts) er ikke kommet; mål 10 %.",
        "- Handleplaner: 0.",
    ]


def _told(contract: Contract, number: int) -> list[str]:
    return [row for row in settle.present(contract.id, number)["body"].splitlines() if row.startswith("- ")]


def test_results_revised_before_posting_make_a_proposal_stale(contract):
    measured(contract, "1", "0.05")
    number = _open(contract)
    measured(contract, "1", "0.06")
    with pytest.raises(ProposalStale, match="propose again"):
        settle.post(contract.id, number)
    assert booked(contract) == []


def test_a_later_period_measured_meanwhile_does_not_make_a_proposal_stale(contract):
    measured(contract, "1", "0.05")
    number = _open(contract)
    measured(contract, "2", "0.08")
    settle.post(contract.id, number)
    assert {period for _, period, *_ in booked(contract)} == {"1"}
    # What the later period adds is in the next proposal.
    settled(contract, "2")
    assert {period for _, period, *_ in booked(contract)} == {"1", "2"}


def test_terms_changed_before_posting_make_a_proposal_stale(contract, tiny_contract):
    measured(contract, "1", "0.05")
    number = _open(contract)
    tiny_contract({"terms.premium.rate": "10 %"})
    with pytest.raises(ProposalStale):
        settle.post(contract.id, number)
    assert booked(contract) == []


def test_a_newer_proposal_takes_the_place_of_an_open_one(contract):
    measured(contract, "1", "0.05")
    old = _open(contract)
    measured(contract, "2", "0.05")
    new = settle.propose(contract.id, "2")["number"]
    for refused in (settle.post, settle.present, lambda c, n: settle.record_answers(c, n, answers())):
        with pytest.raises(ProposalSuperseded):
            refused(contract.id, old)
    assert (_state(contract, old), _state(contract, new)) == ("superseded", "open")
    assert booked(contract) == []


def test_yes_to_an_old_proposal_is_no_yes_to_the_new_one(contract):
    measured(contract, "1", "0.05")
    _open(contract)
    measured(contract, "1", "0.06")
    new = settle.propose(contract.id, "1")["number"]
    with pytest.raises(ApprovalRefused, match="has not approved"):
        settle.post(contract.id, new)
    assert booked(contract) == []


def test_an_answer_is_to_the_proposal_that_was_shown(contract):
    """The question showed the old one; what is presented in the same run may be the new one by the time it is answered."""
    measured(contract, "1", "0.05")
    shown = settle.propose(contract.id, "1")["digest"]
    measured(contract, "1", "0.06")
    new = settle.propose(contract.id, "1")
    with pytest.raises(ProposalStale, match="town was shown another proposal"):
        settle.record_answers(contract.id, new["number"], answers(town={"digest": shown}))
    with transaction() as connection:
        assert proposals.answers(connection, contract.id, new["number"]) == []
    settle.record_answers(contract.id, new["number"], answers(town={"digest": new["digest"]}))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"town": {"user": "mallory"}}, "does not answer for town"),
        ({"town": {"user": "rita"}}, "does not answer for town"),
        ({"town": {"party": "bureau", "user": "tom"}}, "does not answer for bureau"),
        ({"town": {"answer": "maybe"}}, "approve or reject"),
        ({"town": None}, "no answer from town"),
    ],
)
def test_only_those_the_contract_names_answer_and_every_party_must(contract, changed, said):
    measured(contract, "1", "0.05")
    number = settle.propose(contract.id, "1")["number"]
    with pytest.raises(ApprovalRefused, match=said) as told:
        settle.record_answers(contract.id, number, answers(**changed))
    assert not isinstance(told.value, ProposalRejected), "nobody said no"
    with transaction() as connection:
        assert proposals.answers(connection, contract.id, number) == [], "nothing of a refused answer is kept"
    with pytest.raises(ApprovalRefused):
        settle.post(contract.id, number)
    assert booked(contract) == []


def test_a_deputy_answers_with_name_and_authority_of_their_own(contract):
    measured(contract, "1", "0.05")
    settle.propose(contract.id, "1")
    settle.record_answers(contract.id, 1, answers(region={"user": "rene", "name": "somebody else"}))
    with transaction() as connection:
        (kept,) = proposals.of_party(proposals.answers(connection, contract.id, 1), "region")
    assert (kept["name"], kept["authority"], kept["answer"]) == ("Rene Region", "Delegation 2", "approve")
    settle.post(contract.id, 1)


def test_one_no_closes_the_proposal_and_the_books_alone_say_who_and_why(contract):
    measured(contract, "1", "0.05")
    settle.propose(contract.id, "1")
    with pytest.raises(ProposalRejected, match="refused by The Town") as told:
        settle.record_answers(contract.id, 1, answers(town={"answer": "reject", "comment": "too dear"}))
    assert "Tom" not in told.value.line and "dear" not in told.value.line
    with transaction() as connection:
        (no,) = proposals.of_party(proposals.answers(connection, contract.id, 1), "town")
    assert (no["name"], no["comment"]) == ("Tom Town", "too dear")
    assert _state(contract, 1) == "rejected"
    for refused in (settle.post, settle.present):
        with pytest.raises(SettlementRefused, match="it was refused"):
            refused(contract.id, 1)
    assert booked(contract) == []


def test_who_is_asked_for_what_was_decided_elsewhere_is_told_so_and_answers_told_again_come_to_the_same(contract):
    measured(contract, "1", "0.05")
    number = _open(contract)
    settle.post(contract.id, number)
    settle.record_answers(contract.id, number, answers())
    assert settle.post(contract.id, number)["settlement"] == number
    measured(contract, "2", "0.08")
    rejected, no = settle.propose(contract.id, "2")["number"], answers(town={"answer": "reject"})
    for _ in range(2):
        with pytest.raises(ApprovalRefused, match="refused by The Town"):
            settle.record_answers(contract.id, rejected, no)
    for closed, word in ((number, "posted"), (rejected, "refused")):
        with pytest.raises(ProposalDecided, match=word):
            settle.present(contract.id, closed)
        for fewer in ([], answers(town=None)):
            with pytest.raises(ProposalDecided, match=word):
                settle.record_answers(contract.id, closed, fewer)


def test_a_proposal_that_does_not_exist_is_refused(contract):
    with pytest.raises(SettlementRefused, match="no proposal 7"):
        settle.post(contract.id, 7)
    with pytest.raises(SettlementRefused, match="nothing is proposed"):
        settle.newest_proposal(contract.id, "1")


def test_a_crash_after_the_answers_loses_none_of_them(contract):
    measured(contract, "1", "0.05")
    number = _open(contract)
    # The run starts over: it proposes, asks and keeps answers again before it posts.
    assert settle.propose(contract.id, "1")["number"] == number
    settle.record_answers(contract.id, number, answers())
    assert settle.post(contract.id, number)["entries"] == 4
    assert sum(paid(contract).values()) == 25_000


def test_two_who_post_at_once_book_once(contract):
    measured(contract, "1", "0.05")
    number, together = _open(contract), Barrier(4)

    def post(_: int) -> dict[str, object]:
        together.wait()
        return settle.post(contract.id, number)

    with ThreadPoolExecutor(4) as pool:
        receipts = list(pool.map(post, range(4)))
    assert receipts == [receipts[0]] * 4
    assert sum(paid(contract).values()) == 25_000


def test_a_scheduled_run_and_a_backfill_at_once_leave_one_open_proposal_of_both_periods(contract):
    together = Barrier(2)

    def run(period: str) -> None:
        together.wait()
        measured(contract, period, "0.05")
        with suppress(EarlierPeriodMissing):  # the later one came first: it is in what the earlier one brings
            settle.propose(contract.id, period)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, ("1", "2")))
    with transaction() as connection:
        rows = proposals.all_of(connection, contract.id)
    assert [row["through"] for row in rows if row["state"] == proposals.OPEN] == ["2"]
    assert {row["state"] for row in rows[:-1]} <= {proposals.SUPERSEDED}


def test_a_period_waits_for_an_earlier_one_which_brings_them_both(contract):
    measured(contract, "2", "0.08")
    with pytest.raises(EarlierPeriodMissing, match="period 1 is not measured, so period 2 waits; nothing is posted"):
        settle.propose(contract.id, "2")
    assert booked(contract) == []
    measured(contract, "1", "0.05")
    assert settle.propose(contract.id, "1")["through"] == "2"
    settled(contract, "1")
    # 100,000 × 2/2 × 8/10 = 80,000 in all, of which 25,000 concern the first period.
    assert paid(contract) == {
        (1, "1", "region"): 18_750,
        (1, "1", "town"): 6_250,
        (1, "2", "region"): 41_250,
        (1, "2", "town"): 13_750,
    }
