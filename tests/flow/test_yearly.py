"""The yearly report of a small rehearsal: from what the parties approved, the same whenever it is written, no count of few."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path

import psycopg
import pypdf
import pytest

from maalbar import database
from maalbar.contract import Contract
from maalbar.documents.facts import StatementFacts
from maalbar.documents.yearly.document import yearly_document
from maalbar.documents.yearly.facts import YearlyFacts
from maalbar.errors import SettlementRefused
from maalbar.flow import settle, yearly
from maalbar.flow.statement import evidence_of, facts_of
from maalbar.settings import settings
from maalbar.store import sha256_of
from maalbar.suppressed import SUPPRESSED
from tests.cli.test_commands import maalbar
from tests.flow.course import run_settled
from tests.flow.measured import measured, settled

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def contract(embedded_postgres, migrated_template, tmp_path_factory) -> Iterator[Contract]:
    """The smaller course of `tests/flow/course.py` on a database of its own."""

    def administer(command: str) -> None:
        place = str(embedded_postgres.socket_folder)
        with psycopg.connect(host=place, user="postgres", dbname="postgres", autocommit=True) as link:
            link.execute(command)

    administer(f"create database yearly template {migrated_template}")
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("yearly")
        patch.setenv("MAALBAR_HOME", str(home))
        patch.setenv("MAALBAR_INVESTMENTS", str(home / "investments"))
        patch.setenv("MAALBAR_DATABASE_URL", embedded_postgres.url("yearly"))
        yield run_settled(home)
        database.engine().dispose()
    administer("drop database yearly with (force)")


@pytest.fixture(scope="module")
def reports(contract) -> dict[str, YearlyFacts]:
    """What the Danish reports of both periods say."""
    return {period: yearly.report_facts(contract.id, period, ("da",))[1][0] for period in ("1", "2")}


@pytest.fixture(scope="module")
def statements(contract) -> dict[str, StatementFacts]:
    """What the statements of both periods say to the parties."""
    return {
        period: facts_of(*evidence_of(contract.id, number)[:1], period, [period], "da")
        for period, number in (("1", 1), ("2", 2))
    }


def test_the_command_writes_two_pages_in_each_language_and_the_same_again(contract, tmp_path):
    run = maalbar("yearly-report", contract.id, "2", "--out", str(tmp_path / "one"), "--json")
    assert (run.returncode, run.stderr) == (0, "")
    told = json.loads(run.stdout)
    assert (told["settlement"], [Path(file["path"]).name for file in told["files"]]) == (
        2,
        [f"{contract.id}__{name}" for name in (
            "aarsrapport-2.pdf", "aarsrapport-2.html", "yearly-report-2.en.pdf", "yearly-report-2.en.html",
        )],
    )  # fmt: skip
    for file in told["files"]:
        assert sha256_of(Path(file["path"]).read_bytes()) == file["sha256"]
        if file["path"].endswith(".pdf"):
            assert len(pypdf.PdfReader(io.BytesIO(Path(file["path"]).read_bytes())).pages) == 2
    number, again = yearly.yearly_report(contract.id, "2", tmp_path / "two", ("da",))
    assert (number, [one.sha256 for one in again]) == (2, [file["sha256"] for file in told["files"][:2]])


def test_what_is_owed_is_what_the_ledger_holds_of_the_periods_until_then(contract, reports):
    for period, number in (("1", 1), ("2", 2)):
        evidence, _ = evidence_of(contract.id, number)
        paid = reports[period].paid
        assert sum(one.settled_minor for one in paid) == sum(e["amount_minor"] for e in evidence.entries)
        assert [one.cap_minor for one in paid] == [3_600_000_00, 1_300_000_00, 1_200_000_00]


def test_effects_and_passport_are_those_of_the_statement(reports, statements):
    for period, statement in statements.items():
        told = reports[period].statement
        assert (told.effects, told.course, told.passport) == (statement.effects, statement.course, statement.passport)


def test_an_effect_over_all_periods_so_far_is_told_as_that_from_the_second_on(contract, reports):
    assert contract.terms.basis == "cumulative"
    assert reports["1"].so_far == () and set(reports["2"].so_far) == set(contract.outcomes)


def test_what_the_statement_withholds_the_report_withholds_too(reports, statements):
    seen = 0
    for period, statement in statements.items():
        facts = reports[period]
        hidden = {
            r.window
            for r in statement.rates
            if (r.outcome, r.arm, r.value) == (facts.statement.effects[0].outcome, "treated", None)
        }
        told = {arm.window: arm.treated for arm in (facts.rates.arms if facts.rates else ())}
        assert all(told[window] is SUPPRESSED for window in hidden & set(told))
        seen += len(told)
        followed = {f.period: f.counts.get("deaths") for f in statement.followed if f.arm == "treated"}
        for arm in facts.mortality:
            if followed[arm.window] is None:
                assert arm.treated is SUPPRESSED
    assert seen == 2 + 3, "the last window before the start, and every period so far"


def test_a_percentage_is_told_where_the_statement_leaves_it_out_beside_the_answers_alone(reports, statements):
    # The statement shows how many answered, and not how many could have: nearly those alive at the end, of whom few left.
    left_out = {
        (period, r.window, r.arm) for period, statement in statements.items() for r in statement.responses
        if r.percent is None and r.answers is not None and r.window in statements
    }  # fmt: skip
    assert left_out, "this rehearsal has such cells"
    for period, window, arm in left_out:
        shown = [getattr(a, arm) for course in reports[period].responses for a in course.arms if a.window == window]
        assert shown and all(isinstance(figure, Decimal) for figure in shown)


def test_deaths_are_few_in_a_small_rehearsal_and_so_withheld(reports):
    document, _ = yearly_document(reports["1"])
    assert SUPPRESSED in [arm.treated for arm in reports["1"].mortality]
    assert "Det er ikke nul." in document.remark
    assert "ØVELSE" in (document.mark or "")


def test_what_is_not_approved_does_not_leave(results_database, tiny_contract, tmp_path):
    contract = tiny_contract()
    measured(contract, "1", "0.05")
    with pytest.raises(SettlementRefused, match="has no statement"):
        yearly.yearly_report(contract.id, "1", tmp_path)
    settle.propose(contract.id, "1")
    with pytest.raises(SettlementRefused, match="not approved and posted"):
        yearly.yearly_report(contract.id, "1", tmp_path)
    assert not list(tmp_path.glob("tiny__*"))


def test_a_report_of_a_period_that_was_corrected_since_says_that_it_no_longer_holds(results_database, tiny_contract):
    contract = tiny_contract()
    measured(contract, "1", "0.05")
    settled(contract, "1")

    def told_in() -> list[str | None]:
        return [facts.superseded_in for facts in yearly.report_facts(contract.id, "1")[1]]

    assert told_in() == [None, None]
    measured(contract, "2", "0.05")
    settled(contract, "2")
    assert told_in() == [None, None], "another period says nothing else of this one"
    measured(contract, "1", "0.04")
    settled(contract, "2")
    assert told_in() == ["2", "2"]


@pytest.mark.fault("F71")
def test_no_id_of_a_person_stands_in_a_report(contract, reports):
    files = (settings().home / "landing" / contract.id).rglob("*.csv")
    ids = {
        cell
        for path in files
        for cell in re.split(r"[;,\n]", path.read_text(encoding="utf-8", errors="replace"))
        if re.fullmatch(r"(?=.*\d)[A-Za-z0-9-]{8,}", cell) and not re.fullmatch(r"\d{4}-\d\d-\d\d.*|\d+", cell)
    }
    assert len(ids) > 70, "there are ids to look for"
    for facts in reports.values():
        document, drawings = yearly_document(facts)
        told = json.dumps([asdict(document), drawings], ensure_ascii=False)
        assert not {one for one in ids if one in told}


def test_a_period_that_is_in_no_calendar_is_refused_in_one_line(results_database, tiny_contract, tmp_path):
    settled_contract = tiny_contract()
    measured(settled_contract, "1", "0.05")
    settled(settled_contract, "1")
    run = maalbar("yearly-report", "tiny", "9", "--out", str(tmp_path))
    assert run.returncode != 0 and run.stderr.startswith("error: tiny has no report of 9")
    assert len(run.stderr.splitlines()) == 1
