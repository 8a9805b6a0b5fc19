"""What must hold of every accepted canonical table, and of the account of the rows it came from.

Small tables are judged row by row; large ones by one row of counts of breaches that `sql/` makes in one pass, since Great
Expectations needs seconds per million rows. The verdict is the same either way, and a test says so.
"""

from __future__ import annotations

from decimal import Decimal

import great_expectations as gx
import great_expectations.expectations as gxe

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
    for earlier, later in table.ordered:
        rules.append(
            gxe.ExpectColumnPairValuesAToBeGreaterThanB(
                column_A=later, column_B=earlier, or_equal=True, ignore_row_if="either_value_is_missing"
            )
        )
    rules.append(gxe.ExpectCompoundColumnsToBeUnique(column_list=list(table.key)) if len(table.key) > 1
                 else gxe.ExpectColumnValuesToBeUnique(column=table.key[0]))  # fmt: skip
    return gx.ExpectationSuite(name=table.name, expectations=rules)


def breaches(table: Table) -> list[str]:
    """What `sql/intake/judged_<table>.sql` counts: one column for each rule of `table_suite` about rows."""
    counts = []
    for name, column in table.columns.items():
        counts += [] if column.nullable else [f"{name}__empty"]
        counts += [f"{name}__unknown"] if column.allowed else []
    counts += [f"{later}__before_{earlier}" for earlier, later in table.ordered]
    return [*counts, "key__repeated"]


def breaches_suite(table: Table) -> gx.ExpectationSuite:
    """The suite over the one row of counts: they are those of the table, and every one is nothing."""
    counts = breaches(table)
    rules: list[gxe.Expectation] = [gxe.ExpectTableColumnsToMatchOrderedList(column_list=counts)]
    rules += [gxe.ExpectColumnMaxToBeBetween(column=name, min_value=0, max_value=0) for name in counts]
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
