"""What a correction does to statements: those before it are found superseded, and its own tells before, after and difference.

The tiny contract pays 100,000 kr. for 10 % fewer contacts over two periods, three quarters by the region and one by the town;
each payment is 1 / 1.12 principal and the rest premium. 5 % in the first period is 25,000 kr., and 4 % is 20,000.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

import pytest

from maalbar.errors import SettlementRefused
from maalbar.flow import amounts, settle
from maalbar.flow.corrected_facts import corrected_effects, corrected_payments
from maalbar.flow.statement import Standing, evidence_of, standing
from tests.flow.measured import measured, settled

pytestmark = pytest.mark.usefixtures("results_database")


@pytest.fixture
def corrected(tiny_contract):
    """Period 1 settled (1), period 2 settled (2), and period 1 corrected (3)."""
    contract = tiny_contract()
    for period, contacts in (("1", "0.05"), ("2", "0.08"), ("1", "0.04")):
        measured(contract, period, contacts)
        settled(contract, period)
    return contract


def test_a_statement_stands_until_a_later_settlement_says_something_else_of_its_period(tiny_contract):
    contract = tiny_contract()
    measured(contract, "1", "0.05")
    settled(contract, "1")
    assert standing("tiny", 1, "1") == Standing(1, "1")
    measured(contract, "2", "0.08")
    settled(contract, "2")
    assert standing("tiny", 1, "1").is_current, "period 2 says nothing of period 1"
    measured(contract, "1", "0.04")
    settled(contract, "1")
    assert standing("tiny", 1, "1") == Standing(1, "1", superseded_by=3, told_in="2")
    # What the first period lost the second makes up for: 80,000 over both stay 80,000.
    assert standing("tiny", 2, "2") == Standing(2, "2", superseded_by=3, told_in="2")
    assert standing("tiny", 3, "2").is_current


def test_other_results_supersede_a_statement_even_where_no_krone_moves(tiny_contract):
    contract = tiny_contract()
    measured(contract, "1", "-0.05")
    settled(contract, "1")
    measured(contract, "1", "-0.02")
    measured(contract, "2", "-0.03")
    settled(contract, "2")
    assert standing("tiny", 1, "1") == Standing(1, "1", superseded_by=2, told_in="2")


def test_a_proposal_that_nobody_has_approved_supersedes_nothing(corrected):
    measured(corrected, "1", "0.03")
    settle.propose("tiny", "1")
    assert standing("tiny", 3, "2").is_current
    draft = standing("tiny", 4, "2")
    assert (draft.state, draft.superseded_by, draft.is_current) == ("open", None, False), "a draft holds nothing"


def test_a_settlement_that_is_not_there_has_no_standing(corrected):
    with pytest.raises(SettlementRefused, match="no proposal 9"):
        standing("tiny", 9, "1")
    with pytest.raises(SettlementRefused, match="settlement 3 has no statement of period 1"):
        standing("tiny", 3, "1")


def test_each_corrected_line_has_its_amount_before_and_after(corrected):
    evidence, _ = evidence_of("tiny", 3)
    rows = {(r.period, r.payer, r.component): (r.before_minor, r.after_minor) for r in corrected_payments(evidence)}
    # 18,750 by the region becomes 15,000; less a ninth part of it and three, 12 of 112, is principal.
    assert rows["1", "The Region", "principal"] == (16_741_07, 13_392_86)
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for (period, payer, _), (before, after) in rows.items():
        sums[period, payer][0] += before
        sums[period, payer][1] += after
    assert dict(sums) == {
        ("1", "The Region"): [18_750_00, 15_000_00],
        ("1", "The Town"): [6_250_00, 5_000_00],
        ("2", "The Region"): [41_250_00, 45_000_00],
        ("2", "The Town"): [13_750_00, 15_000_00],
    }


def test_the_differences_of_the_lines_are_those_of_page_one(corrected):
    evidence, _ = evidence_of("tiny", 3)
    sums: dict[str, int] = defaultdict(int)
    for row in corrected_payments(evidence):
        sums[f"periode {row.period}"] += row.difference_minor
    assert dict(sums) == dict(amounts.changes(evidence)) == {"periode 1": -5_000_00, "periode 2": 5_000_00}


def test_a_period_in_which_one_pays_more_and_another_less_is_not_without_changes(corrected):
    evidence, _ = evidence_of("tiny", 3)
    lines = [line | {"amount_minor": sign * 100} for line, sign in zip(evidence.lines[:2], (1, -1), strict=True)]
    assert {line["period"] for line in lines} == {"1"}
    assert amounts.changes(replace(evidence, lines=lines)) == (("periode 1", 0),)


def test_each_effect_that_was_measured_again_has_its_change_before_and_after(corrected):
    evidence, _ = evidence_of("tiny", 3)
    (row,) = corrected_effects(evidence, "2")
    assert (row.period, row.now.outcome) == ("1", "contacts")
    assert (row.was.change, row.now.change) == (Decimal("-0.05"), Decimal("-0.04"))
    assert [*corrected_effects(evidence, "1")] == [], "they are told once, in the newest statement"


def test_a_first_settlement_corrects_nothing(tiny_contract):
    contract = tiny_contract()
    measured(contract, "1", "0.05")
    settled(contract, "1")
    evidence, periods = evidence_of("tiny", 1)
    assert periods == ["1"] and evidence.before is None
    assert corrected_payments(evidence) == () and [*corrected_effects(evidence, "1")] == []


def test_a_count_that_differs_by_few_is_not_told_as_an_effect(tiny_contract):
    contract = tiny_contract()
    for plans in (20, 22, 40):
        measured(contract, "1", "0.05", plans)
        settled(contract, "1")
    told = {}
    for number in (2, 3):
        evidence, _ = evidence_of("tiny", number)
        told[number] = [(r.was.change, r.now.change) for r in corrected_effects(evidence, "1")]
    assert told == {2: [], 3: [(22, 40)]}
