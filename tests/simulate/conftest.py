"""Both contracts of the project, each simulated once for all tests here, with two data cuts."""

from __future__ import annotations

import pytest

from maalbar.simulate import simulate

from .simulated import CONTRACTS, PEOPLE, SEED, Simulated, contract_of


@pytest.fixture(scope="session", params=CONTRACTS)
def simulated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    contract = contract_of(request.param)
    periods = (contract.calendar.periods[1].id, contract.calendar.periods[-1].id)
    out = tmp_path_factory.mktemp(request.param)
    summary = simulate(contract, out, people=PEOPLE, effect=0.08, seed=SEED, periods=periods)
    return Simulated(contract, out, periods, summary)
