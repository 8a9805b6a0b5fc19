"""Terms bind when they are signed, and a settled period keeps the terms it was settled under.

The tiny contract pays 100,000 kr. for 10 % fewer contacts over two periods: 5 % in the first is 25,000, three quarters by the
region. With a maximum of 120,000 it is 30,000.
"""

from __future__ import annotations

import json
from functools import partial

import pytest

from maalbar.errors import ApprovalRefused, TermsNotBinding
from maalbar.flow import settle
from maalbar.flow.against_ledger import against_ledger
from tests.flow.measured import answers, measured, paid, settled
from tests.typed import maalbar

pytestmark = pytest.mark.usefixtures("results_database")
MORE = {"outcomes.contacts.price.maximum": "120_000 DKK"}


def amendment(period: str, **rest: str) -> list[dict]:
    said = {"id": "more", "from_period": period, "dated": "2022-01-01", "body": "The council", "source": "minutes"}
    return [said | rest | {"changes": MORE}]


def test_nothing_is_posted_under_terms_that_nobody_signed(tiny_contract):
    contract = tiny_contract(is_signed=False)
    measured(contract, "1", "0.05")
    settle.propose("tiny", "1")
    settle.record_answers("tiny", 1, answers())
    with pytest.raises(TermsNotBinding, match="the terms are not signed by region, town, fund"):
        settle.post("tiny", 1)
    tiny_contract()  # the parties sign the same terms
    assert settle.post("tiny", 1)["entries"] == 4
    assert paid(contract) == {(1, "1", "region"): 18_750, (1, "1", "town"): 6_250}


def test_a_rehearsal_is_nobodys_contract_and_nobody_signs_it(tiny_contract):
    contract = tiny_contract({"rehearsal": {"of": "tiny", "shifted_years": "-1"}}, id="tiny_demo", is_signed=False)
    measured(contract, "1", "0.05")
    assert settled(contract, "1")["entries"] == 4


@pytest.mark.fault("F55")
def test_a_term_edited_after_settling_stops_the_next_settlement_and_moves_nothing(tiny_contract):
    contract = tiny_contract()
    measured(contract, "1", "0.05")
    settled(contract, "1")
    edited = tiny_contract(MORE)
    measured(edited, "2", "0.05")
    with pytest.raises(TermsNotBinding, match="something else of period 1 than the terms it was settled under"):
        settle.propose("tiny", "2")
    assert paid(contract) == {(1, "1", "region"): 18_750, (1, "1", "town"): 6_250}


@pytest.mark.fault("F55")
def test_an_amendment_from_the_next_period_leaves_the_settled_one_as_it_was(tiny_contract):
    measured(tiny_contract(), "1", "0.05")
    settled(tiny_contract(), "1")
    amended = tiny_contract({"amendments": amendment("2")})
    measured(amended, "2", "0.05")
    settled(amended, "2")
    # Period 2 is 120,000 × 1/2 × 5/10 = 30,000; period 1 keeps its 25,000.
    assert paid(amended) == {
        (1, "1", "region"): 18_750, (1, "1", "town"): 6_250, (2, "2", "region"): 22_500, (2, "2", "town"): 7_500,
    }  # fmt: skip


def test_a_retroactive_amendment_needs_new_signatures_and_then_moves_what_was_paid(tiny_contract):
    measured(tiny_contract(), "1", "0.05")
    settled(tiny_contract(), "1")
    for quiet in (amendment("1"), amendment("1", retroactive="true")):
        tiny_contract({"amendments": quiet}, is_signed=quiet is not quiet)
        with pytest.raises(TermsNotBinding):
            settle.propose("tiny", "1")
    signed = tiny_contract({"amendments": amendment("1", retroactive="true")})
    settled(signed, "1")
    # 30,000 less the 25,000 that are posted: +5,000, three quarters and one.
    assert paid(signed) == {
        (1, "1", "region"): 18_750, (1, "1", "town"): 6_250, (2, "1", "region"): 3_750, (2, "1", "town"): 1_250,
    }  # fmt: skip


def test_a_changed_file_is_shown_against_what_is_paid_before_anything_is_posted(tiny_contract):
    contract = tiny_contract()
    measured(contract, "1", "0.05")
    settled(contract, "1")
    found = against_ledger(tiny_contract({"amendments": amendment("1", retroactive="true")}, is_signed=False))
    assert [(r.payer, r.posted, r.by_file, r.difference) for r in found.rows] == [
        ("region", 18_750_00, 22_500_00, 3_750_00),
        ("town", 6_250_00, 7_500_00, 1_250_00),
    ]
    assert (found.changed, found.unsigned) == (("1",), ("region", "town", "fund"))
    assert paid(contract) == {(1, "1", "region"): 18_750, (1, "1", "town"): 6_250}


def test_the_command_says_what_a_file_moves_and_ends_with_an_error_until_it_is_agreed(tiny_contract, investments):
    measured(tiny_contract(), "1", "0.05")
    settled(tiny_contract(), "1")

    check = partial(maalbar, "check", str(investments / "tiny.yaml"), "--against-ledger", "--json")
    same = check()
    assert (same.returncode, {row["difference"] for row in json.loads(same.stdout)["rows"]}) == (0, {0})
    tiny_contract(MORE)
    changed = check()
    assert changed.returncode == TermsNotBinding.exit_code
    assert json.loads(changed.stdout)["changed"] == ["1"]
    assert changed.stderr.startswith("error: tiny: the file says something else of period 1")


def test_whoever_has_left_is_not_asked_and_its_successor_answers_and_pays(tiny_contract):
    party = {"name": "The new Region", "roles": ["payer"], "source": "minutes",
             "approvers": [{"user": "nora", "name": "Nora", "authority": "Delegation 9"}], "from": "2022-07-01"}  # fmt: skip
    leaves = {"parties.new_region": party, "parties.region.to": "2022-07-01", "parties.region.successor": "new_region"}
    contract = tiny_contract(leaves)
    assert [period.end.isoformat() for period in contract.calendar.followed] == ["2022-07-01", "2023-07-01"]
    measured(contract, "1", "0.05")
    assert settle.propose("tiny", "1") is not None
    assert settle.present("tiny", 1)["parties"] == ["region", "town", "fund"]
    settle.record_answers("tiny", 1, answers())
    settle.post("tiny", 1)
    measured(contract, "2", "0.05")
    settle.propose("tiny", "2")
    assert settle.present("tiny", 2)["parties"] == ["town", "fund", "new_region"]
    with pytest.raises(ApprovalRefused, match="no answer from new_region"):
        settle.record_answers("tiny", 2, answers(region=None))
    asked = [*answers(region=None), answers()[0] | {"party": "new_region", "user": "nora"}]
    settle.record_answers("tiny", 2, asked)
    settle.post("tiny", 2)
    assert paid(contract)[2, "2", "new_region"] == 18_750
