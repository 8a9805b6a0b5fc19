"""What must hold of results before they are stored: of indicator values, and of effect estimates."""

from __future__ import annotations

import great_expectations as gx
import great_expectations.expectations as gxe

RATES = ("value", "low", "high", "standardised", "standardised_low", "standardised_high")
"""The rates of an indicator value: crude and standardised, each with its interval."""
ESTIMATES = ("change", "low", "high", "standard_error", "power")
"""The numbers of an effect estimate that have rules."""


def _in_order(*columns: str) -> list[gx.expectations.Expectation]:
    """Each column is at least the one before it, where both have a value."""
    pairs = zip(columns[1:], columns[:-1], strict=True)
    return [
        gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A=above, column_B=below, or_equal=True, ignore_row_if="either_value_is_missing"
        )
        for above, below in pairs
    ]


def indicator_value_suite() -> gx.ExpectationSuite:
    """One row per outcome × window × arm: nothing negative, nobody without time, each cell once."""
    return gx.ExpectationSuite(
        name="indicator_value",
        expectations=[
            gxe.ExpectTableRowCountToBeBetween(min_value=1),
            gxe.ExpectCompoundColumnsToBeUnique(column_list=["outcome", "window_id", "arm"]),
            gxe.ExpectColumnValuesToBeInSet(column="arm", value_set=["treated", "comparison"]),
            gxe.ExpectColumnValuesToBeBetween(column="persons", min_value=1),
            gxe.ExpectColumnValuesToBeBetween(column="person_days", min_value=0),
            gxe.ExpectColumnValuesToBeBetween(column="quantity", min_value=0),
            gxe.ExpectColumnPairValuesAToBeGreaterThanB(column_A="most_days", column_B="person_days", or_equal=True),
            *_in_order("low", "value", "high"),
            *_in_order("standardised_low", "standardised", "standardised_high"),
        ],
    )


def effect_estimate_suite() -> gx.ExpectationSuite:
    """One row per outcome × basis: an estimate lies in its interval, and what is missing has its reason."""
    return gx.ExpectationSuite(
        name="effect_estimate",
        expectations=[
            gxe.ExpectCompoundColumnsToBeUnique(column_list=["outcome", "basis"]),
            gxe.ExpectColumnValuesToBeInSet(column="basis", value_set=["period", "cumulative"]),
            *_in_order("low", "high"),
            *_in_order("low", "change", "high"),
            gxe.ExpectColumnValuesToBeBetween(column="power", min_value=0, max_value=1),
            gxe.ExpectColumnPairValuesToBeEqual(column_A="is_refused", column_B="has_no_figure"),
        ],
    )


def diagnostic_suite() -> gx.ExpectationSuite:
    """One row per outcome × basis × name, with one of the known verdicts."""
    return gx.ExpectationSuite(
        name="diagnostic",
        expectations=[
            gxe.ExpectCompoundColumnsToBeUnique(column_list=["outcome", "basis", "name"]),
            gxe.ExpectColumnValuesToBeInSet(column="basis", value_set=["", "period", "cumulative"]),
            gxe.ExpectColumnValuesToBeInSet(column="verdict", value_set=["held", "broken", "untested", "shown"]),
            gxe.ExpectColumnValuesToMatchRegex(
                column="name", regex=r"^(?:check|variant|estimator)\.[a-z_0-9]+$|^planning$"
            ),
        ],
    )
