"""The commands about the books: what the flow answers, as lines and as JSON; one clear line on bad input."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from maalbar.contract import load_contract, write_rehearsal
from tests.cli.test_commands import maalbar
from tests.flow.measured import measured, settled


@pytest.fixture
def contract(results_database, tiny_contract):
    """25,000 kr. for the first period: 18,750 by the region and 6,250 by the town, to be paid by 15 December 2022."""
    contract = tiny_contract()
    measured(contract, "1", "0.05")
    settled(contract, "1")
    return contract


def test_verify_says_what_is_proved(contract):
    assert maalbar("verify", "tiny").stdout == (
        "tiny: 4 ledger entries and 0 stored files are as they were written\n"
        "tiny: 1 settlements give their lines again, and 4 accounts balance\n"
    )
    told = json.loads(maalbar("verify", "tiny", "--json").stdout)
    assert (told["entries"], told["settlements"], told["accounts"]["payer/region"]) == (4, 1, -18_750_00)


def test_trace_leads_from_the_krone_to_the_code(contract):
    run = maalbar("trace", "tiny", "2")
    assert run.stdout.splitlines()[0] == "tiny, ledger entry 2: The Region to The Fund, 16,741.07 DKK principal"
    assert json.loads(maalbar("trace", "tiny", "2", "--json").stdout)["entry"]["amount_minor"] == 16_741_07
    unknown = maalbar("trace", "tiny", "5")
    assert (unknown.returncode, unknown.stdout) == (7, "")
    assert unknown.stderr == "error: ledger of tiny: there is no entry 5 — they are 1 to 4\n"


def test_an_entry_is_a_number():
    run = maalbar("trace", "tiny", "abc")
    assert (run.returncode, run.stdout) == (9, "")
    assert run.stderr == "error: tiny: ENTRY is the number of a ledger entry — write 12, for instance\n"


def test_an_empty_ledger_names_the_rehearsal_that_may_be_meant(results_database, tiny_contract, investments):
    tiny_contract()
    assert maalbar("trace", "tiny", "1").stderr == "error: ledger of tiny: there is no entry 1 — nothing is posted\n"
    rehearsed = write_rehearsal(investments / "tiny.yaml", -1, investments).stem
    assert maalbar("trace", "tiny", "1").stderr.endswith(f"nothing is posted; its rehearsal is {rehearsed}\n")
    assert maalbar("invoices", "tiny").stdout.endswith(f"; its rehearsal is {rehearsed}\n")
    said = maalbar("verify", rehearsed).stdout
    assert said.splitlines()[1] == "REHEARSAL of tiny: dates moved by -1 years, simulated data"


def test_what_became_of_an_amount_is_told_and_seen(contract):
    told = ("invoice", "tiny", "1", "region", "fund")
    by = ("--by", "Sif", "--dated")
    assert maalbar(*told, "sent", *by, "2022-12-02", "--reference", "F-1").stdout == (
        "tiny settlement 1, region to fund: sent, 0 DKK paid, 18,750 DKK left\n"
    )
    part = maalbar(*told, "paid", *by, "2022-12-10", "--amount", "12_500.50 DKK", "--json")
    assert json.loads(part.stdout)["left_minor"] == 6_249_50
    seen = json.loads(maalbar("invoices", "tiny", "--as-of", "2022-12-16", "--json").stdout)
    assert [(row["payer"], row["state"], row["paid_minor"]) for row in seen["invoices"]] == [
        ("region", "overdue", 12_500_50),
        ("town", "overdue", 0),
    ]
    table = maalbar("invoices", "tiny", "--as-of", "2022-12-16", COLUMNS="140").stdout
    assert "Tiny: settled amounts on 2022-12-16" in table and "12,500.50 DKK" in table


@pytest.mark.parametrize(
    ("words", "code", "line"),
    [
        (["paid", "--dated", "2022-12-01"], 7,
         "tiny settlement 1, region to fund: is not_sent, and paid cannot follow — sent can"),
        (["eaten", "--dated", "2022-12-01"], 7,
         "tiny settlement 1, region to fund: `eaten` is no state — say sent, paid, disputed, settled_dispute"),
        (["sent", "--dated", "1/12"], 9, "--dated is no day — write --dated YYYY-MM-DD"),
        (["paid", "--dated", "2022-12-01", "--amount", "much"], 9,
         "--amount is no amount — write --amount '12_500.50 DKK'"),
        (["paid", "--dated", "2022-12-01", "--amount", "5 EUR"], 9, "tiny: --amount is in another currency — it pays in DKK"),
    ],
)  # fmt: skip
def test_bad_input_gives_one_line_and_the_exit_code_of_its_kind(contract, words, code, line):
    run = maalbar("invoice", "tiny", "1", "region", "fund", *words, "--by", "Sif")
    assert (run.returncode, run.stdout, run.stderr) == (code, "", f"error: {line}\n")


def test_nothing_is_told_of_a_day_that_has_not_come_so_that_the_truth_can_be_told_after_it(contract):
    told = ("invoice", "tiny", "1", "region", "fund")
    # Two days on: the contract is where it is tomorrow already when it is late in the evening elsewhere.
    later = maalbar(*told, "sent", "--by", "Sif", "--dated", str(date.today() + timedelta(days=2)))
    assert (later.returncode, later.stdout) == (9, "")
    assert later.stderr.startswith("error: --dated is in the future — give a day that has come, 20")
    assert maalbar(*told, "sent", "--by", "Sif", "--dated", str(date.today() - timedelta(days=1))).returncode == 0


def test_in_a_rehearsal_of_what_lies_ahead_its_own_days_have_come(results_database, tiny_contract, investments):
    tiny_contract()
    ahead = load_contract(write_rehearsal(investments / "tiny.yaml", 30, investments))
    measured(ahead, "1", "0.05")
    settled(ahead, "1")
    run = maalbar("invoice", ahead.id, "1", "region", "fund", "sent", "--by", "Sif", "--dated", "2052-10-20")
    assert (run.returncode, run.stderr) == (0, "")
