"""The checks of intake in words: those that every accepted file has held, and what a broken one says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from maalbar.contract.delivering import Delivery
from maalbar.documents.delivery_report import Check
from maalbar.tables import TABLES

BROKEN = {
    "expect_column_max_to_be_between of quarantined_share": "more rows are wrong than the contract allows",
    "expect_column_pair_values_to_be_equal of rows_in, accounted": "rows are unaccounted for",
    "expect_column_values_to_not_be_null of {}": "{} is empty in some rows",
    "expect_column_values_to_be_in_set of {}": "{} has codes that are not allowed",
    "expect_column_values_to_be_unique of {}": "the same {} stands in two rows",
    "expect_compound_columns_to_be_unique of {}": "the same {} stand in two rows",
    "expect_table_columns_to_match_ordered_list of {}": "the table has other columns than it should",
}
"""An expectation as `expectations.verdict` names it → what it means that it does not hold."""
_COUNTED = re.compile(r"expect_column_max_to_be_between of (?P<column>\w+)__(?P<rule>empty|unknown|repeated)")
_RULES = {"empty": "{} is empty in some rows", "unknown": "{} has codes that are not allowed"}


def held(delivery: Delivery, account: dict[str, int], max_quarantined: Decimal) -> tuple[Check, ...]:
    """What an accepted file was held against: it would not have been taken in otherwise."""
    return tuple(Check("held", words) for words in _held(delivery, account, max_quarantined))


def _held(delivery: Delivery, account: dict[str, int], max_quarantined: Decimal) -> Iterator[str]:
    table = TABLES[delivery.table]
    yield "the bytes are those announced, and the permission covers the day they describe"
    yield (
        "no CPR number, name, address, telephone number, e-mail, exact birth date or coordinates "
        "in a cell, in the name of a column or of the file"
    )
    yield "the columns are the agreed ones, and no others"
    parts = " + ".join(str(account[part]) for part in ("accepted", "quarantined", "collapsed", "cancelled", "erased"))
    yield f"every row is accounted for: {account['in']} = {parts}"
    share = account["quarantined"] / account["in"] if account["in"] else 0.0
    yield f"at most {_percent(float(max_quarantined))} of the rows are set aside: {_percent(share)} are"
    filled = [name for name, column in table.columns.items() if not column.nullable]
    yield f"always filled in: {', '.join(filled)}"
    coded = [name for name, column in table.columns.items() if column.allowed]
    if coded:
        yield f"only known codes: {', '.join(coded)}"
    yield f"no two rows with the same {', '.join(table.key)}"


def broken(what: str) -> str:
    """`row_account: expect_… of …; expect_… of …` in words; what is no expectation as it stands."""
    _, found, checks = what.partition(": ")
    if not found or not checks.startswith("expect_"):
        return what
    return "; ".join(_broken(check) for check in checks.split("; "))


def beside(mend: str, has_reasons: bool) -> str:
    """How a broken check is mended, where the rows and their reasons are told beside it: without them."""
    last = "send a corrected file"
    return last if has_reasons and mend.endswith(last) else mend


def _broken(check: str) -> str:
    if counted := _COUNTED.fullmatch(check):
        return _RULES.get(counted["rule"], "the same key stands in two rows").format(counted["column"])
    for named, words in BROKEN.items():
        pattern = re.escape(named).replace(r"\{\}", "(.+)")
        if found := re.fullmatch(pattern, check):
            return words.format(*(text.strip("[]").replace("'", "") for text in found.groups()))
    return check


def _percent(share: float) -> str:
    return f"{share * 100:.3g} %"
