"""The yearly report of a small rehearsal: from what the parties approved, the same whenever it is written, no count of few."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pypdf
import pytest

from maalbar import database
from maalbar.documents.yearly.document import yearly_document
from maalbar.errors import SettlementRefused
from maalbar.flow import settle, yearly
from maalbar.flow.statement import evidence_of
from maalbar.flow.statement_facts import of_period
from maalbar.flow.yearly_counts import public_figures
from maalbar.store import sha256_of
from maalbar.suppressed import SUPPRESSED
from tests.cli.test_commands import maalbar
from tests.flow.course import Course, run_course
from tests.flow.measured import measured, settled

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def course(embedded_postgres, migrated_template, tmp_path_factory) -> Iterator[Course]:
    """The course of `tests/flow/course.py` on a database of its own: period 1 is settled alone, then 2 and 3."""

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
        yield run_course(home, patch)
        database.engine().dispose()
    administer("drop database yearly with (force)")


def _facts(course: Course, period: str, number: int):
    evidence, periods = evidence_of(course.contract.id, number)
    told = of_period(evidence, period, periods)
    figures, _ = public_figures(told, period, list(yearly._earlier(course.contract.id, number)))
    return yearly.yearly_facts(told, period, figures)


def test_the_command_writes_two_pages_in_each_language_and_the_same_again(course, tmp_path):
    contract = course.contract.id
    run = maalbar("yearly-report", contract, "3", "--out", str(tmp_path / "one"), "--json")
    assert (run.returncode, run.stderr) == (0, "")
    told = json.loads(run.stdout)
    assert (told["settlement"], [Path(file["path"]).name for file in told["files"]]) == (
        2,
        [f"{contract}__{name}" for name in (
            "aarsrapport-3.pdf", "aarsrapport-3.html", "yearly-report-3.en.pdf", "yearly-report-3.en.html",
        )],
    )  # fmt: skip
    for file in told["files"]:
        assert sha256_of(Path(file["path"]).read_bytes()) == file["sha256"]
        if file["path"].endswith(".pdf"):
            assert len(pypdf.PdfReader(io.BytesIO(Path(file["path"]).read_bytes())).pages) == 2
    number, again = yearly.yearly_report(contract, "3", tmp_path / "two")
    assert (number, [one.sha256 for one in again]) == (2, [file["sha256"] for file in told["files"]])


def test_what_is_owed_is_what_the_ledger_holds_of_the_periods_until_then(course):
    for period, number in (("1", 1), ("3", 2)):
        evidence, _ = evidence_of(course.contract.id, number)
        facts = _facts(course, period, number)
        assert sum(paid.settled_minor for paid in facts.paid) == sum(e["amount_minor"] for e in evidence.entries)
        assert [paid.cap_minor for paid in facts.paid] == [3_600_000_00, 1_300_000_00, 1_200_000_00]


def test_effects_and_passport_are_those_of_the_statement(course):
    facts, statement = _facts(course, "3", 2).statement, course.facts["3"]
    assert (facts.effects, facts.course, facts.passport) == (statement.effects, statement.course, statement.passport)


def test_what_the_statement_withholds_the_report_withholds_too(course):
    seen = 0
    for period, number in (("1", 1), ("2", 2), ("3", 2)):
        facts = _facts(course, period, number)
        hidden = {
            r.window
            for r in course.facts[period].rates
            if (r.outcome, r.arm, r.value) == (facts.statement.effects[0].outcome, "treated", None)
        }
        told = {arm.window: arm.treated for arm in (facts.rates.arms if facts.rates else ())}
        assert all(told[window] is SUPPRESSED for window in hidden & set(told))
        seen += len(told)
        followed = {f.period: f.counts.get("deaths") for f in course.facts[period].followed if f.arm == "treated"}
        for arm in facts.mortality:
            if followed[arm.window] is None:
                assert arm.treated is SUPPRESSED
    assert seen == 2 + 3 + 4, "the last window before the start, and every period so far"


def test_deaths_are_few_in_a_small_rehearsal_and_so_withheld(course):
    facts = _facts(course, "1", 1)
    document, _ = yearly_document(facts)
    assert SUPPRESSED in [arm.treated for arm in facts.mortality]
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


def test_a_period_that_is_in_no_calendar_is_refused_in_one_line(results_database, tiny_contract, tmp_path):
    settled_contract = tiny_contract()
    measured(settled_contract, "1", "0.05")
    settled(settled_contract, "1")
    run = maalbar("yearly-report", "tiny", "9", "--out", str(tmp_path))
    assert run.returncode != 0 and run.stderr.startswith("error: tiny has no report of 9")
    assert len(run.stderr.splitlines()) == 1
