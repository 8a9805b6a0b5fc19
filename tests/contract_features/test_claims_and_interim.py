"""Claims before they are verified, payments on account, and what becomes of a debt."""

from __future__ import annotations

import pytest

from tests.contract_features.row import agreement, changed, claim, claims, effect, paid, row, settled, stage
from transforms.settlement.payable import Payable, by_period, payable


@row(33)
def test_only_verified_claims_are_paid_and_the_others_are_shown():
    found = agreement(33)
    rows = [claim(state="verified")] * 6 + [claim(state="claimed")] * 2 + [claim(state="rejected")]
    given = settled(found, {"education": claims(*rows)})
    # 6 × 2,000.
    assert paid(found, given) == {"1": 12_000}
    assert stage(given, "1", "education", "left_out") == {"claimed": 2, "rejected": 1}


# The sum so far: 300,000 × 1/3 × 10/10 = 100,000; × 2/3 × 2/10 = 40,000; × 3/3 × 3/10 = 90,000.
COURSE = ({"care": effect("0.10")}, {"care": effect("-0.06", "0.02")}, {"care": effect("0.05", "0.03")})


@row(32)
def test_three_quarters_are_paid_on_account_and_the_rest_in_the_final_settlement():
    found = agreement(32)
    # 75 % of 100,000; then 75 % of 40,000 less that; then all of 90,000 less 30,000.
    assert paid(found, settled(found, *COURSE)) == {"1": 75_000, "2": -45_000, "3": 60_000}


def _transfers(made: Payable) -> list[tuple[str, str, int]]:
    return [(transfer.settlement, transfer.sender, transfer.amount // 100) for transfer in made.transfers]


@row(32)
def test_a_debt_is_set_off_against_later_payments():
    found = agreement(32)
    made = payable(by_period(found, settled(found, *COURSE).lines, ["1", "2", "3"]))
    # 75,000; nothing, with 45,000 owed back; 60,000 − 45,000.
    assert _transfers(made) == [("1", "state", 75_000), ("3", "state", 15_000)]


@row(32)
def test_a_debt_is_paid_back_at_once_where_the_terms_claw_back():
    found = changed(agreement(32), {"terms.negative_difference": "claw_back", "terms.left_at_end": None})
    made = payable(by_period(found, settled(found, *COURSE).lines, ["1", "2", "3"]))
    assert _transfers(made) == [("1", "state", 75_000), ("2", "magpie", 45_000), ("3", "state", 60_000)]


@row(32)
@pytest.mark.parametrize(
    ("left_at_end", "last", "waived"), [("claw_back", [("3", "magpie", 45_000)], 0), ("waive", [], 45_000_00)]
)
def test_what_is_still_owed_back_in_the_end_is_paid_or_waived(left_at_end, last, waived):
    found = changed(agreement(32), {"terms.left_at_end": left_at_end})
    # All of 300,000 × 1/10 is the 30,000 that stand after the second period: nothing to set the 45,000 off against.
    lines = settled(found, *COURSE[:2], {"care": effect("-0.01", "0.01")}).lines
    made = payable(by_period(found, lines, ["1", "2", "3"]))
    assert _transfers(made) == [("1", "state", 75_000), *last]
    assert made.waived == waived
    assert payable(by_period(found, lines, ["1", "2"])).set_off == {("state", "magpie"): 45_000_00}
