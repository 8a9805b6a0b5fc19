"""Waiting for deliveries: as often as a file must hold still, and again when a connection is lost, never when data are wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from maalbar.contract import Contract
from maalbar.errors import DeliveryRefused, LandingUnreachable, SetupError
from tests.maalbar.landing.lying import STABLE


def _task(parse_dags: Callable[[], Any], name: str) -> Any:
    bag = parse_dags()
    assert bag.import_errors == {}
    return bag.dags["tiny__measure"].get_task(name)


@pytest.mark.parametrize(
    ("changes", "between"),
    [
        ({}, timedelta(hours=6)),
        (STABLE, timedelta(minutes=15)),
        (STABLE | {"deliveries.benefits.stable_minutes": "1"}, timedelta(minutes=5)),
        (STABLE | {"deliveries.benefits.stable_minutes": "600"}, timedelta(hours=6)),
    ],
)
def test_a_file_that_must_hold_still_is_looked_at_as_often(
    tiny_contract: Callable[..., Contract], parse_dags: Callable[[], Any], changes: dict[str, str], between: timedelta
) -> None:
    tiny_contract(changes)
    assert _task(parse_dags, "await_deliveries").poke_interval == between.total_seconds()


def test_a_lost_connection_is_tried_again_and_what_waiting_cannot_mend_is_not(
    tiny_contract: Callable[..., Contract], parse_dags: Callable[[], Any]
) -> None:
    tiny_contract()
    for name in ("await_deliveries", "take_in"):
        policy = _task(parse_dags, name).retry_policy
        action = {
            kind: str(policy.evaluate(kind("cannot"), 1, 4).action.value)
            for kind in (LandingUnreachable, DeliveryRefused, SetupError)
        }
        assert action == {LandingUnreachable: "retry", DeliveryRefused: "fail", SetupError: "fail"}
