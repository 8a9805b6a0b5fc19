"""The commands for a rejected proposal: what waits, and one step on, under the login of whoever takes it."""

from __future__ import annotations

import json
import re
import shlex

import pytest
from typer.testing import CliRunner

from maalbar.cli import main  # noqa: F401  # registers the commands
from maalbar.cli.app import app
from maalbar.errors import ApprovalRefused, SettlementRefused
from maalbar.flow import settle
from maalbar.settings import PROJECT
from tests.flow.measured import answers, measured, settled

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


@pytest.mark.parametrize("command", ["dispute", "settle-dispute", "waive"])
def test_a_proposal_that_is_not_there_is_looked_for_where_they_are_listed(tiny_contract, command):
    tiny_contract()
    with pytest.raises(SettlementRefused, match="there is no proposal 99 — see `maalbar rejected tiny`"):
        _run(command, "tiny", "99", "--party", "town", "--because", "too dear", user="tom")


def test_the_way_on_that_the_runbook_shows_puts_a_second_question(tiny_contract):
    """The commands of its section in their order, as `tests/e2e/services/test_runbook.py` runs them on the services."""
    contract = tiny_contract()
    measured(contract, "1", "0.05")
    settle.propose("tiny", "1")
    with pytest.raises(ApprovalRefused):
        settle.record_answers("tiny", 1, answers(town={"answer": "reject"}))
    page = (PROJECT / "docs/runbook.md").read_text(encoding="utf-8")
    section = page.partition("\n## An approval is rejected\n")[2].partition("\n## ")[0]
    known = {
        "CONTRACT": "tiny", "PROPOSAL": "1", "PARTY": "town", "APPROVER": "tom", "OWED": "fund", "OWNER": "fie",
        "NEWEST": "2021-07-01T00:00+02:00",
    }  # fmt: skip
    fenced = "\n".join(re.findall(r"^```console\n(.*?)^```$", section, re.MULTILINE | re.DOTALL))
    asked = re.sub(r"\$\{?([A-Z]+)\}?", lambda found: (known | {"WHY": "we agreed"})[found[1]], fenced)
    ran = []
    for line in asked.splitlines():
        before, is_ours, words = line.partition(" scheduler maalbar ")
        if is_ours:
            user = re.search(r"MAALBAR_USER=(\w+)", before)
            told = _run(*shlex.split(words), user=user[1] if user else "")
            ran.append(words.split()[0])
    assert ran == ["rejected", "dispute", "settle-dispute", "waive"]
    assert told.endswith("next: clear `propose` in the newest run of tiny__measure\n")
    assert "tasks clear" in asked.splitlines()[-1] and "--task-regex propose " in asked.splitlines()[-1]
    assert settle.propose("tiny", "1")["number"] == 2


def test_a_waiver_says_who_still_has_to_settle_what_is_left(tiny_contract):
    contract = tiny_contract()
    measured(contract, "1", "0.05")
    settled(contract, "1")
    measured(contract, "1", "0.04")  # owed back: 3,750 to the region, 1,250 to the town
    settle.propose("tiny", "1")
    with pytest.raises(ApprovalRefused):
        settle.record_answers("tiny", 2, answers(town={"answer": "reject"}))
    assert _run("waive", "tiny", "2", "--party", "region", "--because", "let it lie", user="rita") == (
        "tiny proposal 2: \N{MINUS SIGN}3,750 DKK given up by region; waits for town\n"
    )


def test_someone_else_is_refused(tiny_contract):
    contract = tiny_contract()
    measured(contract, "1", "0.05")
    settle.propose("tiny", "1")
    with pytest.raises(SettlementRefused, match="`tom` does not answer for fund"):
        _run("waive", "tiny", "1", "--party", "fund", "--because", "we let it go", user="tom")
