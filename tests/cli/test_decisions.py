"""The command that lets in a stopped file takes a person's word and says what it lets pass."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from maalbar.cli.app import app
from maalbar.cli.main import main
from maalbar.errors import DecisionNeeded, DeliveryRefused
from maalbar.flow import intake
from tests.flow.landing import PEOPLE, deliver

pytestmark = pytest.mark.usefixtures("results_database")


def _people(count: int) -> str:
    rows = [f"p{n:03d};F;1950-01-01;north;2010-01-01;;;;0" for n in range(count)]
    return "\n".join([PEOPLE.strip().splitlines()[0], *rows])


def _accept(*words: str) -> str:
    assert main, "importing it registers the commands"
    said = ["accept", "tiny", *words, "--name", "Dorte Data", "--reason", "two areas were sold"]
    return CliRunner().invoke(app, said, catch_exceptions=False).output


def test_a_stopped_file_is_let_in_by_its_name_and_the_next_intake_takes_it(tiny_contract):
    contract = tiny_contract()
    deliver(contract, text=_people(150), as_of="2021-10-15")
    intake.take_in("tiny", "0")
    sha256 = deliver(contract, text=_people(100), as_of="2022-10-15")
    with pytest.raises(DecisionNeeded):
        intake.take_in("tiny", "1")
    checks = "volume, persons_gone"
    assert _accept("population-2022-10-15.csv") == (
        f"population-2022-10-15.csv ({sha256[:12]}…) is let in in spite of {checks}, says Dorte Data\n"
    )
    for named in (sha256, "population@2022-10-15"):
        assert json.loads(_accept(named, "--json"))["checks"] == checks.split(", ")
    assert len(intake.take_in("tiny", "1")) == 1


def test_what_does_not_wait_is_refused_in_one_line(tiny_contract):
    tiny_contract()
    with pytest.raises(DeliveryRefused, match=r"name one of these by its hash: none$"):
        _accept("population-2022-10-15.csv")
