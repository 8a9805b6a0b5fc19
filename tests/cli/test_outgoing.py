"""The commands of releasing: who one is comes from the machine, and the counts behind are written for those who release alone."""

from __future__ import annotations

import json
import stat

import pytest
from typer.testing import CliRunner

from maalbar.access import VARIABLE
from maalbar.cli.main import app
from maalbar.errors import ReleaseRefused, SetupError
from tests.flow.measured import measured, settled

RELEASE = {
    "releasers": [
        {"user": "una", "name": "Una", "authority": "Board"},
        {"user": "duo", "name": "Duo", "authority": "Board"},
    ],
    "recipients": {
        "all": {"name": "Everybody", "profile": "public@1", "kinds": ["indigo"]},
        "lab": {"name": "The Lab", "profile": "public@1", "kinds": ["indigo"]},
    },
    "source": "minutes",
}


@pytest.fixture
def contract(results_database, tiny_contract):
    contract = tiny_contract({"release": RELEASE})
    measured(contract, "1", "0.05", plans=3)
    settled(contract, "1")
    return contract


@pytest.fixture
def run_as(monkeypatch):
    def run(user: str, *words: str) -> str:
        monkeypatch.setenv(VARIABLE, user)
        return CliRunner().invoke(app, list(words), catch_exceptions=False).output

    return run


def _prepared(run_as) -> dict:
    return json.loads(run_as("dora", "prepare-release", "tiny", "--kind", "indigo", "--recipient", "all", "--json"))


def _yes(run_as, user: str, asked: dict, *more: str) -> str:
    said = ("--answer", "approved", "--fingerprint", asked["digest"])
    return run_as(user, "decide-release", "tiny", str(asked["number"]), *said, *more)


def test_a_release_goes_from_being_prepared_to_the_folder_it_is_fetched_from(contract, run_as, home):
    asked = _prepared(run_as)
    assert run_as("una", "releases", "tiny").startswith(
        "release 1: indigo to all through 1, open; waits for 2 more of those who release, region, town, fund"
    )
    assert _yes(run_as, "una", asked) == "tiny release 1: approved by una; it is open\n"
    _yes(run_as, "duo", asked)
    for party, user in {"region": "rita", "town": "tom", "fund": "fie"}.items():
        _yes(run_as, user, asked, "--party", party)
    told = json.loads(run_as("dora", "publish-release", "tiny", "1", "--json"))
    assert told["folder"] == str(home / "released" / "tiny" / "1")
    project = json.loads((home / "released" / "tiny" / "1" / "indigo.json").read_text())["project"]
    assert project["status"] == "PUBLIC"
    # Three plans are few, and a unit is hardly less telling than a person.
    plans = next(r for r in project["results"] if r["outcome_metric_id"]["value"] == "action_plans")
    assert plans["outcomes_achieved"]["value"] == "Measured, and not told: of few persons"
    (row,) = json.loads(run_as("una", "releases", "tiny", "--json"))
    assert (row["state"], len(row["answers"])) == ("published", 5)
    assert run_as("una", "withdraw-release", "tiny", "1", "--because", "a slip").endswith("what it told stays known\n")


def test_whoever_prepared_it_by_any_command_does_not_release_it(contract, run_as):
    asked = json.loads(run_as("una", "prepare-release", "tiny", "--kind", "indigo", "--recipient", "all", "--json"))
    with pytest.raises(ReleaseRefused, match="`una` prepared it"):
        _yes(run_as, "una", asked)


def test_the_counts_behind_are_written_for_one_who_releases_and_for_nobody_else(contract, run_as, tmp_path):
    _prepared(run_as)
    path = tmp_path / "counts.csv"
    for user in ("dora", "rita", "viewer"):
        with pytest.raises(ReleaseRefused, match="is not shown the counts behind"):
            run_as(user, "releases", "tiny", "1", "--underlying", str(path))
        assert not path.exists()
    shown = run_as("una", "releases", "tiny", "1", "--underlying", str(path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "units;outcome action_plans, period 1;yes;fortroligt;3;3;few" in path.read_text("utf-8-sig")
    assert "fingerprint " in shown and "indigo.json" in shown
    assert "una" in run_as("dora", "access-log", "tiny")
    with pytest.raises(SetupError, match="of one release"):
        run_as("una", "releases", "tiny", "--underlying", str(path))


def test_nothing_prepared_is_said_so(contract, run_as):
    assert run_as("una", "releases", "tiny") == "tiny: nothing is prepared to leave\n"
    with pytest.raises(ReleaseRefused, match="there is no release 7 — list them with `maalbar releases tiny`"):
        run_as("una", "publish-release", "tiny", "7")
