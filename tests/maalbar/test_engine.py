"""A step is one portable SELECT over the tables it declares, and the engine that runs it has no way out."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pytest

from maalbar import engine
from maalbar.engine import lint, read_step, run
from maalbar.errors import SetupError
from maalbar.settings import PROJECT

STEPS = sorted(path.stem for path in (PROJECT / "sql").glob("*.sql"))
READS_T = "-- reads: t\n"


@pytest.fixture
def step(tmp_path, monkeypatch):
    """Writes a step into a folder of the test's own and gives its name."""
    monkeypatch.setattr(engine, "FOLDER", tmp_path)
    read_step.cache_clear()

    def write(query: str) -> str:
        (tmp_path / "a_step.sql").write_text(query, encoding="utf-8")
        return "a_step"

    yield write
    read_step.cache_clear()


@pytest.mark.parametrize("name", STEPS)
def test_every_shipped_step_keeps_to_the_portable_subset(name):
    query, reads = read_step(name)
    assert lint(query) == []
    assert reads


@pytest.mark.parametrize("name", STEPS)
def test_every_shipped_step_says_its_grain_and_orders_its_rows(name):
    query, _ = read_step(name)
    assert "-- grain: " in query
    assert query.rstrip().rpartition("\norder by ")[1]


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("select t.a from t; select t.a from t", "is not one SELECT"),
        ("select t.a from t; drop table t", "is not one SELECT"),
        ("select t.a from t union all select t.a from t", "is not one SELECT"),
        ("drop table t", "is not one SELECT"),
        ("copy t to '/tmp/x.csv'", "is not one SELECT"),
        ("attach '/tmp/x.db' as x", "is not one SELECT"),
        ("select t.a, u.b from t inner join u on u.a = t.a", "reads t, u but declares t"),
        ("select t.a from t where t.a in (select u.a from u)", "reads t, u but declares t"),
        ("select 1 as a", "reads  but declares t"),
        ("select t.a from '/etc/passwd' as t", "reads /etc/passwd but declares t"),
        ("select date_diff('year', t.a, t.b) as x from t", "calls datediff"),
        ("select date_diff('month', t.a, t.b) as x from t", "calls datediff"),
        ("select year(t.a) as x from t", "calls year"),
        ("select extract(month from t.a) as x from t", "calls extract"),
        ("select now() as x from t", "calls anonymous"),
        ("select current_date as x from t", "calls current_date"),
        ("select random() as x from t", "calls rand"),
        ("select round(t.a) as x from t", "calls round"),
        ("select avg(t.a) as x from t", "calls avg"),
        ("select first(t.a) as x from t", "calls first"),
        ("select getenv('HOME') as x from t", "calls anonymous"),
        ("select t.a / t.b as x from t", "divides, or pastes parameters"),
        ("select t.a from t where t.a = ?", "divides, or pastes parameters"),
        ("select t.a from t where t.a = $1", "divides, or pastes parameters"),
        ("select t.a from t where t.a = :x", "divides, or pastes parameters"),
        ("select * from t", "selects *"),
        ("select x.a from (select * from t) as x", "selects *"),
        ("select row_number() over (partition by t.a) as x from t", "has a window without an order"),
        ("select sum(t.a) over () as x from t", "has a window without an order"),
    ],
)
def test_what_means_different_things_on_different_engines_is_refused(query, fault):
    assert lint(READS_T + query) == [fault]


@pytest.mark.parametrize(
    "query",
    [
        "select t.a, count(*) as n, sum(t.b) as total from t group by t.a order by t.a",
        "select date_diff('day', t.a, t.b) as days from t",
        "select row_number() over (partition by t.a order by t.b) as position from t",
        "with x as (select t.a from t) select x.a, coalesce(x.a, 0) as b from x",
        "select case when t.a > 1 then 1 else 0 end as b, cast(t.a as bigint) as c from t",
    ],
)
def test_what_means_the_same_everywhere_is_let_through(query):
    assert lint(READS_T + query) == []


def test_a_step_gives_the_rows_of_its_query_over_the_tables_given(step):
    name = step("-- reads: t, u\nselect t.a, u.b from t inner join u on u.a = t.a order by t.a")
    rows = run(name, {"t": pa.table({"a": [3, 1, 2]}), "u": pa.table({"a": [1, 3], "b": ["x", "y"]})})
    assert rows.to_pylist() == [{"a": 1, "b": "x"}, {"a": 3, "b": "y"}]


def test_a_bad_step_is_refused_by_name_before_it_runs(step):
    name = step(READS_T + "select * from t")
    with pytest.raises(SetupError, match=r"sql/a_step.sql: selects \* — keep to the allow-list"):
        run(name, {"t": pa.table({"a": [1]})})


def test_a_step_without_a_table_it_reads_is_refused(step):
    name = step("-- reads: t, u\nselect t.a from t inner join u on u.a = t.a")
    with pytest.raises(SetupError, match="the step a_step also reads u"):
        run(name, {"t": pa.table({"a": [1]})})


def test_a_step_that_is_not_there_is_named(step):
    with pytest.raises(SetupError, match="there is no step nothing"):
        run("nothing", {})


@pytest.mark.parametrize(
    "reader", ["read_csv('{file}')", "read_text('{file}')", "read_parquet('{file}')", "glob('{file}')"]
)
def test_a_step_that_reads_a_file_is_refused(step, tmp_path, reader):
    name = step(READS_T + f"select x.a from {reader.format(file=tmp_path / 'a_step.sql')} as x, t")
    with pytest.raises(SetupError):
        run(name, {"t": pa.table({"a": [1]})})


@pytest.mark.parametrize(
    "query",
    [
        "select content from read_text('{file}')",
        "select * from read_csv('{file}')",
        "select * from '{file}'",
        "copy (select 1) to '{file}.out'",
        "attach '{file}.db' as x",
        "install httpfs",
        "set enable_external_access = true",
        "set lock_configuration = false",
    ],
)
def test_the_engine_has_no_way_to_files_even_if_the_allow_list_had_a_hole(step, tmp_path, monkeypatch, query):
    monkeypatch.setattr(engine, "lint", lambda query: [])
    (tmp_path / "secret.csv").write_text("a\n1\n")
    name = step(query.format(file=tmp_path / "secret.csv"))
    with pytest.raises(duckdb.Error, match=r"disabled|locked|external|configuration"):
        run(name, {})
    assert {path.name for path in tmp_path.iterdir()} == {"a_step.sql", "secret.csv"}
