"""Nightly: which statement a night draws, and what is said of it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from maalbar.database import transaction
from maalbar.errors import StoreDamaged
from maalbar.flow import intake
from maalbar.flow.measure import measure
from maalbar.flow.nightly import Drawn, draw, reproduce_drawn
from maalbar.schema import statement
from tests.flow.landing import CONTACTS, deliver
from tests.flow.measured import measured, settled
from tests.owner import tamper

pytestmark = pytest.mark.usefixtures("results_database")
NIGHTS = [date(2031, 1, 1) + timedelta(days=n) for n in range(60)]


def _issued(contract: Any, number: int, *periods: str) -> None:
    """The statements of a settlement are registered, as if they had been written."""
    told = {"contract": contract.id, "number": number, "kind": "pdf", "sha256": "0" * 64, "file_name": "x.pdf"}
    with transaction() as connection:
        for language in ("da", "en"):
            rows = [told | {"period": period, "language": language} for period in periods]
            connection.execute(insert(statement), rows)


@pytest.fixture
def settled_twice(tiny_contract):
    """Settlement 1 has a statement of period 1, settlement 2 one of period 2."""
    contract = tiny_contract()
    for number, (period, better) in enumerate((("1", "0.05"), ("2", "0.08")), start=1):
        measured(contract, period, better)
        settled(contract, period)
        _issued(contract, number, period)
    return contract


def test_the_same_night_draws_the_same_statement_and_the_nights_draw_every_one(settled_twice):
    drawn = [draw(settled_twice.id, night) for night in NIGHTS]
    assert drawn == [draw(settled_twice.id, night) for night in NIGHTS]
    assert set(drawn) == {Drawn(1, "1", 1), Drawn(2, "2", 1)}


def test_a_statement_stands_for_the_revision_that_it_was_made_from(settled_twice):
    measured(settled_twice, "2", "0.09")
    settled(settled_twice, "2")
    _issued(settled_twice, 3, "2")
    assert {draw(settled_twice.id, night) for night in NIGHTS} == {
        Drawn(1, "1", 1), Drawn(2, "2", 1), Drawn(3, "2", 2)
    }  # fmt: skip


def test_what_is_not_posted_or_was_measured_in_another_room_is_not_drawn(settled_twice):
    tamper(
        "update proposal set state = 'superseded' where number = 2",
        "insert into bundle values ('tiny|1|r1', '0', '0', 'other room', '[]', '[]')",
    )
    assert [draw(settled_twice.id, night) for night in NIGHTS[:3]] == [None] * 3
    assert reproduce_drawn(settled_twice.id, NIGHTS[0]) is None


def test_a_statement_whose_figures_come_to_the_same_is_named_and_one_whose_do_not_is_an_alarm(tiny_contract):
    contract = tiny_contract({"cohort.eligibility.benefit_codes": None, "quality.small_cell": "1"})
    deliver(contract)
    deliver(contract, "contacts", text=CONTACTS)
    intake.take_in(contract.id, "1")
    measure(contract.id, "1")
    settled(contract, "1")
    _issued(contract, 1, "1")
    assert reproduce_drawn(contract.id, NIGHTS[0]) == (Drawn(1, "1", 1), "identical")

    tamper("update measured set result_digest = repeat('0', 64)")
    with pytest.raises(StoreDamaged, match=r"tiny settlement 1: .* period 1 .* `maalbar reproduce tiny 1 1`") as alarm:
        reproduce_drawn(contract.id, NIGHTS[0])
    assert "another than then" not in alarm.value.line
