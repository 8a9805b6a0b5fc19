"""A planted effect is in what is delivered, and only where it was planted. Worked out from raw rows, without the pipeline."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from maalbar.errors import ContractError
from maalbar.simulate import simulate
from maalbar.simulate.contacts import hospital_register
from maalbar.simulate.effects import expected_changes, hospital_factors, plan_effects
from maalbar.simulate.people import COMPARISON, TREATED
from maalbar.simulate.surveys import surveys_register
from maalbar.simulate.world import World, make_world

from .simulated import CONTRACTS, Simulated, contract_of

PLADS, VIBORG = "plads_til_forskel", "viborg_boligsocial"


def first_wave(world: World, arm: int) -> np.ndarray:
    return np.flatnonzero((world.entries.arm == arm) & (world.entries.wave == 0))


def test_the_planted_rate_ratio_is_in_the_raw_counts(tmp_path: Path) -> None:
    """Difference in differences of acute contacts by hand, from the lines of the file.

    Tolerance: four standard errors. That of the log ratio is bounded by summing, over the four cells, the variance of
    persons' counts over n × mean². Counts of the same person before and after go together, which only makes the true
    error smaller.
    """
    contract, effect = contract_of(PLADS), 0.25
    people = 3000
    simulate(
        contract,
        tmp_path,
        people=people,
        effect={"acute_contacts": effect},
        seed=11,
        periods=["5"],
        sources=["hospital_contacts"],
    )
    world = make_world(contract, people, {"acute_contacts": effect}, 11, 0.0)
    entry, begin, end = "2026-07-01", "2023-07-01", "2031-07-01"
    counts: dict[bool, Counter[str]] = {False: Counter(), True: Counter()}
    lines = (tmp_path / "hospital_contacts" / "hospital_contacts__2031-10-15.csv").read_text().splitlines()
    at = {name: i for i, name in enumerate(lines[0].split(";"))}
    for line in lines[1:]:
        cells = line.split(";")
        started = cells[at["KONT_STARTTIDSPUNKT"]]
        if (
            cells[at["PRIORITET"]] == "ATA1"
            and cells[at["SOR_ENHED"]] not in contract.cohort.own_units
            and begin <= started < end
        ):
            counts[started >= entry][cells[at["PNR"]]] += 1
    log_rate, variance = {}, 0.0
    for arm in (TREATED, COMPARISON):
        who = first_wave(world, arm)
        gone = np.minimum(world.people.exit[who], np.datetime64(end).astype(int))
        years = {False: 3.0 * len(who), True: float((gone - world.time.anchor).sum()) / 365.25}
        for after in (False, True):
            each = np.array([counts[after][person] for person in world.people.ids[who]])
            log_rate[arm, after] = math.log(each.sum() / years[after])
            variance += each.var() / len(each) / each.mean() ** 2
    found = (log_rate[TREATED, True] - log_rate[TREATED, False]) - (
        log_rate[COMPARISON, True] - log_rate[COMPARISON, False]
    )

    assert abs(found - math.log(1 - effect)) < 4 * math.sqrt(variance)
    assert found < -4 * math.sqrt(variance) / 2, "the test must be able to tell the effect from none"


def test_the_effect_only_takes_away_contacts_of_the_treated_after_entry() -> None:
    """With the same seed the rest is the same; of those contacts a share of 8 % is missing, within 4 binomial errors."""
    contract = contract_of(PLADS)
    with_effect, without = (make_world(contract, 1500, {"acute_contacts": e}, 5, 0.0) for e in (0.08, 0.0))
    tables = [hospital_register(world).columns for world in (with_effect, without)]
    seen = [
        Counter(
            zip(
                t["person_id"].to_pylist(),
                t["started_on"].astype(int).tolist(),
                t["priority"].to_pylist(),
                strict=True,
            )
        )
        for t in tables
    ]
    treated_from = dict(zip(without.people.ids, without.entries.treated_from, strict=True))

    def touched(rows: Counter[tuple[str, int, str]]) -> int:
        return sum(n for (who, day, priority), n in rows.items() if priority == "ATA1" and day >= treated_from[who])

    untouched = [Counter({k: n for k, n in rows.items() if k[1] < treated_from[k[0]]}) for rows in seen]
    before = [Counter((who, day) for (who, day, _), n in rows.items() for _ in range(n)) for rows in untouched]
    kept, of = touched(seen[0]), touched(seen[1])
    own = sum(unit in contract.cohort.own_units and p == "ATA1" for unit, p in
              zip(tables[1]["unit"].to_pylist(), tables[1]["priority"].to_pylist(), strict=True))  # fmt: skip

    assert before[0] == before[1]
    assert abs((of - kept) / (of - own) - 0.08) < 4 * math.sqrt(0.08 * 0.92 / (of - own))


def test_contacts_with_own_units_belong_to_the_treated_after_entry() -> None:
    world = make_world(contract_of(PLADS), 300, 0.08, 5, 0.0)
    columns = hospital_register(world).columns
    treated_from = dict(zip(world.people.ids, world.entries.treated_from, strict=True))
    own = [
        (who, day)
        for who, day, unit in zip(
            columns["person_id"].to_pylist(),
            columns["started_on"].astype(int),
            columns["unit"].to_pylist(),
            strict=True,
        )
        if unit in world.contract.cohort.own_units
    ]

    assert own
    assert all(day >= treated_from[who] for who, day in own)


def test_nested_contacts_keep_every_planted_ratio() -> None:
    contract = contract_of(PLADS)
    effects = plan_effects(contract, {"acute_contacts": 0.08, "acute_admissions": 0.12, "hospital_contacts": 0.05})
    changes = expected_changes(contract, effects)

    assert changes["acute_admissions"] == -0.12
    assert changes["acute_contacts"] == -0.08
    assert changes["hospital_contacts"] == -0.05
    assert changes["gp_contacts"] == 0.0
    assert hospital_factors(contract, effects)["admission"] == pytest.approx(0.88)


def test_contacts_with_own_units_raise_all_contacts_when_only_acute_ones_are_planted() -> None:
    contract = contract_of(PLADS)
    changes = expected_changes(contract, plan_effects(contract, {"acute_contacts": 0.08}))

    assert changes["acute_admissions"] == -0.08
    # (0.45 × 0.92 + 1.50 + 0.20) / 1.95 − 1
    assert changes["hospital_contacts"] == pytest.approx(0.084102564)


def test_no_effect_is_no_effect() -> None:
    for name in CONTRACTS:
        contract = contract_of(name)
        changes = expected_changes(contract, plan_effects(contract, 0.0))
        assert changes
        assert all(abs(change) < 1e-9 for change in changes.values() if change is not None)


def test_readmissions_are_prevented_with_the_admissions_they_are_among() -> None:
    contract = contract_of("genindlaeggelser")
    changes = expected_changes(contract, plan_effects(contract, {"acute_readmissions": 0.12}))

    assert (changes["acute_readmissions"], changes["acute_admissions"]) == (-0.12, -0.12)
    # Six times the admissions of other contracts, 1.50 a year, beside 0.20 other acute contacts that stay.
    assert changes["acute_contacts"] == pytest.approx(-0.12 * 1.50 / 1.70)
    # Planned stays have bed days too, and are not prevented.
    assert changes["bed_days"] is None
    apart = plan_effects(contract, {"acute_readmissions": 0.12, "acute_admissions": 0.05})
    with pytest.raises(ContractError, match="prevented together"):
        hospital_factors(contract, apart)


@pytest.mark.parametrize(
    ("outcome", "planted"), [("life_satisfaction", 0.5), ("health_literacy", 5.0), ("health_literacy", -5.0)]
)
def test_a_planted_difference_survives_rounding(outcome: str, planted: float) -> None:
    """Mean scores after entry, treated less comparison, less the same before.

    Tolerance: four standard errors, from the spread of the scores in the four cells as if no person answered twice
    (a person's answers go together, so errors within a cell are up to √5 larger over five rounds: hence × √5).
    """
    contract = contract_of(PLADS)
    world = make_world(contract, 4000, {outcome: planted}, 3, 0.0)
    columns = surveys_register(world, contract.deliveries["surveys"]).columns
    score = _score(columns, outcome)
    place = {person: i for i, person in enumerate(world.people.ids)}
    who = np.array([place[person] for person in columns["person_id"].to_pylist()])
    after = columns["answered_on"].astype(int) >= world.entries.entered[who]
    arm, valid = world.entries.arm[who], ~np.isnan(score)
    cells = {(a, t): score[valid & (arm == a) & (after == t)] for a in (TREATED, COMPARISON) for t in (False, True)}
    means = {key: cell.mean() for key, cell in cells.items()}
    found = (means[TREATED, True] - means[TREATED, False]) - (means[COMPARISON, True] - means[COMPARISON, False])
    error = math.sqrt(5 * sum(cell.var() / len(cell) for cell in cells.values()))

    assert abs(found - planted) < 4 * error
    assert error < abs(planted) / 2


def _score(columns: dict[str, np.ndarray], outcome: str) -> np.ndarray:
    prefix = "life_satisfaction." if outcome == "life_satisfaction" else "hls19_q12."
    items = np.stack([cells for name, cells in columns.items() if name.startswith(prefix)], axis=1).astype(float)
    items[items < 0] = np.nan
    if outcome == "life_satisfaction":
        return items[:, 0]
    easy = np.where(np.isnan(items), np.nan, items >= 3)
    return np.where(np.isnan(easy).sum(axis=1) <= 2, 100 * np.nanmean(easy, axis=1), np.nan)


def test_surveys_look_like_surveys(simulated: Simulated) -> None:
    if "surveys" not in simulated.contract.deliveries:
        pytest.skip("this contract asks nobody")
    items = simulated.contract.deliveries["surveys"].items["life_satisfaction"]
    answers = [row[items["ls1"]] for row in simulated.rows("surveys")]
    given = np.array([int(a) for a in answers if a])

    assert 0 < answers.count("") < len(answers) * 0.05
    assert set(given) <= set(range(11))
    assert 5.5 < given.mean() < 7.5
    assert 1.5 < given.std() < 2.5


def test_weeks_of_self_support_rise_by_what_was_planted() -> None:
    """Weeks without benefit of the treated after entry, with the effect less without, same seed: no sampling of persons.

    What is left is the chance of which quarters turn. At most 13 weeks turn at once, so over P person-years the variance
    of the weeks turned is at most 13 × 4 P, and the standard error √(52 / P) weeks a year. Four of those.
    """
    contract, planted = contract_of(VIBORG), 4.0
    with_effect, without = (make_world(contract, 1500, {"self_support": e}, 5, 0.0) for e in (planted, 0.0))
    mondays, people = without.benefits.mondays, without.people
    lived = (mondays > without.entries.treated_from[:, None]) & (mondays < people.exit[:, None])
    years = lived.sum() * 7 / 365.25
    weeks = [((world.benefits.cells == 0) & lived).sum() for world in (with_effect, without)]

    assert abs((weeks[0] - weeks[1]) / years - planted) < 4 * math.sqrt(13 * planted / years)
    assert (with_effect.benefits.cells[~lived] == without.benefits.cells[~lived]).all()


def test_mortality_is_the_same_in_both_arms() -> None:
    """Deaths are about Poisson: the log ratio of the rates has variance 1/d1 + 1/d2. Four of its roots."""
    world = make_world(contract_of(PLADS), 3000, 0.08, 5, 0.0)
    deaths, years = [], []
    for arm in (TREATED, COMPARISON):
        who = first_wave(world, arm)
        end = np.minimum(world.people.exit[who], world.time.stop)
        deaths.append(int((world.people.died[who] < world.time.stop).sum()))
        years.append(float((end - world.time.anchor).sum()) / 365.25)
    ratio = (deaths[0] / years[0]) / (deaths[1] / years[1])

    assert abs(math.log(ratio)) < 4 * math.sqrt(1 / deaths[0] + 1 / deaths[1])
    assert 0.02 < deaths[1] / years[1] < 0.06


def test_area_shocks_are_off_unless_asked_for() -> None:
    calm, shaken = (make_world(contract_of(PLADS), 100, 0.0, 5, sd) for sd in (0.0, 0.3))

    assert calm.shocks.highest == 0.0
    assert shaken.shocks.highest > 0.0
    assert len(hospital_register(calm).known_on) != len(hospital_register(shaken).known_on)
