"""A real five-year health panel through the same DAGs: its counts, its means, and four-means differences by hand."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from maalbar import database, results
from maalbar.contract import load_contract
from maalbar.flow.report import report
from maalbar.local.backfill import Following, order
from maalbar.local.installation import installation
from maalbar.settings import PROJECT
from tests import panel

# shared/data/README.md: year → (person-years, mean docvis, mean hospvis), to the digits given there.
PUBLISHED = {
    "1984": (3874, "3.1629", "0.12132"),
    "1985": (3794, "3.0846", "0.15050"),
    "1986": (3792, "3.5116", "0.12658"),
    "1987": (3666, "3.3101", "0.14184"),
    "1988": (4483, "2.8720", "0.14901"),
}
BASE = "1984"

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not panel.FILE.exists(), reason="the real panel is not here: shared/data/rwm5yr.csv"),
]


@pytest.fixture(scope="module")
def measured(e2e_home: Path) -> dict[str, tuple[list[dict], list[dict]]]:
    """Year → (indicator values, effects), as Airflow's runs left them in the results database."""
    contract = load_contract(PROJECT / "tests" / "contracts" / f"{panel.CONTRACT}.yaml")
    periods = [period.id for period in contract.calendar.periods]
    with installation(
        e2e_home,
        [PROJECT / "tests" / "contracts"],
        tell=print,
        meanwhile=lambda: panel.deliver(e2e_home / "landing"),
        port=0,
    ) as airflow:
        order(airflow, contract, contract.calendar.periods)
        Following(airflow, contract, print, answered=periods).until_done(len(periods), seconds=600)
        found = {}
        with database.transaction() as connection:
            for year, row in results.latest(connection, contract.id).items():
                name = row["measurement_id"]
                found[year] = (results.values_of(connection, name), results.effects_of(connection, name))
        paid = report(contract.id)
        database.close()
    assert len(paid.statements) == len(periods) - 1
    return found


def window(year: str) -> str:
    return f"base-{year}" if year == BASE else year


def mean_by_hand(column: str, year: str, female: str) -> Fraction:
    """The mean of a column of the file, exact, without any library."""
    chosen = [int(row[column]) for row in panel.rows() if row["year"] == year and row["female"] == female]
    return Fraction(sum(chosen), len(chosen))


@pytest.mark.parametrize("year", PUBLISHED)
def test_every_year_has_the_persons_and_means_that_its_readme_gives(measured, year):
    values, _ = measured[year]
    persons, docvis, hospvis = PUBLISHED[year]
    for outcome, mean in (("doctor_visits", docvis), ("hospital_visits", hospvis)):
        cells = [v for v in values if v["outcome"] == outcome and v["window_id"] == window(year)]
        assert sum(cell["persons"] for cell in cells) == persons
        digits = -Decimal(mean).as_tuple().exponent
        assert f"{sum(cell['quantity'] for cell in cells) / persons:.{digits}f}" == mean


@pytest.mark.parametrize("year", list(PUBLISHED)[1:])
@pytest.mark.parametrize(("outcome", "column"), [("doctor_visits", "docvis"), ("hospital_visits", "hospvis")])
def test_each_year_differs_from_the_base_as_four_means_of_the_file_say(measured, year, outcome, column):
    _, effects = measured[year]
    (row,) = (e for e in effects if (e["outcome"], e["basis"]) == (outcome, "period"))
    women = mean_by_hand(column, year, "1") - mean_by_hand(column, BASE, "1")
    men = mean_by_hand(column, year, "0") - mean_by_hand(column, BASE, "0")
    assert row["change"] == Decimal(f"{float(women - men):.6f}")


def test_the_base_year_has_counts_and_no_effect(measured):
    values, effects = measured[BASE]
    assert values
    assert effects == []
