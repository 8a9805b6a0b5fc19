"""The way from a result to an amount: what is printed can be multiplied by hand and gives what is printed."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maalbar.contract import load_contract
from maalbar.documents.explained import explained
from maalbar.documents.formats import plain
from tests.conftest import TINY
from tests.transforms.settled import settle_one

CONTRACT = load_contract(TINY)
RESULTS = st.integers(1, 150_000).map(lambda millionths: f"{Decimal(millionths) / 1_000_000}")


def _way(result: str) -> list[str]:
    (step,) = (s for s in settle_one(CONTRACT, "contacts", [result]).steps if s.outcome == "contacts")
    return [
        plain(phrase)
        for phrase in explained(CONTRACT, "contacts", [(s.rule, s.amount, s.facts) for s in step.trail], "da")
    ]


def _number(text: str) -> Decimal:
    return Decimal(text.replace(".", "").replace(",", "."))


@given(RESULTS)
def test_a_reader_who_multiplies_the_printed_factors_gets_the_printed_amount(result):
    (product,) = (phrase for phrase in _way(result) if "×" in phrase)
    found = re.search(r"→ (\S+) kr\. × (\S+) % × (\S+) % = (\S+) kr\.", product)
    assert found is not None, product
    maximum, part, attained, amount = map(_number, found.groups())
    assert (maximum * part * attained / 10_000).quantize(Decimal("0.01"), ROUND_HALF_UP) == amount


@given(RESULTS)
def test_a_reader_who_divides_the_printed_result_by_the_target_gets_the_printed_share(result):
    way = " ".join(_way(result))
    change, attained, target = (
        _number(re.search(pattern, way)[1])  # type: ignore[index]
        for pattern in (r"virkning (\S+) %", r"(\S+) % af målet", r"målet på (\S+) %")
    )
    assert attained == min(change / target, Decimal(1)) * 100


@pytest.mark.parametrize(("result", "said"), [("0.05", "virkning 5,00 %"), ("0.092427", "virkning 9,2427 %")])
def test_a_result_has_the_decimals_it_is_stored_with_and_two_at_the_least(result, said):
    assert _way(result)[0] == said
