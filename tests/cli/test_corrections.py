"""`difference`, `correct`, `restated` and `measure --as-known-at` on the command line: clear lines, and one on bad input."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from maalbar.cli import main  # noqa: F401  # registers the commands
from maalbar.cli.app import app
from maalbar.errors import MaalbarError, SetupError
from maalbar.flow import intake
from maalbar.flow.measure import measure
from tests.flow.landing import AS_OF, CONTACTS, deliver, known

pytestmark = pytest.mark.usefixtures("results_database")
FEWER = CONTACTS.replace("dora;k8;2021-11-01 10:00;2021-11-01 11:00;ATA1;ALCA00;u;LPR3\n", "")


def _run(*words: str) -> str:
    """What a command prints; its MaalbarError where it ends by one."""
    run = CliRunner().invoke(app, words)
    if isinstance(run.exception, MaalbarError):
        raise run.exception
    assert run.exit_code == 0, run.output
    return run.stdout


@pytest.fixture
def versions(tiny_contract) -> tuple[str, str]:
    """Two versions of the contacts of period 1, which is measured from the first."""
    contract = tiny_contract({"cohort.eligibility.benefit_codes": None, "quality.small_cell": "2"})
    deliver(contract)
    sha256 = deliver(contract, "contacts", text=CONTACTS)
    intake.take_in("tiny", "1")
    measure("tiny", "1")
    deliver(contract, "contacts", text=FEWER, name="corrected", supersedes=sha256)
    intake.take_in("tiny", "1")
    old, new = (row["delivery_id"] for row in known(contract) if row["source"] == "contacts")
    assert AS_OF in new
    return old, new


def test_the_difference_names_both_files_and_withholds_what_is_of_few(versions):
    old, new = versions
    lines = _run("difference", "tiny", new).splitlines()
    assert lines[0] == f"contacts of tiny: {old} → {new}"
    assert lines[1] == "  counts withheld: fewer than 2 persons may tell one of the two from another version"
    assert lines[2] == "  in all: rows 8 → withheld, persons 4 → withheld"
    assert "  period 1, contacts (cumulative): -0.6667 → -0.5000" in lines
    assert json.loads(_run("difference", "tiny", new, "--json"))["rows"]["gone"] is None


def test_a_correction_can_be_looked_at_first_and_then_says_what_it_measured(versions):
    old, new = versions
    looked = _run("correct", "tiny", "--supersede", f"{old}={new}", "--dry-run").splitlines()
    assert looked[0] == "outcomes computed from contacts: contacts"
    assert "period 1, contacts (cumulative): -0.6667 → -0.5000" in looked
    assert "every figure moves" not in looked
    done = _run("correct", "tiny", "--delivery", new, "--name", "Dorte", "--reason", "Another's").splitlines()
    assert done[:2] == ["correction 1 of tiny by Dorte: Another's", "  period 1 is measured again: tiny|1|r2"]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("correct", "tiny"), "it is not said what takes the place of what"),
        (("correct", "tiny", "--supersede", "x"), "--supersede is no pair of deliveries"),
        (("restated", "tiny", "--period", "9"), "tiny has no period 9 — its periods are 0, 1, 2"),
        (("measure", "tiny", "1", "--as-known-at", "yesterday"), "--as-known-at is no day and no instant"),
        (("measure", "tiny", "1", "--as-known-at", "2028-01-01T12:00"), "--as-known-at is no day and no instant"),
        (
            ("measure", "tiny", "1", "--as-known-at", "2028-01-01", "--revise"),
            "--revise stores and --as-known-at does not",
        ),
        (
            ("measure", "tiny", "1", "--as-known-at", "2099-01-01"),
            "tiny period 1: nothing had been delivered by 2099-01-01 — ",
        ),
        (("difference", "tiny", "tiny|x"), "no delivery of tiny is called so"),
    ],
)
def test_bad_input_is_one_clear_line(tiny_contract, words, why):
    tiny_contract()
    with pytest.raises(MaalbarError, match=why):
        _run(*words)
    assert SetupError.exit_code != 0


def test_a_figure_is_told_as_it_was_known_and_whether_that_is_what_was_measured(versions):
    # The last day that can be written: everything that has come is known by it.
    told = _run("measure", "tiny", "1", "--as-known-at", "9999-12-30").splitlines()
    assert told[-1] == "not the same as tiny|1|r1, which was measured then; changed since: deliveries"
    measure("tiny", "1", revise=True)
    told = _run("measure", "tiny", "1", "--as-known-at", "9999-12-30").splitlines()
    assert told[-1] == "identical to tiny|1|r2, which was measured then"
    assert json.loads(_run("measure", "tiny", "1", "--as-known-at", "9999-12-30", "--json"))["is_identical"] is True


def test_a_delivery_is_named_in_the_same_ways_wherever_one_is(versions):
    old, new = versions
    hashes = {one: one.rpartition("|")[2] for one in versions}
    told = _run("difference", "tiny", new, "--against", old)
    for later in (hashes[new][:6], hashes[new], f"contacts@{AS_OF}"):
        assert _run("difference", "tiny", later, "--against", hashes[old][:6]) == told
    by_day = json.loads(_run("correct", "tiny", "--delivery", f"contacts@{AS_OF}", "--dry-run", "--json"))
    by_hash = _run("correct", "tiny", "--supersede", f"{hashes[old][:8]}={hashes[new][:8]}", "--dry-run", "--json")
    assert by_day["substitutions"] == json.loads(by_hash)["substitutions"] == {old: new}
    with pytest.raises(
        SetupError, match=rf"no delivery of tiny is called so .* contacts@{AS_OF} {hashes[old]}, contacts@"
    ):
        _run("difference", "tiny", "contacts@2000-01-01")


def test_where_nothing_newer_has_come_nothing_is_restated(versions):
    measure("tiny", "1", revise=True)
    assert _run("restated", "tiny") == "nothing newer has come than what the periods are measured from\n"
