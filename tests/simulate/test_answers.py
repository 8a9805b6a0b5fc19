"""Answers to the items of any shipped scale have the score that was drawn, as the measurement scores it."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from maalbar import definitions
from maalbar.definitions import Scale
from maalbar.errors import ContractError
from maalbar.simulate.answers import answers, length
from maalbar.simulate.chance import stream
from maalbar.simulate.effects import Effects, Plant
from maalbar.simulate.people import COMPARISON, TREATED
from maalbar.simulate.surveys import surveys_register
from maalbar.simulate.world import make_world
from transforms.scales import score

from .simulated import contract_of

PLADS = "plads_til_forskel"
SHIPPED = definitions.known("scales")
BACKWARDS = definitions.scale("hlq_6@1").model_copy(update={"reversed": ("q2", "q5"), "id": "backwards"})


def _scores(given: np.ndarray, scale: Scale) -> np.ndarray:
    """The score of each row of answers, nan where there is none."""
    rows, items = np.nonzero(given >= 0)
    frame = pd.DataFrame({"person_id": rows, "item": np.array(scale.items)[items], "answer": given[rows, items]})
    found = score(frame.assign(arm="treated", window_id="1", phase="after"), scale)
    return found.set_index("person_id")["score"].reindex(range(len(given))).to_numpy()


@pytest.mark.parametrize("scale", [*[definitions.scale(ref) for ref in SHIPPED], BACKWARDS], ids=lambda s: s.ref)
def test_the_score_of_the_answers_is_the_one_drawn_up_to_chance_that_favours_nothing(scale: Scale) -> None:
    """At the ends of the scale exactly; between them the mean over 4,000 within four standard errors."""
    parts = np.repeat([0.0, 0.13, 0.5, 0.77, 1.0], 4_000)
    given = answers(parts * length(scale), scale, stream(1, "answers", scale.id))
    assert given.shape == (len(parts), len(scale.items))
    assert given.min() == scale.lowest and given.max() == scale.highest
    missed = _scores(given, scale) - float(scale.score_from) - parts * length(scale)
    for part in np.unique(parts):
        here = missed[parts == part]
        if part in (0.0, 1.0):
            assert np.abs(here).max() < 1e-9
        else:
            assert abs(here.mean()) < 4 * here.std() / math.sqrt(len(here)) + 1e-9


@pytest.mark.parametrize(
    ("indicator", "planted"),
    [("who5_wellbeing@1", 8.0), ("mental_wellbeing_swemwbs@1", 2.0), ("health_literacy_hls_eu_q16@1", 1.5),
     ("hlq_engage_with_providers@1", 0.4)],
)  # fmt: skip
def test_a_planted_difference_survives_on_any_scale(indicator: str, planted: float) -> None:
    """Mean scores after entry, treated less comparison, less the same before; tolerance as in `test_planted_effect`."""
    scale = definitions.scale(definitions.survey_indicators()[indicator].scale)
    contract = contract_of(PLADS)
    outcome = contract.outcomes["life_satisfaction"].model_copy(update={"indicator": indicator})
    world = replace(
        make_world(contract, 4000, 0.0, 3, 0.0),
        contract=contract.model_copy(update={"outcomes": {"wellbeing": outcome}}),
        effects=Effects({indicator.partition("@")[0]: Plant("wellbeing", planted, is_ratio=False)}),
    )
    items = {scale.id: {item: item.upper() for item in scale.items}}
    columns = surveys_register(world, contract.deliveries["surveys"].model_copy(update={"items": items})).columns
    found = _scores(np.stack([np.asarray(columns[f"{scale.id}.{item}"]) for item in scale.items], axis=1), scale)
    place = {person: number for number, person in enumerate(world.people.ids)}
    who = np.array([place[person] for person in columns["person_id"].to_pylist()])
    after = columns["answered_on"].astype(int) >= world.entries.entered[who]
    arm, valid = world.entries.arm[who], ~np.isnan(found)
    cells = {(a, t): found[valid & (arm == a) & (after == t)] for a in (TREATED, COMPARISON) for t in (False, True)}
    means = {key: cell.mean() for key, cell in cells.items()}
    change = (means[TREATED, True] - means[TREATED, False]) - (means[COMPARISON, True] - means[COMPARISON, False])
    error = math.sqrt(5 * sum(cell.var() / len(cell) for cell in cells.values()))

    assert abs(change - planted) < 4 * error
    assert error < planted / 2


def test_every_shipped_scale_can_be_delivered_and_a_few_items_are_left_out() -> None:
    world = make_world(contract_of(PLADS), 200, 0.0, 3, 0.0)
    scales = {scale.id: scale for scale in map(definitions.scale, SHIPPED)}
    items = {name: {item: f"{name}_{item}" for item in scale.items} for name, scale in scales.items()}
    delivery = world.contract.deliveries["surveys"].model_copy(update={"items": items})
    columns = surveys_register(world, delivery).columns
    for name, scale in scales.items():
        given = np.stack([np.asarray(columns[f"{name}.{item}"]) for item in scale.items])
        assert 0 < (given < 0).mean() < 0.05
        assert set(np.unique(given[given >= 0])) <= set(range(scale.lowest, scale.highest + 1))


@pytest.mark.parametrize(
    ("items", "said"),
    [({"joy": {"q1": "A"}}, "there is no scale `joy`"), ({"who5": {"q6": "A"}}, "the scale `who5` has no item `q6`")],
)
def test_an_unknown_scale_or_item_is_refused(items: dict[str, dict[str, str]], said: str) -> None:
    world = make_world(contract_of(PLADS), 20, 0.0, 3, 0.0)
    with pytest.raises(ContractError, match=said):
        surveys_register(world, world.contract.deliveries["surveys"].model_copy(update={"items": items}))
