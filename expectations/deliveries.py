"""What must hold of every accepted canonical table, and of the account of the rows it came from.

Small tables are judged row by row; large ones by one row of counts of breaches, since Great Expectations needs seconds
per million rows. The verdict is the same either way, and a test says so.
"""

from __future__ import annotations

from decimal import Decimal

import great_expectations as gx
import great_expectations.expectations as gxe
import pandas as pd

from maalbar.tables import Table

ROW_BY_ROW = 20_000
"""The largest table judged row by row."""


def table_suite(table: Table) -> gx.ExpectationSuite:
    """The suite of one canonical table, row by row."""
    rules: list[gxe.Expectation] = [gxe.ExpectTableColumnsToMatchOrderedList(column_list=list(table.columns))]
    for name, column in table.columns.items():
        if not column.nullable:
            rules.append(gxe.ExpectColumnValuesToNotBeNull(column=name))
        if column.allowed:
            rules.append(gxe.ExpectColumnValuesToBeInSet(column=name, value_set=list(column.allowed)))
    rules.append(gxe.ExpectCompoundColumnsToBeUnique(column_list=list(table.key)) if len(table.key) > 1
                 else gxe.ExpectColumnValuesToBeUnique(column=table.key[0]))  # fmt: skip
    return gx.ExpectationSuite(name=table.name, expectations=rules)


def breaches(rows: pd.DataFrame, table: Table) -> pd.DataFrame:
    """One row: how many rows break each rule of `table_suite`, and whether the columns are the right ones."""
    if list(rows.columns) != list(table.columns):
        return pd.DataFrame([{"wrong_columns": 1}])
    counts: dict[str, int] = {"wrong_columns": 0}
    for name, column in table.columns.items():
        if not column.nullable:
            counts[f"{name}__empty"] = int(rows[name].isna().sum())
        if column.allowed:
            counts[f"{name}__unknown"] = int((rows[name].notna() & ~rows[name].isin(column.allowed)).sum())
    counts["key__repeated"] = int(rows.duplicated(subset=list(table.key), keep=False).sum())
    return pd.DataFrame([counts])


def breaches_suite(table: Table, columns: list[str]) -> gx.ExpectationSuite:
    """The suite over the one row of counts: every count is nothing."""
    rules = [gxe.ExpectColumnMaxToBeBetween(column=name, min_value=0, max_value=0) for name in columns]
    return gx.ExpectationSuite(name=f"{table.name}_counts", expectations=rules)


def account_suite(max_quarantined: Decimal) -> gx.ExpectationSuite:
    """The suite over a row account: everything is accounted for, and not too much is set aside.

    Judges one row with `rows_in`, `accounted` and `quarantined_share`.
    """
    return gx.ExpectationSuite(
        name="row_account",
        expectations=[
            gxe.ExpectColumnPairValuesToBeEqual(column_A="rows_in", column_B="accounted"),
            gxe.ExpectColumnMaxToBeBetween(column="quarantined_share", min_value=0, max_value=float(max_quarantined)),
        ],
    )
