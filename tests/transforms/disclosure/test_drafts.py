"""A draft holds true figures that fit together; a table brings its margins, groups and relations with it."""

from __future__ import annotations

import pytest

from maalbar.errors import ReleaseRefused
from transforms.disclosure import (
    Dimension,
    Part,
    Quantity,
    Ratio,
    Relation,
    adds_up,
    crossed,
    draft,
    key,
    stock_and_flow,
)

AREA = Dimension("area", ("a", "b", "c"), {"north": ("a", "b")})
SEX = Dimension("sex", ("F", "M"))
CELLS = {("a", "F"): 3, ("a", "M"): 5, ("b", "F"): 7, ("b", "M"): 0, ("c", "F"): 11}


def test_a_table_has_every_margin_and_group():
    found = crossed("persons", [AREA, SEX], CELLS, at={"period": "2"})
    values = {k: quantity.value for k, quantity in found.quantities.items()}
    assert values[key("persons", {"period": "2"})] == 26
    assert values[key("persons", {"period": "2", "area": "north"})] == 15
    assert values[key("persons", {"period": "2", "area": "north", "sex": "F"})] == 10
    assert values[key("persons", {"period": "2", "area": "c", "sex": "M"})] == 0
    assert len(values) == 5 * 3


def test_every_margin_and_group_is_bound_to_its_parts():
    found = crossed("persons", [AREA, SEX], CELLS)
    parts = {relation.terms[0][0]: [k for k, _ in relation.terms[1:]] for relation in found.relations}
    assert parts[key("persons", {"area": "north"})] in (
        [key("persons", {"area": code}) for code in "ab"],
        [key("persons", {"area": "north", "sex": code}) for code in "FM"],
    )
    # 5 areas, groups and all by sex; 3 sexes and both by area, and by the group.
    assert len(found.relations) == 5 + 3 + 3


def test_what_no_table_shows_is_in_the_draft_all_the_same():
    found = crossed("persons", [AREA, SEX], CELLS, shown=[["area"], []])
    assert {k.at for k in found.shown} == {(), *((("area", code),) for code in ("a", "b", "c", "north"))}
    assert len(found.quantities) == 15


def test_a_sum_of_sums_stands_on_all_persons_and_has_the_largest_of_all():
    one = Quantity(key(""), 90, "amount", persons=3, largest=(50, 30))
    other = Quantity(key(""), 70, "amount", persons=2, largest=(40, 30))
    found = crossed("kroner", [SEX], {("F",): one, ("M",): other}).quantities[key("kroner")]
    assert (found.value, found.persons_behind, found.largest) == (160, 5, (50, 40))


def test_tables_that_share_cells_are_one_draft_and_must_agree():
    age = Dimension("age", ("60-69", "70+"))
    by_sex, by_age = crossed("persons", [SEX], {("F",): 9, ("M",): 8}), {("60-69",): 10, ("70+",): 7}
    assert len(draft(by_sex, crossed("persons", [age], by_age)).quantities) == 5
    with pytest.raises(ReleaseRefused, match=r"persons \(all\): two tables say different things"):
        draft(by_sex, crossed("persons", [age], by_age | {("70+",): 6}))


FIGURE, OTHER = Quantity(key("x"), 9), Quantity(key("y"), 4)


@pytest.mark.parametrize(
    ("pieces", "why"),
    [
        ([FIGURE, adds_up(key("x"), [key("y")])], "y (all): a quantity is named that the draft does not have"),
        ([FIGURE, OTHER, adds_up(key("x"), [key("y")])], "a relation between figures does not hold"),
        ([FIGURE, OTHER, Relation(((key("x"), 1),), 10, None)], "a relation between figures does not hold"),
        ([FIGURE, OTHER, Part(key("x"), key("y"))], "a part is larger than its whole"),
        ([Quantity(key("x"), -1)], "a count or sum is below zero"),
        ([Quantity(key("x"), 5, "events")], "it is not said how many persons are behind it"),
        ([FIGURE, Quantity(key("y"), 0), Ratio(key("r"), key("x"), key("y"))], "nothing divides it"),
        ([FIGURE, OTHER, Ratio(key("r"), key("x"), key("y"), scale=(0, 2))], "a mean lies outside its scale"),
        ([FIGURE, OTHER, Ratio(key("x"), key("x"), key("y"))], "two figures have one key"),
    ],
)
def test_figures_that_do_not_fit_are_refused_with_the_reason_and_no_number(pieces, why):
    with pytest.raises(ReleaseRefused) as caught:
        draft(*pieces)
    assert why in caught.value.line and not any(sign.isdigit() for sign in caught.value.line)


def test_a_cohort_is_those_who_stay_and_those_who_left():
    relation = stock_and_flow(key("start"), key("end"), [key("dead"), key("emigrated")])
    counts = [Quantity(key(name), n) for name, n in (("start", 100), ("end", 93), ("dead", 5), ("emigrated", 2))]
    assert draft(*counts, relation).relations == (relation,)


@pytest.mark.parametrize(
    ("dimensions", "cells"),
    [
        ([Dimension("area", ("a", "b"), {"a": ("b",)})], {}),
        ([Dimension("area", ("a", "b"), {"north": ("c",)})], {}),
        ([Dimension("area", ("a", "b"))], {("c",): 1}),
        ([SEX], {("F",): 1, ("M",): Quantity(key(""), 5, "amount", persons=1)}),
    ],
)
def test_a_table_whose_codes_do_not_fit_is_refused(dimensions, cells):
    with pytest.raises(ReleaseRefused):
        crossed("persons", dimensions, cells)
