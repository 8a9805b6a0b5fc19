"""Group-time effects of minimum wages on teenage employment, as Callaway & Sant'Anna (2021) publish them.

County panel 2003-2007 of the R package `did` (mpdta), those never treated as comparison, no covariates. A county is a person of
its own here, and its log employment the score of a year.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from transforms.effect.estimate import Estimate
from transforms.effect.group_time import GroupTime, group_time_effects
from transforms.effect.material import Asked

FILE = Path(__file__).resolve().parents[3] / "shared" / "data" / "mpdta.rda"

pytestmark = [
    pytest.mark.skipif(not FILE.exists(), reason=f"{FILE.name} is not here"),
    pytest.mark.filterwarnings("ignore:Tag"),
    pytest.mark.filterwarnings("ignore:Unknown encoding"),
]

PUBLISHED = {
    ("2004", "2004"): -0.0105,
    ("2004", "2005"): -0.0704,
    ("2004", "2006"): -0.1373,
    ("2004", "2007"): -0.1008,
    ("2006", "2006"): -0.0046,
    ("2006", "2007"): -0.0412,
    ("2007", "2007"): -0.0261,
}


@pytest.fixture(scope="module")
def found() -> GroupTime:
    rdata = pytest.importorskip("rdata")
    panel = rdata.read_rda(FILE)["mpdta"]
    county, first = panel["countyreal"].astype(int).astype(str), panel["first.treat"].astype(int)
    rows = pd.DataFrame(
        {
            "person_id": county,
            "area": county,
            "arm": (first > 0).map({True: "treated", False: "comparison"}),
            "wave_id": first.astype(str).where(first > 0),
            "window_id": panel["year"].astype(int).astype(str),
            "quantity": panel["lemp"].astype(float),
            "exposure": 1.0,
        }
    )
    waves = {wave for wave, _ in PUBLISHED}
    base = {wave: (str(int(wave) - 1),) for wave in waves}
    after = {wave: [year for group, year in PUBLISHED if group == wave] for wave in sorted(waves)}
    return group_time_effects(rows, base, after, Asked("difference", 0))


@pytest.mark.parametrize("cell", PUBLISHED)
def test_each_wave_in_each_year_has_the_published_effect(found, cell):
    assert round(found.effects[cell].change, 4) == PUBLISHED[cell]


def test_the_simple_average_is_the_published_one(found):
    assert isinstance(found.average, Estimate)
    assert round(found.average.change, 5) == -0.03995


def test_there_are_no_other_effects(found):
    assert set(found.effects) == set(PUBLISHED)
