"""The yardsticks of the benchmark measure the same thing: over a small country, all make the same rows."""

from __future__ import annotations

import sys

import pytest

from maalbar.settings import PROJECT

PERSONS = 30_000


@pytest.fixture(scope="module")
def national():
    """The scripts of `benchmarks/`, which import each other by their names."""
    sys.path.insert(0, str(PROJECT / "benchmarks"))
    try:
        import national

        yield national
    finally:
        sys.path.remove(str(PROJECT / "benchmarks"))


@pytest.fixture(scope="module")
def country(national, tmp_path_factory):
    import contacts

    folder = tmp_path_factory.mktemp("country")
    contacts.generate(folder, PERSONS)
    return folder


@pytest.mark.parametrize("task", ["cohort, counts and stays", "nation, counts", "nation, stays"])
def test_the_product_polars_and_pandas_make_the_same_rows(national, country, task):
    made = {by: national.one(country, task, by) for by in ("maalbar", "polars", "pandas")}
    assert made["maalbar"]["rows"] > 1000
    assert len({(found["rows"], found["digest"]) for found in made.values()}) == 1


def test_folders_named_for_years_change_no_row(national, country):
    guard, plain = (national.one(country, task, "maalbar") for task in ("guard", "cohort, counts"))
    assert guard["digest"] == plain["digest"]
    with pytest.raises(SystemExit, match="trap"):
        national._hold(guard | {"cpu": plain["cpu"] * 10}, plain)
