"""The commands for a rejected proposal: what waits, and one step on, under the login of whoever takes it."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from maalbar.cli import main  # noqa: F401  # registers the commands
from maalbar.cli.app import app
from maalbar.errors import ApprovalRefused, SettlementRefused
from maalbar.flow import settle
from tests.flow.measured import answers, measured

pytestmark = pytest.mark.usefixtures("results_database")


def _run(*words: str, user: str = "fie") -> str:
    done = CliRunner().invoke(app, words, env={"MAALBAR_USER": user}, catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


def test_a_dispute_is_told_settled_and_given_up_by_those_who_are_named(tiny_contract):
    contract = tiny_contract()
    assert _run("rejected", "tiny") == "tiny: no party has said no to a proposal\n"
    measured(contract, "1", "0.05")
    settle.propose("tiny", "1")
    with pytest.raises(ApprovalRefused):
        settle.record_answers("tiny", 1, answers(town={"answer": "reject", "comment": "too dear"}))

    assert _run("dispute", "tiny", "1", "--party", "town", "--because", "a new clinic", user="tom") == (
        "tiny proposal 1: in dispute\n"
    )
    first, no, disputed = _run("rejected", "tiny").splitlines()
    assert first.startswith("proposal 1 through period 1, periods 1; waits for a way on: maalbar correct, dispute")
    assert no == "  2022-12-01 rejected by Tom Town for town: too dear"
    assert disputed.endswith(" disputed by Tom Town for town: a new clinic")

    settled = _run("settle-dispute", "tiny", "1", "--party", "town", "--because", "none", "--json", user="tom")
    assert json.loads(settled)["state"] == "to be proposed again as it was"
    assert _run("waive", "tiny", "1", "--party", "fund", "--because", "we let it go") == (
        "tiny proposal 1: 25,000 DKK given up by fund\nnext: clear `propose` in the newest run of tiny__measure\n"
    )
    (one,) = json.loads(_run("rejected", "tiny", "--json"))
    assert [said["step"] for said in one["said"]] == ["rejected", "disputed", "settled", "waived"]
    assert (one["is_waiting"], one["said"][-1]["waived_minor"]) == (False, 2_500_000)


def test_someone_else_is_refused(tiny_contract):
    contract = tiny_contract()
    measured(contract, "1", "0.05")
    settle.propose("tiny", "1")
    with pytest.raises(SettlementRefused, match="`tom` does not answer for fund"):
        _run("waive", "tiny", "1", "--party", "fund", "--because", "we let it go", user="tom")
