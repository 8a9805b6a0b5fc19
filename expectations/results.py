"""What must hold of results before they are stored: of indicator values, and of effect estimates."""

from __future__ import annotations

import great_expectations as gx
import great_expectations.expectations as gxe


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
        ],
    )


def effect_estimate_suite() -> gx.ExpectationSuite:
    """One row per outcome × basis: an estimate lies in its interval, and what is missing has its reason."""
    return gx.ExpectationSuite(
        name="effect_estimate",
        expectations=[
            gxe.ExpectCompoundColumnsToBeUnique(column_list=["outcome", "basis"]),
            gxe.ExpectColumnValuesToBeInSet(column="basis", value_set=["period", "cumulative"]),
            gxe.ExpectColumnPairValuesAToBeGreaterThanB(
                column_A="high", column_B="low", or_equal=True, ignore_row_if="either_value_is_missing"
            ),
            gxe.ExpectColumnPairValuesAToBeGreaterThanB(
                column_A="high", column_B="change", or_equal=True, ignore_row_if="either_value_is_missing"
            ),
            gxe.ExpectColumnPairValuesAToBeGreaterThanB(
                column_A="change", column_B="low", or_equal=True, ignore_row_if="either_value_is_missing"
            ),
            gxe.ExpectColumnPairValuesToBeEqual(column_A="is_refused", column_B="has_no_figure"),
        ],
    )
