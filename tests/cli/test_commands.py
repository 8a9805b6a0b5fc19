"""The command line: one clear line and the exit code of its kind on bad input, the same answers as the flow on good."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from maalbar.contract import load_contract, write_rehearsal
from maalbar.settings import PROJECT
from tests.typed import maalbar

PILOT = PROJECT / "investments" / "plads_til_forskel.yaml"


def test_a_sound_contract_is_named_with_its_periods_and_its_terms():
    run = maalbar("check", str(PILOT))
    assert run.returncode == 0
    digest = load_contract(PILOT).digest[:16]
    assert run.stdout == (
        "plads_til_forskel: sound; 5 periods from 2026-07-01 to 2031-07-01, 8 outcomes\n"
        f"  terms {digest}: not signed by region_midtjylland, herning_kommune, landsbyggefonden, "
        "den_sociale_investeringsfond\n"
    )


def test_every_fault_of_a_bad_contract_stands_on_a_line_of_its_own_with_file_line_and_remedy(tmp_path: Path):
    text = PILOT.read_text(encoding="utf-8")
    bad = tmp_path / "plads_til_forskel.yaml"
    bad.write_text(text.replace("share: 75 %", "share: 70 %").replace("source: A\n  areas:", "source: Z\n  areas:"))
    lines = bad.read_text().splitlines()
    run = maalbar("check", str(bad))
    assert run.returncode == 3
    assert run.stdout == ""
    source = next(i for i, line in enumerate(lines, 1) if "source: Z" in line)
    shares = next(i for i, line in enumerate(lines, 1) if line.startswith("    payments:"))
    assert run.stderr.splitlines() == [
        f"error: {bad}:{source}: facts.target_group.source: `Z` is no source — name a key of `sources` or `illustrative`",
        f"error: {bad}:{shares}: outcomes.acute_contacts.payments: the shares sum to 95 %, not 100 % — change the shares",
    ]


def test_faults_come_as_json_too(tmp_path: Path):
    bad = tmp_path / "x.yaml"
    bad.write_text("id: x\nid: y\n")
    run = maalbar("check", str(bad), str(PILOT), "--json")
    told = json.loads(run.stdout)
    assert run.returncode == 3
    assert [row["id"] for row in told["sound"]] == ["plads_til_forskel"]
    assert told["faults"] == [f"{bad}:2: `id` is given twice (first on line 1) — keep one"]


@pytest.mark.parametrize(
    ("words", "code", "line"),
    [
        (["calendar", "plads_til_forskjel"], 3, "there is no contract `plads_til_forskjel` — did you mean `plads_til_forskel`?"),
        (["measure", "plads_til_forskel", "9"], 9, "plads_til_forskel has no period 9 — its periods are 0, 1, 2, 3, 4, 5"),
        (["reproduce", "plads_til_forskel", "77"], 9, "plads_til_forskel has no period 77 — its periods are 0, 1, 2, 3, 4, 5"),
        (["nope"], 2, "No such command 'nope' — see `maalbar --help`"),
        (["measure"], 2, "Missing argument 'CONTRACT' — see `maalbar measure --help`"),
        (["retain", "plads_til_forskel"], 2, "Missing option '--as-of' — see `maalbar retain --help`"),
        (["retain", "plads_til_forskel", "--as-of"], 2, "Option '--as-of' requires an argument — see `maalbar retain --help`"),
        (["verify", "x", "--nope"], 2, "No such option: --nope — see `maalbar verify --help`"),
        (["take-in-bundle", "/no/file"], 4, "/no/file: is not there, or is no plain file — give the path of a bundle"),
        (
            ["erase", "plads_til_forskel", "--persons", "/no/file", "--because", "error", "--name", "Hanne"], 12,
            "/no/file: is not there — give the path of a file",
        ),
        (
            ["simulate", "plads_til_forskel", "--out", "{new}", "--effect", "much"],
            9,
            "--effect is not OUTCOME=NUMBER — write --effect acute_contacts=0.08",
        ),
    ],
)  # fmt: skip
def test_bad_input_gives_one_line_and_the_exit_code_of_its_kind(words, code, line, tmp_path: Path):
    run = maalbar(*[word.format(new=tmp_path / "new") for word in words])
    assert (run.returncode, run.stdout, run.stderr) == (code, "", f"error: {line}\n")


def test_simulated_deliveries_never_overwrite_a_folder_in_use(tmp_path: Path):
    (tmp_path / "mine.txt").write_text("kept")
    run = maalbar("simulate", "plads_til_forskel", "--out", str(tmp_path))
    assert run.returncode == 9
    assert "the folder is not empty" in run.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_the_calendar_says_who_delivers_what_and_when():
    told = json.loads(maalbar("calendar", "plads_til_forskel", "--json").stdout)
    assert [row["period"] for row in told["periods"]] == ["0", "1", "2", "3", "4", "5"]
    assert told["periods"][1] == {
        "period": "1", "from": "2026-07-01", "to": "2027-07-01", "run_after": "2027-10-15", "data_due": "2027-10-31",
        "pay_by": "2027-12-15",
    }  # fmt: skip
    assert {
        "source": "home_care", "what": "Visiteret hjemmehjælp (EOJ)", "sender": "Herning Kommune", "format": "csv",
        "where": "plads_til_forskel/home_care/*.csv", "whole_by": "its manifest",
    } in told["deliveries"]  # fmt: skip


def test_the_schema_knows_the_keys_of_a_contract():
    schema = json.loads(maalbar("schema").stdout)
    assert set(load_contract(PILOT).model_dump(by_alias=True)) == set(schema["properties"])


def test_the_reference_is_printed_as_it_stands_in_the_docs():
    assert (PROJECT / "docs" / "contract-reference.md").read_text(encoding="utf-8") == maalbar(
        "schema", "--reference"
    ).stdout


def test_a_period_is_taken_in_measured_and_proposed_without_airflow(results_database: str, home: Path):
    # Moved into the past: nobody can describe a day that has not come.
    name = load_contract(write_rehearsal(PILOT, -6, home / "rehearsal")).id
    run = maalbar("simulate", name, "--out", str(home / "landing" / name), "--people", "120",
                  "--years", "1", "--effect", "0.1", "--seed", "3")  # fmt: skip
    assert run.returncode == 0, run.stderr
    early = maalbar("settle", name, "1")
    assert early.returncode == 6
    assert early.stderr == (f"error: {name}: period 1 is not measured — measure period 1\n")
    nothing = maalbar("measure", name, "1")
    assert (nothing.returncode, nothing.stdout) == (6, "")
    taken = json.loads(maalbar("intake", name, "1", "--json").stdout)
    assert len(taken["taken"]) == 6
    assert taken["awaited"] == []
    measured = json.loads(maalbar("measure", name, "1", "--json").stdout)
    assert measured["measurement"] == f"{name}|1|r1"
    assert len(measured["effects"]) == 16  # eight outcomes, alone and over all periods so far
    proposed = json.loads(maalbar("settle", name, "1", "--json").stdout)
    assert (proposed["number"], proposed["through"]) == (1, "1")
    drafts = maalbar("statement", name, "1").stdout.splitlines()
    drafts = drafts[drafts[0].startswith("REHEARSAL") :]
    assert [Path(line.split()[0]).suffix for line in drafts[:-1]] == [".pdf", ".html"] * 2, "in Danish and in English"
    assert all(line.endswith("  draft") for line in drafts[:-1]) and drafts[-1] == "proposal 1: open, not posted"
    assert maalbar("verify", name).stdout.lstrip() == (
        "REHEARSAL of plads_til_forskel: dates moved by -6 years, simulated data\n"
        f"{name}: 0 ledger entries and 12 stored files are as they were written\n"
        f"{name}: 0 settlements give their lines again, and 0 accounts balance\n"
    )
    assert "0.00 of at most 3,600,000.00 DKK; 3,600,000.00 left" in maalbar("report", name).stdout
