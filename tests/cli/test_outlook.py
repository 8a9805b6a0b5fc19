"""`check --stress` and `forecast` as a user meets them: tables, one line for what is wrong, and the same as JSON."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from maalbar.cli.outlook import stressed, variants_table, verdict
from maalbar.contract import load_contract
from maalbar.settings import PROJECT
from tests.cli.test_commands import maalbar
from tests.flow.measured import measured, settled
from transforms.stress import stress

PILOT = PROJECT / "investments" / "plads_til_forskel.yaml"
FEW = ("--draws", "100")


@pytest.fixture
def changed(tmp_path: Path):
    """The pilot's file with a piece of text taken out, and the file's lines."""

    def write(first: str, before: str = "\x00", instead: str = "") -> tuple[Path, list[str]]:
        text = PILOT.read_text(encoding="utf-8")
        start = text.index(first)
        end = text.find(before, start)
        file = tmp_path / PILOT.name
        file.write_text(text[:start] + instead + text[end if end >= 0 else len(text) :], encoding="utf-8")
        return file, file.read_text(encoding="utf-8").splitlines()

    return write


def test_stress_shows_each_scenario_by_payer_and_budget_year_and_who_has_accepted_it():
    run = maalbar("check", str(PILOT), "--stress", *FEW)
    assert (run.returncode, run.stderr) == (0, "")
    assert all(len(line) <= 110 for line in run.stdout.splitlines() if "→" in line)
    header = next(line for line in run.stdout.splitlines() if "2027" in line and "all" in line)
    assert header.split() == ["2027", "2028", "2029", "2030", "2031", "all"]
    for text in ("nothing works: ", "half works: ", "all works: ", "Region → DSI", "LBF → LBF", "Maximum: 6,000,000"):
        assert text in run.stdout
    assert "Accepted up to 22.0%: Ikke forelagt; illustrativ, 2026-11-24. Illustrativ og ingens accept" in run.stdout


def test_terms_that_pay_for_nothing_are_refused_until_someone_accepts_it_in_writing(changed):
    file, lines = changed("stress_accepted:")
    run = maalbar("check", str(file), "--stress", *FEW)
    percent = stress(load_contract(PILOT), 100).scenarios["nothing"].share * 100
    assert run.returncode == 3
    assert run.stderr == (
        f"error: {file}:{1 + lines.index('terms:')}: when nothing works the terms pay {percent:.1f}% of the maximum on average, "
        "and nobody has accepted that in writing — change the terms, or have the parties accept it: `stress_accepted` with "
        f"`at_most: {math.ceil(percent)} %` or more\n"
    )


def test_an_acceptance_of_less_is_no_acceptance(changed):
    file, lines = changed("at_most: 22 %", "\n", "at_most: 12 %")
    run = maalbar("check", str(file), "--stress", *FEW)
    where = 1 + next(number for number, line in enumerate(lines) if line.startswith("stress_accepted:"))
    (line,) = run.stderr.splitlines()
    assert (run.returncode, line.split(": ")[1]) == (3, f"{file}:{where}")
    assert "and accepted is at most 12.0%" in line


def test_an_outcome_that_is_paid_for_without_a_plan_is_one_line(changed):
    file, lines = changed("    planning:\n      # Set so that", "    source: A\n  acute_admissions")
    run = maalbar("check", str(file), "--stress", *FEW)
    where = 1 + lines.index("outcomes:")
    assert run.returncode == 3
    assert run.stderr == (
        f"error: {file}:{where}: paid for, and nobody says what is reckoned with: outcomes.acute_contacts.planning — give "
        "each its `planning`: the standard error of a period, or the units\n"
    )


def test_stress_comes_as_json_too(changed):
    file, _ = changed("stress_accepted:")
    run = maalbar("check", str(PILOT), str(file), "--stress", *FEW, "--json")
    told = json.loads(run.stdout)
    assert run.returncode == 3
    assert [row["is_accepted"] for row in told["stress"]] == [True, False]
    assert len(told["faults"]) == 1
    first = told["stress"][0]
    assert (first["maximum_minor"], first["is_limited"], first["draws"]) == (600_000_000, True, 100)
    for name, row in first["scenarios"].items():
        assert row["total_minor"] == sum(r["amount_minor"] for r in first["payments"] if r["of"] == name)


def test_variants_are_printed_as_markdown_with_the_contracts_own_in_bold():
    run = maalbar("check", str(PILOT), "--variants", "--draws", "4")
    rows = [line for line in run.stdout.splitlines() if line.startswith("| ")]
    assert len(rows) == 13
    own = next(row for row in rows if "**" in row)
    assert own.startswith("| **cumulative** | **running_total** | **point_estimate** |")


def test_a_file_with_faults_is_left_to_the_faults(tmp_path: Path):
    bad = tmp_path / "x.yaml"
    bad.write_text("id: x\nid: y\n")
    assert stressed([bad], 2, False) == []


def test_terms_that_know_no_maximum_say_what_shares_are_of(tiny_contract, investments: Path):
    planning = {"standard_error": "5 %", "source": "minutes"}
    tiny_contract({
        "outcomes.contacts.planning": planning, "outcomes.action_plans.planning": {"units": "3", "source": "minutes"},
        "terms.caps": [{"payer": "region", "maximum": "90_000 DKK", "source": "minutes"}],
    })  # fmt: skip
    (one,) = stressed([investments / "tiny.yaml"], 20, True)
    said = list(verdict(one.agreement, one.found))
    assert said[0].startswith("The terms know no maximum; shares are of ")
    assert variants_table(one.variants).count("\n") == 13


@pytest.mark.usefixtures("results_database")
def test_a_forecast_before_anything_is_measured():
    run = maalbar("forecast", "plads_til_forskel", *FEW)
    assert (run.returncode, run.stderr) == (0, "")
    for text in (
        "lowest: the worst the terms know",
        "highest in all: every target reached",
        "Measured: nothing yet. Expected is the mean of 100 draws around:",
        "Acute hospital contacts: the plan, half of it working",
        "Measured and not posted: nothing",
        "Cap on Region → DSI: 0 of 3,600,000; 3,600,000 left",
    ):
        assert text in run.stdout


@pytest.mark.usefixtures("results_database")
def test_a_forecast_without_a_plan_says_what_is_missing_and_where(tiny_contract):
    tiny_contract()
    run = maalbar("forecast", "tiny")
    assert run.returncode == 3
    assert run.stderr.endswith(
        "tiny.yaml: nothing is measured and nothing planned: outcomes.contacts.planning, outcomes.action_plans.planning "
        "— say there what the parties reckon with\n"
    )


@pytest.mark.usefixtures("results_database")
def test_a_forecast_after_a_period_tells_what_is_not_posted_and_the_room_under_the_caps(tiny_contract):
    contract = tiny_contract()
    measured(contract, "1", "0.05", plans=3)
    settled(contract, "1")
    measured(contract, "1", "0.08", plans=3)  # a corrected delivery, not yet approved
    told = json.loads(maalbar("forecast", "tiny", *FEW, "--json").stdout)
    assert (told["measured"], told["based_on"]) == (["1"], {"contacts": "1", "action_plans": "1"})
    # 3 points more of 10 on half of 100,000: 15,000, three quarters of it the region's.
    assert told["unpaid"] == [
        {"payer": "region", "recipient": "fund", "amount_minor": 11_250_00},
        {"payer": "town", "recipient": "fund", "amount_minor": 3_750_00},
    ]
    assert [(row["used_minor"], row["left_minor"]) for row in told["caps"]] == [
        (30_000_00, 50_000_00), (43_000_00, 107_000_00),
    ]  # fmt: skip
    totals = told["totals_minor"]
    # At the worst everything on contacts goes back and three plans stand; as it goes, 80 % of 100,000 and six plans.
    assert totals["lowest"] == 3_000_00
    assert totals["expected"] == pytest.approx(86_000_00, rel=0.02)
    assert totals["lowest"] <= totals["expected"] <= totals["highest"]


@pytest.mark.usefixtures("results_database")
def test_of_a_settled_contract_nothing_is_left_to_forecast(tiny_contract):
    contract = tiny_contract()
    for period in ("1", "2"):
        measured(contract, period, "0.05")
        settled(contract, period)
    said = maalbar("forecast", "tiny", *FEW).stdout
    # 5 % of 10 % over both periods, three quarters by the region: half of 100,000 kr.
    assert said == "tiny: every period is settled, 50,000 DKK in all; nothing is left to forecast\n"


def test_the_pilot_says_that_its_acceptance_is_nobodys():
    accepted = load_contract(PILOT).stress_accepted
    assert accepted.source == "illustrative"
    assert "ingens accept" in accepted.note
