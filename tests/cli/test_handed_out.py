"""The commands that hand out files: what they wrote, what is missing, one line and no file on what is not posted."""

from __future__ import annotations

import hashlib
import json

import pytest

from tests.cli.test_commands import maalbar
from tests.flow.handed_out import ADMINISTERED
from tests.flow.measured import measured, settled


@pytest.fixture
def contract(results_database, tiny_contract):
    contract = tiny_contract(ADMINISTERED)
    measured(contract, "1", "0.05")
    settled(contract, "1")
    return contract


def test_the_invoice_basis_says_what_is_written_and_warns_of_what_is_missing_and_ends_well(contract, tmp_path):
    run = maalbar("invoice-basis", "tiny", "--out", str(tmp_path / "out"))
    lines = run.stdout.splitlines()
    assert (run.returncode, run.stderr) == (0, "")
    assert (
        lines[0] == f"{tmp_path}/out/fakturagrundlag__tiny__1__region__fund.csv: Invoice, 18,750 DKK, 2 ledger entries"
    )
    assert "warning: betalerens CVR mangler (1 of 2 files)" in lines
    told = json.loads(
        maalbar("invoice-basis", "tiny", "--out", str(tmp_path / "out"), "--payer", "town", "--json").stdout
    )
    assert [(row["payer"], row["amount_minor"], row["entries"]) for row in told] == [("town", 6_250_00, [3, 4])]
    written = (tmp_path / "out" / "fakturagrundlag__tiny__1__town__fund.csv").read_bytes()
    assert told[0]["sha256"] == hashlib.sha256(written).hexdigest()


def test_the_posting_file_says_what_balances(contract, tmp_path):
    path = tmp_path / "postings.csv"
    run = maalbar("posting-file", "tiny", "--out", str(path), "--settlement", "1")
    assert run.stdout.startswith(f"{path}: 4 vouchers in balance, 25,000 DKK on each side; ledger head ")
    told = json.loads(maalbar("posting-file", "tiny", "--out", str(path), "--json").stdout)
    assert (told["vouchers"], told["debited_minor"]) == (4, 25_000_00)


def test_indigo_is_printed_or_written(contract, tmp_path):
    printed = maalbar("indigo", "tiny").stdout
    assert json.loads(printed)["project"]["name"] == {"value": "Tiny"}
    told = json.loads(maalbar("indigo", "tiny", "--out", str(tmp_path / "indigo.json"), "--json").stdout)
    assert (tmp_path / "indigo.json").read_text(encoding="utf-8") == printed
    assert told["sha256"] == hashlib.sha256(printed.encode()).hexdigest()


@pytest.mark.parametrize("command", ["invoice-basis", "posting-file"])
def test_what_is_not_posted_is_refused_in_one_line(contract, command, tmp_path):
    run = maalbar(command, "tiny", "--out", str(tmp_path / "out"), "--settlement", "2")
    assert (run.returncode, run.stdout) == (7, "")
    assert run.stderr == "error: tiny settlement 2: there is none of that number — see `maalbar report tiny`\n"
    assert not (tmp_path / "out").exists()
