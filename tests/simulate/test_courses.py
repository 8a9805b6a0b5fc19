"""What befalls the simulated is what measurement has to cope with: returns from abroad, chains of admissions, transfers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from maalbar.simulate.contacts import hospital_register
from maalbar.simulate.people import COMPARISON, TREATED
from maalbar.simulate.rates import Stays
from maalbar.simulate.residence import population_register
from maalbar.simulate.timeline import day_number
from maalbar.simulate.world import World, make_world

from .simulated import contract_of

PLADS = "plads_til_forskel"
HOURS, DAYS = 60, 1440


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(contract_of(PLADS), 2000, 0.0, 5, 0.0)


def admissions(world: World, kept: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Person, start and end of acute stays of 12 hours: contacts joined one after the other, as one would by hand."""
    drawn = world.hospital
    acute = np.flatnonzero(kept & drawn.is_acute & ~drawn.is_virtual)
    acute = acute[np.lexsort((drawn.started[acute], drawn.person[acute]))]
    joined: list[list[int]] = []
    for row in acute:
        who, begin, end = int(drawn.person[row]), int(drawn.started[row]), int(drawn.ended[row])
        if joined and joined[-1][0] == who and begin <= joined[-1][2] + 4 * HOURS:
            joined[-1][2] = max(joined[-1][2], end)
        else:
            joined.append([who, begin, end])
    stays = np.array([stay for stay in joined if stay[2] - stay[1] >= 12 * HOURS])
    return stays[:, 0], stays[:, 1], stays[:, 2]


def is_readmission(person: np.ndarray, started: np.ndarray, ended: np.ndarray) -> np.ndarray:
    found = np.zeros(len(person), dtype=bool)
    found[1:] = (person[1:] == person[:-1]) & (started[1:] <= ended[:-1] + 30 * DAYS)
    return found


def test_some_emigrants_return_and_have_nothing_while_they_are_away(world: World) -> None:
    people, drawn = world.people, world.hospital
    returned = np.flatnonzero(people.returned < world.time.stop - 365)
    assert 5 <= len(returned) < 0.02 * len(people)
    assert (people.returned[returned] > people.emigrated[returned]).all()
    away = (drawn.day >= people.emigrated[drawn.person]) & (drawn.day < people.returned[drawn.person])
    end_of_a_stay_begun_before = drawn.day <= people.emigrated[drawn.person] + 30
    assert not (away & ~end_of_a_stay_begun_before).any()
    back = drawn.day > people.returned[drawn.person]
    assert np.isin(returned, drawn.person[back]).mean() > 0.5


def test_a_discharge_raises_the_chance_of_an_admission_for_some_weeks(world: World) -> None:
    """By the month after discharge: in the first one come those that follow on a discharge, 18 % of all, beside the usual ones.

    The usual ones are told from the months after: what is there with no discharge just before. Four binomial errors.
    """
    person, started, ended = admissions(world, world.hospital.untreated)
    until = np.full(len(person), np.inf)
    until[:-1] = np.where(person[1:] == person[:-1], (started[1:] - ended[:-1]) / DAYS, np.inf)
    seen = world.people.exit[person] * DAYS > ended + 120 * DAYS
    by_month = [float(((until > 30 * i) & (until <= 30 * (i + 1)) & seen).sum()) / seen.sum() for i in range(4)]
    expected = Stays().again * (1 - math.exp(-30 / Stays().days_until))

    assert abs((by_month[0] - by_month[2]) - expected) < 4 * math.sqrt(expected / seen.sum()) + 0.02
    assert by_month[0] > 2 * by_month[2]


def test_last_years_admissions_tell_of_next_years(world: World) -> None:
    """Whoever had two has more the year after than others, and far fewer than two: regression to the mean."""
    person, started, _ = admissions(world, world.hospital.untreated)
    count = len(world.people)
    year = (started // DAYS - world.time.anchor) // 365
    before, after = (np.bincount(person[year == y], minlength=count) for y in (-1, 0))
    alive = world.people.is_here(np.full(count, world.time.anchor + 365)) & (world.people.moved_in < world.time.anchor)
    often, never = alive & (before >= 2), alive & (before == 0)

    assert after[often].mean() > 2 * after[never].mean()
    assert after[often].mean() < 0.6 * before[often].mean()


def test_some_stays_are_made_of_several_contacts_in_several_units(world: World) -> None:
    drawn, untreated = world.hospital, world.hospital.untreated
    acute = np.flatnonzero(untreated & drawn.is_acute & ~drawn.is_virtual)
    acute = acute[np.lexsort((drawn.started[acute], drawn.person[acute]))]
    gap = drawn.started[acute][1:] - drawn.ended[acute][:-1]
    transfer = (drawn.person[acute][1:] == drawn.person[acute][:-1]) & (gap >= 0) & (gap <= 4 * HOURS)
    person, _, _ = admissions(world, untreated)

    assert 0.25 < transfer.sum() / len(person) < 0.45
    assert (drawn.unit[acute][1:] != drawn.unit[acute][:-1])[transfer].mean() > 0.9


def test_a_contact_that_is_not_over_at_the_data_cut_is_open_in_that_extract(world: World) -> None:
    register = hospital_register(world)
    cut = day_number(world.contract.calendar.periods[1].run_after)
    ended = register.later["ended_at"].known_on
    is_open = (register.known_on < cut) & (ended >= cut)

    assert 0 < is_open.sum() < 30
    assert (register.columns["started_on"].astype(np.int64)[is_open] < cut).all()


def test_some_move_to_an_area_of_the_other_arm(world: World) -> None:
    treated = len(world.contract.cohort.arms.treated.areas)
    entered = world.entries.arm[world.lived.person]
    where = np.where(world.lived.area < treated, TREATED, COMPARISON)
    is_later = world.lived.start > world.entries.entered[world.lived.person]
    crossed = is_later & (entered >= 0) & (world.lived.area < len(world.people.areas) - 1) & (where != entered)

    assert {int(arm) for arm in entered[crossed]} == {TREATED, COMPARISON}


def test_areas_lie_in_municipalities_and_some_leave_the_area_without_leaving_the_municipality(world: World) -> None:
    columns = population_register(world.people, world.lived).columns
    area, municipality = (columns[name].to_numpy(zero_copy_only=False) for name in ("area", "municipality"))
    of_arm = {
        name: {str(m) for m in municipality[np.isin(area, arm.areas)]}
        for name, arm in (("treated", world.contract.cohort.arms.treated), ("comparison", world.contract.cohort.arms.comparison))
    }  # fmt: skip
    outside = municipality[area == "elsewhere"]

    assert (len(of_arm["treated"]), len(of_arm["comparison"])) == (1, 7)
    assert not of_arm["treated"] & of_arm["comparison"]
    assert 0 < np.isin(outside, list(of_arm["treated"])).sum() < len(outside) / 4


@pytest.mark.parametrize("effect", [0.3, -0.3])
def test_admissions_and_readmissions_of_the_treated_change_by_the_planted_share(effect: float) -> None:
    """The same world with and without: what is gone, of the admissions and of the readmissions of the treated after entry.

    Episodes go or stay together, so the share has the variance of single ones times the size of the episode that an admission
    lies in, on average. Four standard errors.
    """
    world = make_world(contract_of(PLADS), 3000, {"acute_admissions": effect}, 5, 0.0)
    treated_from = world.entries.treated_from
    found = []
    for kept in (world.hospital.untreated, world.hospital.under(treated_from)):
        person, started, ended = admissions(world, kept)
        after = started // DAYS >= treated_from[person]
        found.append((int(after.sum()), int((after & is_readmission(person, started, ended)).sum())))
    episode = _size_of_episodes(*admissions(world, world.hospital.untreated))
    for without, with_effect in zip(*found, strict=True):
        error = math.sqrt(episode * abs(effect) * (1 + abs(effect)) / without)
        assert abs(with_effect / without - (1 - effect)) < 4 * error
        assert 4 * error < abs(effect), "the test must be able to tell the effect from none"


def _size_of_episodes(person: np.ndarray, started: np.ndarray, ended: np.ndarray) -> float:
    """The size of the episode that an admission lies in, on average over admissions."""
    number = np.cumsum(~is_readmission(person, started, ended))
    size = np.bincount(number)
    return float((size**2).sum() / size.sum())
