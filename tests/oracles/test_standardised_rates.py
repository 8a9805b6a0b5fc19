"""Published directly standardised rates and their limits: test data of PHEindicatormethods, and the Byar limits beside them."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from maalbar import definitions
from transforms.effect import NotMeasurable
from transforms.rates import Rate, directly_standardised, limits

FILE = Path(__file__).resolve().parents[3] / "shared" / "data" / "testdata_DSR_ISR.xlsx"
pytestmark = pytest.mark.skipif(
    not FILE.exists(), reason="the published rates are not here: shared/data/testdata_DSR_ISR.xlsx"
)
LEVELS = {0.95: ("lower95_0cl", "upper95_0cl"), 0.998: ("lower99_8cl", "upper99_8cl")}


def sheet(name: str) -> pd.DataFrame:
    """A sheet as a table, without its empty rows and columns."""
    first, *rows = openpyxl.load_workbook(FILE, data_only=True)[name].iter_rows(values_only=True)
    return pd.DataFrame(rows, columns=first).dropna(how="all").loc[:, [name for name in first if name]]


def esp2013() -> list[float]:
    """The 19 bands that the published test divides people into: those under five in one."""
    under_one, one_to_four, *older = [float(band.persons) for band in definitions.population("esp2013@1").bands]
    return [under_one + one_to_four, *older]


def standardise(area: pd.DataFrame, weights: list[float], confidence: float = 0.95) -> Rate | NotMeasurable:
    """The rate of an area of the test data, whose empty cells are nothing; `f1`, `f2` …: persons with so many events."""
    events = area["count"].fillna(0).astype(float)
    frequencies = [(name, int(name[1:])) for name in area if name[0] == "f" and name[1:].isdigit()]
    squares = sum((area[name].fillna(0).astype(float) * often**2 for name, often in frequencies), start=0.0)
    strata = {"weight": weights, "years": area["pop"].astype(float), "quantity": events, "events": events}
    return directly_standardised(
        pd.DataFrame(strata | {"variance": squares if frequencies else events}), 10, confidence
    )


def areas() -> dict[str, tuple[pd.DataFrame, list[float]]]:
    """Every area of the test data with the weights it is standardised to."""
    found = {
        name: (area, esp2013())
        for source in ("testdata_multiarea", "testdata_nonindepe")
        for name, area in sheet(source).groupby("area")
    }
    old = sheet("testdata_1976")
    return found | {"testdata_1976": (old, old["esp1976"].astype(float).tolist())}


def expected(multiplier: int) -> dict[str, dict]:
    """Rows of the published results by area; those refused have no multiplier and stand in both."""
    rows = sheet("testresults_DSR").to_dict("records")
    return {row["area"]: row for row in rows if row["statistic"] in (f"dsr per {multiplier}", REFUSED)}


REFUSED = "dsr NA for total count < 10"


@pytest.mark.parametrize("multiplier", [10_000, 100_000])
@pytest.mark.parametrize("confidence", LEVELS)
def test_every_published_rate_and_its_limits_are_found_again(multiplier, confidence):
    published, tried = expected(multiplier), areas()
    assert set(published) <= set(tried)
    low, high = LEVELS[confidence]
    for name, row in published.items():
        found = standardise(*tried[name], confidence)
        if row["statistic"] == REFUSED:
            assert found == NotMeasurable("few_events", ("standard_strata", "10"))
            continue
        # The sheet has the 99.8 % limits of this one area ten times too large, which its own 95 % limits show.
        slip = 10 if (name, confidence) == ("testdata_1976", 0.998) else 1
        assert found.value * multiplier == pytest.approx(row["value"], rel=1e-9)
        assert found.low * multiplier * slip == pytest.approx(row[low], rel=1e-9)
        assert found.high * multiplier * slip == pytest.approx(row[high], rel=1e-9)


def test_the_two_rates_that_are_quoted_most():
    found = {name: standardise(*areas()[f"testdata_{name}"]) for name in ("big", "small")}
    told = {name: tuple(round(x * 100_000, 3) for x in (r.value, r.low, r.high)) for name, r in found.items()}
    assert told == {"big": (10430.248, 9717.709, 11178.941), "small": (1103.212, 877.456, 1367.088)}


def test_byar_and_exact_limits_of_the_published_counts():
    for row in sheet("testresults_ISR").to_dict("records"):
        for confidence, names in LEVELS.items():
            if pd.notna(row[names[0]]):
                found = [limit * row["value"] / row["observed"] for limit in limits(row["observed"], confidence)]
                assert found == pytest.approx([row[name] for name in names], rel=1e-9)


@pytest.mark.parametrize("name", ["testdata_err1", "testdata_err3", "testdata_err4"])
def test_negative_events_years_and_weights_are_errors(name):
    area = sheet(name)
    with pytest.raises(ValueError, match="not negative"):
        standardise(area, area["stdpop"].astype(float).tolist())


def test_events_without_anyone_to_have_them_are_refused():
    area = sheet("testdata_err2").groupby("area").get_group("Area1")
    # 5,500 of the standard's 100,000 are five to nine years old, and nobody of them was followed.
    assert standardise(area, esp2013()) == NotMeasurable("empty_stratum", ("1", "5.5"))
