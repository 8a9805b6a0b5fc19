"""Totals as they are stored."""

from __future__ import annotations

from decimal import Decimal

import pytest

from transforms.totals import rounded


@pytest.mark.parametrize(
    ("number", "stored"), [(1 / 3, "0.333333"), (-1e-9, "0"), (2.0, "2"), (-0.1234565001, "-0.123457")]
)
def test_figures_are_stored_with_six_decimals_and_never_as_minus_nothing(number, stored):
    assert rounded(number) == Decimal(stored)
    assert not rounded(number).is_signed() or rounded(number) < 0
