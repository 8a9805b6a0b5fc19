"""Money is whole øre of one currency; it is rounded once, and a split loses nothing."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maalbar.money import Money, split, to_minor

THIRDS = dict.fromkeys(("region", "town", "fund"), Fraction(1, 3))
amounts = st.integers(min_value=-(10**12), max_value=10**12)


@st.composite
def shares(draw: st.DrawFn) -> dict[str, Fraction]:
    """One to six parties with shares, some of them nothing, that sum to exactly 1."""
    weights = draw(st.lists(st.integers(0, 1000), min_size=1, max_size=6).filter(any))
    return {f"party_{n}": Fraction(weight, sum(weights)) for n, weight in enumerate(weights)}


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("3_600_000 DKK", 360_000_000),
        ("3600000 DKK", 360_000_000),
        ("12_500.50 DKK", 1_250_050),
        ("12_500.5 DKK", 1_250_050),
        ("0.05 EUR", 5),
        ("-250 DKK", -25_000),
        ("-0.50 DKK", -50),
    ],
)
def test_an_amount_is_read_as_the_contract_writes_it(text, minor):
    assert Money.parse(text) == Money(minor, text[-3:])


@pytest.mark.parametrize(
    "text",
    ["3600000", "3.600.000 DKK", "3,5 DKK", "3.505 DKK", "36_00 DKK", "_600 DKK", "1e6 DKK", "kr. 100", "100 kr",
     "100DKK", "DKK 100", "+5 DKK", "NaN DKK", "", " 5 DKK", "5 DKK\n"],
)  # fmt: skip
def test_an_amount_that_could_mean_something_else_is_not_read(text):
    with pytest.raises(ValueError, match="written with its currency"):
        Money.parse(text)


@given(amounts)
def test_what_is_written_reads_back_as_the_same_amount(minor):
    assert Money.parse(str(Money(minor, "DKK"))) == Money(minor, "DKK")


@pytest.mark.parametrize(
    ("exact", "minor"),
    [("0.5", 1), ("1.5", 2), ("2.5", 3), ("2.4999999999", 2), ("-0.5", -1), ("-2.5", -3), ("-2.49", -2)],
)
def test_a_half_is_rounded_up_away_from_nothing(exact, minor):
    assert to_minor(Decimal(exact)) == minor


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**15), max_value=10**15))
def test_rounding_moves_an_amount_by_at_most_half_an_oere(exact):
    assert abs(Decimal(to_minor(exact)) - exact) <= Decimal("0.5")


@pytest.mark.fault("F52")
@pytest.mark.parametrize("amount", [1.0, 1, Fraction(1, 2), "1"])
def test_no_float_slips_into_money(amount):
    with pytest.raises(TypeError, match="computed in Decimal"):
        to_minor(amount)


@pytest.mark.parametrize("amount", ["NaN", "sNaN", "Infinity", "-Infinity"])
def test_money_is_a_finite_number(amount):
    with pytest.raises(ValueError, match="finite"):
        to_minor(Decimal(amount))


@pytest.mark.fault("F58")
def test_three_parties_share_a_hundred_kroner():
    # 100.00 / 3 = 33.33 each and one øre left; equal shares and remainders: the name that sorts first gets it.
    assert split(10_000, THIRDS) == {"fund": 3334, "region": 3333, "town": 3333}


def test_the_largest_remainder_gets_the_oere_that_is_left():
    # 1.01 kr.: 0.7575 and 0.2525. Whole øre 75 and 25; remainders 0.75 and 0.25; one øre left.
    assert split(101, {"region": Decimal("0.75"), "town": Decimal("0.25")}) == {"region": 76, "town": 25}
    # 0.03 kr.: 2.25 and 0.75 øre. Here the smaller share has the larger remainder.
    assert split(3, {"region": Decimal("0.75"), "town": Decimal("0.25")}) == {"region": 2, "town": 1}


def test_equal_remainders_go_to_the_larger_share_first():
    # 10 øre by 0.65, 0.25 and 0.10: 6.5, 2.5 and 1.0; the one øre left goes to the larger share though `a` sorts first.
    assert split(10, {"a": Decimal("0.25"), "b": Decimal("0.65"), "c": Decimal("0.10")}) == {
        "a": 2,
        "b": 7,
        "c": 1,
    }


@given(amounts, shares())
def test_the_parts_sum_to_the_whole_to_the_oere(total, shares):
    assert sum(split(total, shares).values()) == total


@given(amounts, shares())
def test_no_part_is_a_whole_oere_from_its_exact_share(total, shares):
    parts = split(total, shares)
    assert all(abs(parts[name] - total * share) < 1 for name, share in shares.items())


@given(amounts, shares(), st.randoms(use_true_random=False))
def test_the_order_in_which_parties_are_named_changes_nothing(total, shares, random):
    names = list(shares)
    random.shuffle(names)
    assert split(total, {name: shares[name] for name in names}) == split(total, shares)


@given(amounts, shares())
def test_paying_back_is_the_mirror_of_paying(total, shares):
    assert split(-total, shares) == {name: -part for name, part in split(total, shares).items()}


@given(shares())
def test_nothing_is_split_into_nothings(shares):
    assert set(split(0, shares).values()) == {0}


@pytest.mark.parametrize(
    "shares",
    [
        {},
        {"a": Decimal("0.99")},
        {"a": Decimal("0.7"), "b": Decimal("0.4")},
        {"a": Decimal("0.3333"), "b": Decimal("0.6666")},
    ],
)
def test_shares_that_do_not_sum_to_the_whole_are_refused(shares):
    with pytest.raises(ValueError, match="sum to exactly 1"):
        split(100, shares)
