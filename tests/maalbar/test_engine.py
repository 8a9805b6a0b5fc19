"""A step is one portable SELECT over the tables it declares, and the engine that runs it has no way out."""

from __future__ import annotations

import tempfile

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from maalbar import engine
from maalbar.engine import ParquetFiles, lint, read_step, run, run_to, spark_query
from maalbar.engine.address import Address, Limits, address, limits
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
        read_step.cache_clear()
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
        ("select t.a + 0.5 as x from t", "writes a number that is not whole"),
        ("select cast(t.a as double) as x from t", "casts to a float"),
        ("select t.a from main.t", "names a schema"),
        ("select t.a from t limit 1", "adds an interval, samples, limits or tries a cast"),
        ("select t.a from t tablesample 1 percent", "adds an interval, samples, limits or tries a cast"),
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
        "select lag(t.a) over (partition by t.b order by t.a) as x from t",
        "select t.a from t where exists (select 1 as one from t as u where u.a > t.a)",
        "select count(*) filter (where t.a > 1) as n from t",
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
    pq.write_table(pa.table({"a": [1]}), tmp_path / "t.parquet")
    name = step(READS_T + query.format(file=tmp_path / "secret.csv"))
    with pytest.raises(duckdb.Error, match=r"disabled|locked|external|configuration"):
        run(name, {"t": ParquetFiles((tmp_path / "t.parquet",))})
    assert {path.name for path in tmp_path.iterdir()} == {"a_step.sql", "secret.csv", "t.parquet"}


def test_what_one_step_was_given_no_other_step_sees(step, monkeypatch):
    assert run(step(READS_T + "select t.a from t order by t.a"), {"t": pa.table({"a": [1]})}).num_rows == 1
    monkeypatch.setattr(engine, "lint", lambda query: [])
    for name in ("t", "temp.t", "main.t", "memory.main.t"):
        with pytest.raises(duckdb.CatalogException):
            run(step(f"select * from {name}"), {})


def test_a_table_may_be_as_large_beside_the_memory_as_it_likes(step, tmp_path, monkeypatch):
    monkeypatch.setenv("MAALBAR_MEMORY_GB", "0.1")
    monkeypatch.setenv("MAALBAR_THREADS", "1")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    count = 4_000_000
    name = step(READS_T + "select t.a, count(*) as n from t group by t.a order by t.a")
    assert run(name, {"t": pa.table({"a": range(count)})}).num_rows == count
    assert [path.name for path in tmp_path.iterdir()] == ["a_step.sql"]


def test_a_table_may_lie_in_files_whose_folders_look_like_columns(step, tmp_path):
    paths = []
    for year in (2020, 2021):
        folder = tmp_path / f"year={year}" / "it's"
        folder.mkdir(parents=True)
        pq.write_table(pa.table({"a": [year, year + 10]}), folder / "part.parquet")
        paths.append(folder / "part.parquet")
    name = step(READS_T + "select t.a from t order by t.a")
    found = run(name, {"t": ParquetFiles(tuple(paths))})
    assert found.column("a").to_pylist() == [2020, 2021, 2030, 2031]
    assert run(name, {"t": ParquetFiles(tuple(paths[:1]))}).column("a").to_pylist() == [2020, 2030]
    by_year = step(READS_T + "select t.year from t order by t.year")
    read_step.cache_clear()
    with pytest.raises(duckdb.BinderException, match="year"):
        run(by_year, {"t": ParquetFiles(tuple(paths))})


def test_columns_of_files_may_be_called_what_the_step_calls_them_and_no_other_is_seen(step, tmp_path):
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"started_on": [7, 8], "a": [1, 2]}), path)
    given = ParquetFiles((path,), (("a", "started_on"),))
    assert given.schema.names == ["a"]
    assert run(step(READS_T + "select t.a from t order by t.a"), {"t": given}).to_pydict() == {"a": [7, 8]}


def test_only_the_files_that_are_named_can_be_read(step, tmp_path, monkeypatch):
    monkeypatch.setattr(engine, "lint", lambda query: [])
    for name in ("named", "beside"):
        pq.write_table(pa.table({"a": [1]}), tmp_path / f"{name}.parquet")
    given = {"t": ParquetFiles((tmp_path / "named.parquet",))}
    name = step(READS_T + f"select x.a from read_parquet('{tmp_path / 'beside.parquet'}') as x, t")
    with pytest.raises(duckdb.PermissionException, match="disabled"):
        run(name, given)


@pytest.mark.parametrize(
    ("bytes_", "fault"), [(None, "there is no such Parquet file"), (b"a,b\n1,2\n", "is not a Parquet file")]
)
def test_files_that_are_not_there_or_not_parquet_are_named(step, tmp_path, bytes_, fault):
    path = tmp_path / "x.parquet"
    if bytes_:
        path.write_bytes(bytes_)
    name = step(READS_T + "select t.a from t order by t.a")
    with pytest.raises(SetupError, match=f"x.parquet: {fault}"):
        run(name, {"t": ParquetFiles((path,))})
    with pytest.raises(SetupError, match="a table of no Parquet files"):
        run(name, {"t": ParquetFiles(())})


def test_rows_go_to_a_file_without_standing_in_memory_and_are_the_same(step, tmp_path):
    name = step("-- reads: t\nselect t.a, count(*) as n from t group by t.a order by t.a -- to the end")
    given = {"t": pa.table({"a": [3, 1, 3]})}
    files = run_to(name, given, tmp_path / "out" / "rows.parquet")
    assert files == ParquetFiles((tmp_path / "out" / "rows.parquet",))
    assert pq.read_table(tmp_path / "out" / "rows.parquet").equals(run(name, given))
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["rows.parquet"], "what it spilled is gone"
    assert run(name, {"t": files}).column("n").to_pylist() == [1, 1], "what one step wrote, the next one reads"


def test_what_cannot_be_reckoned_leaves_no_file_and_tells_no_value(step, tmp_path):
    name = step(READS_T + "select cast(sum(t.a) as bigint) as total from t order by total")
    given = {"t": pa.table({"a": [2**63 - 1, 2**63 - 1]})}
    for attempt in (lambda: run(name, given), lambda: run_to(name, given, tmp_path / "out" / "rows.parquet")):
        with pytest.raises(SetupError, match=r"sql/a_step.sql: cannot be reckoned") as told:
            attempt()
        assert "18446744073709551614" not in str(told.value)
        assert told.value.__cause__ is None
    assert list((tmp_path / "out").iterdir()) == []


def test_a_step_that_needs_more_than_its_memory_spills_and_leaves_nothing(step, tmp_path, monkeypatch):
    monkeypatch.setenv("MAALBAR_MEMORY_GB", "0.1")
    monkeypatch.setenv("MAALBAR_THREADS", "1")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    count = 4_000_000
    pq.write_table(pa.table({"a": range(count)}), tmp_path / "t.parquet", row_group_size=200_000)
    name = step(READS_T + "select t.a, count(*) as n from t group by t.a order by t.a")
    files = run_to(name, {"t": ParquetFiles((tmp_path / "t.parquet",))}, tmp_path / "rows.parquet")
    assert pq.read_metadata(files.paths[0]).num_rows == count
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a_step.sql", "rows.parquet", "t.parquet"]


def test_a_type_that_is_another_one_elsewhere_is_refused(step):
    name = step(READS_T + "select sum(t.a) as total from t order by total")
    with pytest.raises(SetupError, match=r"gives total as decimal128\(38, 0\) — cast sums to bigint"):
        run(name, {"t": pa.table({"a": [1]})})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("duckdb", Address("duckdb")),
        ("spark://local[2]", Address("spark", "local[2]")),
        ("spark://local", Address("spark", "local")),
        ("spark://local[*]", Address("spark", "local[*]")),
        ("spark://yarn", Address("spark", "yarn")),
        ("spark://cluster.region.dk:7077", Address("spark", "spark://cluster.region.dk:7077")),
    ],
)
def test_the_engine_is_an_address(monkeypatch, text, found):
    assert address(text) == found
    monkeypatch.setenv("MAALBAR_ENGINE", text)
    assert address() == found


def test_duckdb_is_the_engine_where_nothing_is_said(monkeypatch):
    for name in ("MAALBAR_ENGINE", "MAALBAR_THREADS", "MAALBAR_MEMORY_GB"):
        monkeypatch.delenv(name, raising=False)
    assert address() == Address("duckdb")
    assert limits() == Limits(threads=2, memory_gb=4)


@pytest.mark.parametrize("text", ["duck", "spark", "spark://", "spark://local[]", "postgresql://x", "spark://h:1;rm"])
def test_another_engine_is_refused_in_one_line(monkeypatch, text):
    monkeypatch.setenv("MAALBAR_ENGINE", text)
    with pytest.raises(SetupError, match=r"^MAALBAR_ENGINE: there is no engine .* — write duckdb, spark://local"):
        run("observations", {name: pa.table({"a": [1]}) for name in ("person_time", "indicators", "event_sums")})


@pytest.mark.parametrize(
    ("name", "text"), [("MAALBAR_THREADS", "1.5"), ("MAALBAR_THREADS", "0"), ("MAALBAR_MEMORY_GB", "much")]
)
def test_limits_are_positive_numbers(monkeypatch, name, text):
    monkeypatch.setenv(name, text)
    with pytest.raises(SetupError, match=f"^{name}: is not a"):
        limits()


@pytest.mark.parametrize("name", STEPS)
def test_every_shipped_step_can_be_said_in_sparks_words(name):
    assert spark_query(name)


def test_days_and_row_numbers_are_counted_as_widely_on_spark(step):
    days = step(READS_T + "select date_diff('day', t.a, t.b) * t.c as x from t order by x")
    assert "CAST(DATEDIFF(DAY, t.a, t.b) AS BIGINT) * t.c" in spark_query(days)
    read_step.cache_clear()
    number = step(READS_T + "select row_number() over (partition by t.b order by t.a) as x from t order by x")
    assert "CAST(ROW_NUMBER() OVER (PARTITION BY t.b ORDER BY t.a NULLS LAST) AS BIGINT) AS x" in spark_query(number)


def test_what_passes_the_allow_list_and_is_unknown_to_spark_is_refused(step, monkeypatch):
    monkeypatch.setattr(engine, "lint", lambda query: [])
    name = step(READS_T + "select datesub('day', t.a, t.b) as x from t order by x")
    with pytest.raises(SetupError, match="calls anonymous in Spark's words — keep to the allow-list"):
        spark_query(name)
