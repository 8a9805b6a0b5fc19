"""What a cell must hold before anything is estimated from it."""

from __future__ import annotations

import pandas as pd
import pytest

from maalbar import definitions
from transforms.effect import NotMeasurable
from transforms.effect.comparison import compare
from transforms.effect.contrast import refusal
from transforms.effect.material import Asked


def frame(*had: float) -> pd.DataFrame:
    """Four cells of persons who had the same."""
    cells = [(treated, after) for treated in (False, True) for after in (False, True)]
    rows = [(f"p{n}", treated, after, quantity) for treated, after in cells for n, quantity in enumerate(had)]
    found = pd.DataFrame(rows, columns=["person_id", "is_treated", "is_after", "quantity"])
    return found.astype({"quantity": "float64"}).assign(exposure=1.0)


def test_ten_admissions_of_two_persons_are_ten_events_and_ten_nights_of_two_persons_are_not():
    assert refusal(frame(4, 6, 0, 0), "both", "ratio", 10) is None
    assert refusal(frame(4, 6, 0, 0), "both", "ratio", 10, is_amount=True) == NotMeasurable(
        "few_events", ("treated_after", "10")
    )
    assert refusal(frame(*[0.5] * 10), "both", "ratio", 10, is_amount=True) is None, (
        "ten persons with half an hour each"
    )


def test_a_difference_of_means_needs_no_events():
    assert refusal(frame(0, 0), "both", "difference", 10) is None


def test_one_person_alone_is_no_effect_and_nobody_is_no_data():
    assert refusal(frame(0), "both", "difference", 0) == NotMeasurable("few_persons", ("treated_after", "2"))
    assert refusal(frame(), "both", "difference", 0) == NotMeasurable("no_data", ("treated_after",))


@pytest.mark.parametrize("contrast", ["difference", "ratio"])
def test_a_mean_of_fewer_persons_than_may_be_shown_cannot_be_computed_from_an_effect_because_there_is_none(contrast):
    few = frame(4, 4, 4, 4)
    assert refusal(few, "both", contrast, 10, small_cell=5) == NotMeasurable("few_persons", ("treated_after", "5"))
    assert refusal(frame(4, 4, 4, 4, 4), "both", contrast, 10, small_cell=5) is None
    assert compare(few, "both", Asked(contrast, 10, small_cell=5)).code == "few_persons"


@pytest.mark.parametrize(
    ("indicator", "is_amount"),
    [
        ("bed_days@1", True),
        ("hospital_costs@1", True),
        ("support_hours@1", True),
        ("admissions@1", False),
        ("given@1", False),
    ],
)
def test_the_definition_says_which_of_the_two_an_indicator_is(indicator, is_amount):
    assert definitions.is_amount(indicator) is is_amount
