"""Suites stop data that break a rule: row by row or by counts, with the same verdict, and without showing a value."""

from __future__ import annotations

import tempfile
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from expectations import deliveries, results, verdict
from maalbar.errors import ChecksFailed
from maalbar.tables import TABLES

DAY, MOMENT = date(2022, 7, 4), datetime(2022, 7, 4, 10, tzinfo=UTC)
GOOD = {  # two rows of each table, told apart by their key alone
    "population": [
        ["p1", "F", DAY, "north", "657", DAY, None, None, None, False],
        ["p2", "M", DAY, "south", None, DAY, DAY, DAY, DAY, True],
    ],
    "contacts": [
        ["p1", "k1", "hospital", DAY, DAY, MOMENT, MOMENT, 0, 0, 0, "ATA1", "ALCA00", "own", None],
        ["p1", "k2", "primary", DAY, *[None] * 7, "K", None, "80"],
    ],
    "benefits": [["p1", "783", DAY, DAY], ["p2", "783", DAY, DAY]],
    "services": [["p1", "care", DAY, 150], ["p2", "care", DAY, -50]],
    "surveys": [["p1", DAY, "web", False, "ls", "ls1", 7], ["p1", DAY, "web", False, "ls", "ls2", 7]],
    "diagnoses": [["p1", "k1", "I10", "A", DAY], ["p1", "k1", "E11", None, DAY]],
    "enrolments": [["p1", DAY, None], ["p2", DAY, DAY]],
    "participation": [["p1", "walks", DAY], ["p2", "walks", DAY]],
    "claims": [["p1", "k1", "plans", DAY, "verified"], ["p1", "k2", "plans", DAY, "claimed"]],
    "counts": [["p1", "1", "male", "visits", 100], ["p1", "1", "male", "stays", 0]],
}
CANARY = "canary-7f3a"


def good(name: str) -> pd.DataFrame:
    return pd.DataFrame(GOOD[name], columns=list(TABLES[name].columns), dtype="object")


def breaks() -> list[tuple[str, str, str]]:
    """Every way a table can break a rule: (table, kind of breach, column)."""
    found = []
    for name, table in TABLES.items():
        found += [(name, "empty", column) for column, rule in table.columns.items() if not rule.nullable]
        found += [(name, "unknown", column) for column, rule in table.columns.items() if rule.allowed]
        found += [(name, "disordered", later) for _, later in table.ordered]
        found += [(name, "repeated", table.key[0]), (name, "missing", table.key[0])]
    return found


def broken(name: str, breach: str, column: str) -> pd.DataFrame:
    frame = good(name)
    if breach == "repeated":
        frame.loc[1, list(TABLES[name].key)] = frame.loc[0, list(TABLES[name].key)]
    elif breach == "disordered":
        earlier = next(first for first, later in TABLES[name].ordered if later == column)
        frame.loc[1, earlier] = DAY if TABLES[name].columns[earlier].kind == "date" else MOMENT
        frame.loc[1, column] = frame.loc[1, earlier] - timedelta(days=1)
    elif breach == "missing":
        frame = frame.rename(columns={list(frame.columns)[-1]: "another"})
    else:
        frame.loc[1, column] = None if breach == "empty" else CANARY
    return frame


def held(frame: pd.DataFrame, name: str) -> int:
    """The frame as Parquet, in the types of the table as far as its columns are those, held against its suite."""
    types = {field.name: field.type for field in TABLES[name].schema}
    rows = frame.astype(object).where(frame.notna(), None)
    columns = {column: pa.array(rows[column].to_list(), types.get(column)) for column in rows}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "accepted.parquet"
        pq.write_table(pa.table(columns), path)
        return verdict.hold_table(path, TABLES[name], "f.csv")


def refusal(frame: pd.DataFrame, name: str) -> str:
    with pytest.raises(ChecksFailed) as caught:
        held(frame, name)
    assert CANARY not in caught.value.line
    return caught.value.line


@pytest.fixture(params=["row by row", "by counts"])
def way(request, monkeypatch) -> str:
    """Both ways of judging a table, whatever its size."""
    monkeypatch.setattr(deliveries, "ROW_BY_ROW", 20_000 if request.param == "row by row" else -1)
    return request.param


@pytest.mark.parametrize("name", TABLES)
def test_rows_that_are_right_pass_and_every_rule_is_held(way, name):
    table = TABLES[name]
    rules = sum((not rule.nullable) + bool(rule.allowed) for rule in table.columns.values()) + len(table.ordered)
    # One rule per required column, list of codes and pair in order, one for the key and one for the columns themselves.
    assert held(good(name), name) == rules + 2


@pytest.mark.parametrize("name", ["claims", "contacts"])
def test_a_table_without_rows_passes(way, name):
    assert held(good(name).iloc[:0], name) > 0


@pytest.mark.parametrize(("name", "breach", "column"), [case for case in breaks() if case[1] != "missing"])
def test_a_row_that_breaks_a_rule_stops_the_table_and_its_column_is_named(way, name, breach, column):
    line = refusal(broken(name, breach, column), name)
    assert line.startswith(f"f.csv: {name}{'_counts' if way == 'by counts' else ''}: ")
    assert column in line or breach == "repeated"
    assert line.endswith(" — send a corrected delivery")


@pytest.mark.parametrize("name", TABLES)
def test_a_table_with_other_columns_is_stopped(way, name):
    assert "columns" in refusal(broken(name, "missing", ""), name)


@pytest.mark.parametrize("name", TABLES)
def test_several_breaches_are_all_named(way, name):
    frame = good(name)
    required = [column for column, rule in TABLES[name].columns.items() if not rule.nullable][:2]
    frame.loc[1, required] = None
    line = refusal(frame, name)
    assert all(column in line for column in required)


def test_the_largest_table_judged_row_by_row_is_judged_so(monkeypatch):
    monkeypatch.setattr(deliveries, "ROW_BY_ROW", 2)
    assert "claims: " in refusal(broken("claims", "unknown", "state"), "claims")
    three = pd.concat(
        [broken("claims", "unknown", "state"), good("claims").assign(claim_id="k3").iloc[:1]], ignore_index=True
    )
    assert "claims_counts: " in refusal(three, "claims")


def account(rows_in: int, accounted: int, quarantined: int) -> pd.DataFrame:
    return pd.DataFrame(
        [{"rows_in": rows_in, "accounted": accounted, "quarantined_share": quarantined / rows_in if rows_in else 0.0}]
    )


@pytest.mark.parametrize("row", [account(100, 100, 0), account(100, 100, 1), account(0, 0, 0)])
def test_an_account_within_its_limit_passes(row):
    assert verdict.hold(row, deliveries.account_suite(Decimal("0.01")), "f.csv", "") == 2


@pytest.mark.parametrize(
    ("row", "what"), [(account(100, 99, 0), "rows_in, accounted"), (account(1000, 1000, 11), "quarantined_share")]
)
def test_an_account_that_does_not_add_up_or_sets_too_much_aside_is_stopped(row, what):
    with pytest.raises(ChecksFailed, match=what):
        verdict.hold(row, deliveries.account_suite(Decimal("0.01")), "f.csv", "send a corrected file")


def test_what_is_wrong_where_and_what_to_do_stand_in_one_line():
    with pytest.raises(ChecksFailed) as caught:
        verdict.hold(account(10, 10, 5), deliveries.account_suite(Decimal("0.01")), "f.csv", "5 of 10 rows set aside")
    assert caught.value.line == (
        "f.csv: row_account: expect_column_max_to_be_between of quarantined_share — 5 of 10 rows set aside"
    )


VALUE = {
    "outcome": "contacts",
    "window_id": "1",
    "arm": "treated",
    "persons": 10,
    "person_days": 3650,
    "most_days": 3650,
    "quantity": 5,
    "value": 0.5,
    "low": 0.2,
    "high": 1.2,
    "standardised": 0.6,
    "standardised_low": 0.3,
    "standardised_high": 1.3,
}
UNRATED = dict.fromkeys(("value", "low", "high", "standardised", "standardised_low", "standardised_high"))
VALUE_BREAKS = {
    "nobody": {"persons": 0},
    "a negative quantity": {"quantity": -1},
    "negative time": {"person_days": -1},
    "more time than there is": {"person_days": 3651},
    "an arm that is none": {"arm": "both"},
    "the same cell twice": {"arm": "comparison"},
    "a rate below its interval": {"value": 0.1},
    "a rate above its interval": {"value": 1.3},
    "a standardised rate below its interval": {"standardised": 0.2},
    "a standardised rate above its interval": {"standardised": 1.4},
}


def test_indicator_values_that_are_right_pass():
    frame = pd.DataFrame([VALUE, VALUE | {"arm": "comparison", "quantity": 0, "person_days": 0, **UNRATED}])
    assert verdict.hold(frame, results.indicator_value_suite(), "tiny 1", "") == 11


@pytest.mark.parametrize("change", VALUE_BREAKS.values(), ids=VALUE_BREAKS.keys())
def test_an_indicator_value_that_cannot_be_is_stopped(change):
    frame = pd.DataFrame([VALUE | {"arm": "comparison"}, VALUE | change])
    with pytest.raises(ChecksFailed, match="tiny 1: indicator_value: "):
        verdict.hold(frame, results.indicator_value_suite(), "tiny 1", "")


def test_a_period_without_any_indicator_value_is_stopped():
    with pytest.raises(ChecksFailed, match="expect_table_row_count_to_be_between"):
        verdict.hold(pd.DataFrame(columns=list(VALUE)), results.indicator_value_suite(), "tiny 1", "")


EFFECT = {
    "outcome": "contacts",
    "basis": "period",
    "change": -0.07,
    "low": -0.2,
    "high": 0.08,
    "power": 0.3,
    "is_refused": False,
    "has_no_figure": False,
}
REFUSED = EFFECT | {
    "basis": "cumulative",
    "change": None,
    "low": None,
    "high": None,
    "power": None,
    "is_refused": True,
    "has_no_figure": True,
}
EFFECT_BREAKS = {
    "an interval that ends before it begins": {"low": 0.1, "high": 0.05, "change": 0.07},
    "an estimate above its interval": {"change": 0.09},
    "an estimate below its interval": {"change": -0.21},
    "a basis that is none": {"basis": "yearly"},
    "a power above certainty": {"power": 1.01},
    "a refusal with a figure": {"is_refused": True},
    "no figure and no reason": {"has_no_figure": True},
}


def test_estimates_within_their_intervals_and_refusals_without_figures_pass():
    assert verdict.hold(pd.DataFrame([EFFECT, REFUSED]), results.effect_estimate_suite(), "tiny 1", "") == 7


def test_an_estimate_on_the_edge_of_its_interval_passes():
    frame = pd.DataFrame(
        [EFFECT | {"change": 0.08}, EFFECT | {"basis": "cumulative", "change": 0.0, "low": 0.0, "high": 0.0}]
    )
    assert verdict.hold(frame, results.effect_estimate_suite(), "tiny 1", "") == 7


@pytest.mark.parametrize("change", EFFECT_BREAKS.values(), ids=EFFECT_BREAKS.keys())
def test_an_estimate_that_cannot_be_is_stopped(change):
    frame = pd.DataFrame([EFFECT | change, REFUSED])
    with pytest.raises(ChecksFailed, match="tiny 1: effect_estimate: "):
        verdict.hold(frame, results.effect_estimate_suite(), "tiny 1", "")


def test_the_same_estimate_twice_is_stopped():
    with pytest.raises(ChecksFailed, match="expect_compound_columns_to_be_unique"):
        verdict.hold(pd.DataFrame([EFFECT, EFFECT]), results.effect_estimate_suite(), "tiny 1", "")


LOOKED = {"outcome": "contacts", "basis": "period", "name": "check.pre_trend", "verdict": "held"}
LOOKED_BREAKS = {
    "a verdict that is none": {"verdict": "fine"},
    "a basis that is none": {"basis": "yearly"},
    "a kind that is none": {"name": "opinion.good"},
    "a name without a kind": {"name": "pre_trend"},
    "the same twice": {"outcome": "contacts"},
}


def test_what_was_found_of_an_outcome_and_of_the_whole_cohort_passes():
    frame = pd.DataFrame([LOOKED, LOOKED | {"name": "planning"}, LOOKED | {"outcome": "", "basis": ""}])
    assert verdict.hold(frame, results.diagnostic_suite(), "tiny 1", "") == 4


@pytest.mark.parametrize("change", LOOKED_BREAKS.values(), ids=LOOKED_BREAKS.keys())
def test_a_diagnostic_that_cannot_be_is_stopped(change):
    frame = pd.DataFrame([LOOKED, LOOKED | change])
    with pytest.raises(ChecksFailed, match="tiny 1: diagnostic: "):
        verdict.hold(frame, results.diagnostic_suite(), "tiny 1", "")
