"""Matched arms are alike in what they are matched on, whoever is called what; what cannot be matched is counted or refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maalbar.contract.outcomes import Matching
from tests.transforms.effect.drawn import material, outcome, quality
from transforms.effect import Estimate, Material, NotMeasurable, find
from transforms.effect.matched import balance_of, check, estimate
from transforms.effect.matching import persons, weights
from transforms.effect.material import Asked

ASKED = Asked("ratio", 5)
BANDS = (0, 60, 70, 80)


def _matching(method: str, *on: str, **given: Any) -> Matching:
    chosen = {"by": list(on)} if on else {}
    return Matching.model_validate({"method": method, "source": "illustrative"} | chosen | given)


def _persons(text: str) -> pd.DataFrame:
    """person, t or c, age, sex, benefit (yes, no), earlier use a year or - where it is not known"""
    rows = [line.split() for line in text.strip().splitlines()]
    return pd.DataFrame(
        {
            "is_treated": [arm == "t" for _, arm, *_ in rows],
            "age": [float(age) for _, _, age, *_ in rows],
            "sex": [sex for _, _, _, sex, *_ in rows],
            "benefit": [benefit == "yes" for *_, benefit, _ in rows],
            "earlier_use": [np.nan if use == "-" else float(use) for *_, use in rows],
        },
        index=[person for person, *_ in rows],
    )


FEW = """
    anna   t 63 F no  0
    bent   t 67 M no  2
    carla  t 84 F yes 0
    dorte  c 61 F no  0
    else   c 69 F no  0
    finn   c 65 M no  2
    gerda  c 72 F no  0
"""


def test_comparison_persons_share_the_weight_of_the_treated_of_their_cell():
    # Anna is a woman of 60-69 without use, like Dorte and Else. Bent and Finn are one cell. Carla has nobody, Gerda is nobody's.
    found = weights(_persons(FEW), _matching("exact"), BANDS)
    assert found.to_dict() == {"anna": 1, "bent": 1, "carla": 0, "dorte": 0.5, "else": 0.5, "finn": 1, "gerda": 0}


def test_the_treated_without_a_match_are_counted():
    who = _persons(FEW)
    balance = balance_of(who, weights(who, _matching("exact"), BANDS), _matching("exact"))
    assert (balance.treated, balance.unmatched) == (3, 1)


def test_matched_on_fewer_traits_more_are_matched():
    found = weights(_persons(FEW), _matching("exact", "sex"), BANDS)
    assert found[["anna", "bent", "carla"]].tolist() == [1, 1, 1]
    # Two women stand for three: two thirds of a treated person each.
    assert found[["dorte", "else", "gerda"]].tolist() == pytest.approx([2 / 3, 2 / 3, 2 / 3])


def test_earlier_use_that_is_not_known_is_a_group_of_its_own():
    who = _persons("a t 65 F no -\nb c 65 F no 0\nc c 65 F no -\nd t 65 F no 0")
    assert weights(who, _matching("exact", "earlier_use"), BANDS).to_dict() == {"a": 1, "b": 1, "c": 1, "d": 1}


def test_nobody_alike_is_no_match():
    who = _persons("a t 65 F no 0\nb c 65 M no 0")
    assert weights(who, _matching("exact"), BANDS) == NotMeasurable("no_match")


def _unlike(seed: int) -> Material:
    """The treated are older, and their use rises with age in the same way as everyone's."""
    drawn = material(seed, people=150)
    chance = np.random.default_rng(seed)
    old = (drawn.rows["arm"] == "treated") & (drawn.rows["person_id"].str[1:].astype(int) % 3 > 0)
    rows = drawn.rows.assign(age=drawn.rows["age"].where(~old, 75 + drawn.rows["age"] % 15))
    more = chance.poisson(0.15 * (rows["age"] - 60) * rows["exposure"])
    return Material(rows.assign(quantity=rows["quantity"] + more), None, drawn.baseline, drawn.after, False)


@pytest.mark.parametrize("method", ["exact", "propensity"])
def test_matching_brings_the_arms_together(method):
    of = _unlike(1)
    found, balance = estimate(of, ASKED, _matching(method), quality())
    assert isinstance(found, Estimate)
    assert balance.before["age"] > 0.25 > abs(balance.after["age"])
    assert max(map(abs, balance.after.values())) < 0.15


@pytest.mark.parametrize("method", ["exact", "propensity"])
def test_what_age_alone_makes_is_no_effect_among_those_matched_on_it(method):
    of = _unlike(1)
    now = of.rows[of.rows["phase"] == "follow_up"].groupby("arm")[["quantity", "exposure"]].sum()
    rate = now["quantity"] / now["exposure"]
    crude = rate["treated"] / rate["comparison"] - 1
    found, _ = estimate(of, ASKED, _matching(method, "age", "sex", "benefit"), quality())
    # Unmatched the treated have far more; matched the interval reaches nothing.
    assert crude > 0.15 and found.low < 0.02 and found.change < 0.6 * crude


def test_a_standardised_difference_is_that_of_the_textbook():
    who = _persons("a t 60 F no 0\nb t 70 F no 0\nc c 70 F no 0\nd c 74 F no 0")
    same = pd.Series(1.0, index=who.index)
    # Means 65 and 72; variances 50 and 8, whose mean is 29.
    balance = balance_of(who, same, _matching("exact", "age", "sex"))
    assert balance.before["age"] == pytest.approx(-7 / 29**0.5)
    assert balance.after == balance.before and balance.before["sex"] == 0


def test_a_trait_that_stays_apart_is_refused_above_the_contracts_limit():
    of = _unlike(1)
    loose = _matching("exact", "age")
    bands = Material(of.rows, None, of.baseline, of.after, False, age_bands=(0,))
    found, balance = estimate(bands, ASKED, loose, quality(max_imbalance="25 %"))
    assert found.code == "imbalance" and found.details == (f"{balance.worst:.2f}", "0.25")
    allowed, _ = estimate(bands, ASKED, loose, quality(max_imbalance="100 %"))
    assert isinstance(allowed, Estimate)


def test_treated_persons_beyond_the_caliper_are_left_out():
    # Treated of every age from 60 to 99, comparison persons only up to 79: whoever is much older has nobody near.
    ages = [*range(60, 100)] * 2 + [*range(60, 80)] * 8
    text = "\n".join(f"p{n} {'t' if n < 80 else 'c'} {age} F no 0" for n, age in enumerate(ages))
    who = _persons(text)
    for caliper, oldest in (("0 %", 79), ("20 %", 84)):
        found = weights(who, _matching("propensity", "age", caliper=caliper), BANDS)
        matched = who[(found > 0) & who["is_treated"]]
        assert 79 <= matched["age"].max() <= oldest
        assert (found[who["is_treated"] & (who["age"] > 90)] == 0).all()


@given(st.integers(0, 100), st.sampled_from(["exact", "propensity"]))
@settings(max_examples=10, deadline=None)
def test_names_and_order_change_nothing(seed, method):
    of = material(seed, people=40)
    other = of.rows.sample(frac=1.0, random_state=seed)
    other = other.assign(person_id=other["person_id"].map(lambda name: f"x{name[::-1]}"))
    one, two = (
        estimate(Material(rows, None, of.baseline, of.after, False), ASKED, _matching(method), quality())[0]
        for rows in (of.rows, other)
    )
    if isinstance(one, NotMeasurable):
        assert two == one
        return
    assert two.change == pytest.approx(one.change, abs=1e-9)
    assert two.standard_error == pytest.approx(one.standard_error, rel=1e-6)


@given(st.integers(0, 100), st.sampled_from(["exact", "propensity"]))
@settings(max_examples=10, deadline=None)
def test_comparison_persons_weigh_as_many_as_are_matched(seed, method):
    of = material(seed, people=40)
    who = persons(of.rows, of.rows["person_id"])
    found = weights(who, _matching(method), BANDS)
    treated = who["is_treated"]
    assert found[~treated].sum() == pytest.approx(found[treated].sum())
    assert set(found[treated]) <= {0.0, 1.0} and (found >= 0).all()


def test_the_balance_is_shown_beside_the_effect():
    found = find(
        outcome("matched_comparison", matching={"method": "exact", "source": "illustrative"}),
        quality(),
        _unlike(1),
        0.1,
    )
    (balance,) = [one for one in found.diagnostics if one.name == "check.balance"]
    assert balance.verdict == "held" and {"age_before", "age_after", "unmatched"} <= set(balance.figures)


def test_no_matching_in_the_contract_is_no_match():
    assert estimate(material(), ASKED, None, quality()) == (NotMeasurable("no_match"), None)


@pytest.mark.parametrize("method", ["exact", "propensity"])
@pytest.mark.filterwarnings("ignore:Perfect separation")
def test_a_trait_that_tells_the_arms_apart_leaves_nobody_to_match(method):
    of = material(people=40)
    rows = of.rows.assign(has_benefit=of.rows["arm"] == "treated")
    found, _ = estimate(replace(of, rows=rows), ASKED, _matching(method, "age", "benefit"), quality())
    assert found == NotMeasurable("no_match")


def test_what_only_the_arms_differ_in_is_no_number_to_store():
    who = _persons("a t 60 F yes 0\nb t 70 F yes 0\nc c 70 F no 0\nd c 74 F no 0")
    balance = balance_of(who, pd.Series(1.0, index=who.index), _matching("exact", "age", "benefit"))
    assert balance.worst == float("inf")
    shown = check(balance, 0.25)
    assert shown.verdict == "broken" and shown.figures["benefit_after"] is None


def test_the_caliper_is_a_part_of_the_spread_of_those_who_can_be_compared():
    """All treated are on benefit and 65, and those of the comparison on benefit 90 or 65. Many more of the comparison are on
    none, which parts them altogether and makes the log odds as wide as the fit was long: a caliper of that leaves nobody out.
    """
    size = 200
    people = pd.DataFrame(
        {
            "is_treated": [True] * size + [False] * 2 * size,
            "age": [65.0, 66.0, 67.0, 68.0] * (size // 4) + [90.0, 91.0, 92.0, 66.0] * (size // 4) + [70.0, 80.0] * (size // 2),
            "sex": "F",
            "benefit": [True] * 2 * size + [False] * size,
            "earlier_use": 0.0,
        }
    )  # fmt: skip
    people.loc[people.index[:4], "age"] = 100.0, 100.0, 100.0, 100.0
    given = {"method": "propensity", "by": ["age", "sex", "benefit"], "source": "illustrative"}
    rule = outcome("matched_comparison", matching=given).matching
    assert rule is not None
    alone = people[people["benefit"]]
    known = weights(alone, rule, (0,))
    found = weights(people, rule, (0,))
    # Adding people whom nobody is like cannot make more of the treated like somebody.
    assert isinstance(known, pd.Series) and isinstance(found, pd.Series)
    assert int(found[people["is_treated"]].sum()) <= int(known[alone["is_treated"]].sum())
