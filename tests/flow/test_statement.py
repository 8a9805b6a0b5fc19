"""Statements of a small rehearsal of Plads til Forskel: one settled alone, then two at once. Simulated once for all tests."""

from __future__ import annotations

import io
import itertools
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from html import unescape
from pathlib import Path

import psycopg
import pypdf
import pytest
from sqlalchemy import select, text

from maalbar import database, ledger, results, schema, store
from maalbar.contract import find_contract
from maalbar.database import transaction
from maalbar.documents.sections import statement_document
from maalbar.documents.wording import page_one
from maalbar.errors import SettlementRefused, StoreDamaged
from maalbar.flow import amounts, figures, statement
from maalbar.flow.cohort_figures import cohort_facts
from maalbar.flow.evidence import Evidence, gather
from maalbar.flow.trace import trace
from maalbar.flow.verify import verify
from maalbar.settings import settings
from maalbar.store import sha256_of
from tests.cli.test_commands import maalbar
from tests.documents.test_language import danish_in, words_of
from tests.flow.course import Course, Issued, run_course
from tests.owner import tamper
from tests.spreadsheet import payments_of


@pytest.fixture(scope="module")
def course(embedded_postgres, migrated_template, tmp_path_factory) -> Iterator[Course]:
    """The course of `tests/flow/course.py` on a database of its own, which stays open for the tests."""

    def administer(command: str) -> None:
        place = str(embedded_postgres.socket_folder)
        with psycopg.connect(host=place, user="postgres", dbname="postgres", autocommit=True) as link:
            link.execute(command)

    administer(f"create database statements template {migrated_template}")
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("statements")
        patch.setenv("MAALBAR_HOME", str(home))
        patch.setenv("MAALBAR_INVESTMENTS", str(home / "investments"))
        patch.setenv("MAALBAR_DATABASE_URL", embedded_postgres.url("statements"))
        yield run_course(home, patch)
        database.engine().dispose()
    administer("drop database statements with (force)")


def _of(issued: Issued, period: str, kind: str) -> bytes:
    return next(data for path, data in issued.items() if path.endswith(f"opgoerelse-{period}.{kind}"))


def _page_one(html: bytes) -> list[str]:
    """The numbered lines of page one, as text."""
    section = html.decode().split('class="page-one"')[1].split("</section>")[0]
    items = section.split("<li")[1:]
    plain = [unescape(re.sub(r"<[^>]*>", " ", item.partition(">")[2])) for item in items]
    return [" ".join(line.replace("\u202f", " ").replace("\u2011", "-").split()) for line in plain]


def _pages(pdf: bytes) -> list[str]:
    return [" ".join((page.extract_text() or "").split()) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


NAMES = ("opgoerelse-{}.pdf", "opgoerelse-{}.html", "statement-{}.en.pdf", "statement-{}.en.html")


def test_each_settled_period_has_its_statement_as_pdf_and_html_in_both_languages(course):
    for issued, number, periods in ((course.first, 1, "1"), (course.second, 2, "23")):
        names = [f"{course.contract.id}__{name.format(period)}" for period in periods for name in NAMES]
        folder = settings().statements / course.contract.id / f"settlement-{number}"
        assert [*issued] == [str(folder / name) for name in names]


def test_both_languages_tell_the_same_amounts_effects_and_passport(course):
    assert course.english.keys() == course.facts.keys()
    for period, danish in course.facts.items():
        english = course.english[period]
        assert [p.amount_minor for p in danish.payments] == [p.amount_minor for p in english.payments]
        assert [e.change for e in danish.effects] == [e.change for e in english.effects]
        assert danish.passport["id"] == english.passport["id"]
        assert sorted(danish.passport.values()) == sorted(english.passport.values())


def test_the_english_statement_has_no_danish_but_what_the_contract_has_in_danish_alone(course):
    for facts in course.english.values():
        assert danish_in(words_of(statement_document(facts), facts.danish)) == []


def test_a_statement_written_again_is_as_it_was_issued_and_is_never_met_half_written(course, tmp_path, monkeypatch):
    moved, rename = [], Path.replace

    def seen(self: Path, target: Path) -> Path:
        moved.append((target.exists(), self.parent == target.parent, sha256_of(self.read_bytes())))
        return rename(self, target)

    monkeypatch.setattr(Path, "replace", seen)
    number, written = statement.write_again(course.contract.id, "2", folder=tmp_path)
    assert number == 2 and [one.path.name.split("__")[1] for one in written] == [name.format(2) for name in NAMES]
    assert all(one.is_as_issued and sha256_of(one.path.read_bytes()) == one.registered for one in written)
    # Each comes into its name whole, from beside it.
    assert moved == [(False, True, one.sha256) for one in written]
    assert sorted(tmp_path.iterdir()) == sorted(one.path for one in written)


def test_an_issued_statement_is_not_written_over_by_another(course, monkeypatch):
    lay_out = statement.laid_out
    monkeypatch.setattr(statement, "laid_out", lambda facts: {n: data + b" " for n, data in lay_out(facts).items()})
    with pytest.raises(StoreDamaged, match="not the one that was issued, which is left as it is"):
        statement.issue(course.contract.id, 1)
    assert {path: Path(path).read_bytes() for path in course.first} == course.first


def test_a_period_that_a_settlement_has_no_statement_of_is_refused(course):
    with pytest.raises(SettlementRefused, match="settlement 2 has no statement of period 1"):
        statement.write_again(course.contract.id, "1", 2)
    with pytest.raises(SettlementRefused, match="period 4 has no statement"):
        statement.newest(course.contract.id, "4")


def test_the_command_tells_the_files_their_hashes_whether_they_are_as_issued_and_whether_the_statement_stands(
    course, tmp_path
):
    run = maalbar("statement", course.contract.id, "2", "--language", "en", "--out", str(tmp_path))
    assert run.returncode == 0, run.stderr
    *files, last = run.stdout.splitlines()
    names = [f"{course.contract.id}__statement-2.en.{kind}" for kind in ("pdf", "html")]
    assert files == [f"{tmp_path / name}  {sha256_of((tmp_path / name).read_bytes())}  as issued" for name in names]
    assert last == "settlement 2: current"
    told = json.loads(maalbar("statement", course.contract.id, "1", "--out", str(tmp_path), "--json").stdout)
    assert (told["number"], told["superseded_by"], told["told_in"]) == (1, None, None)
    assert [(one["language"], one["kind"], one["as_issued"]) for one in told["files"]] == [
        ("da", "pdf", True), ("da", "html", True), ("en", "pdf", True), ("en", "html", True),
    ]  # fmt: skip


def test_with_xlsx_the_command_also_writes_the_computation_and_it_comes_to_what_the_ledger_has(course, tmp_path):
    words = ("2", "--language", "da", "--out", str(tmp_path), "--xlsx")
    run = maalbar("statement", course.contract.id, *words)
    assert run.returncode == 0, run.stderr
    *_, told, last = run.stdout.splitlines()
    path = tmp_path / f"{course.contract.id}__beregning-2.xlsx"
    raw = path.read_bytes()
    assert told.startswith(f"{path}  {sha256_of(raw)}  the computation as formulas") and last == "settlement 2: current"
    paid = payments_of(raw)
    with transaction() as connection:
        entries = ledger.entries(connection, course.contract.id)
    for party, place in (("payer", 2), ("recipient", 3)):
        posted, computed = Counter[str](), Counter[str]()
        for entry in entries:
            posted[course.contract.parties[entry[party]].label] += entry["amount_minor"]
        for key, amount in paid.items():
            computed[key[place]] += int(amount * 100)
        assert +posted == +computed and sum(posted.values()) > 0


BAD = {
    "no such period": (("9",), 9, "has no statement of 9"),
    "no such language": (("1", "--language", "sv"), 9, "--language sv is none of documents"),
    "not of that settlement": (("1", "--number", "2"), 7, "settlement 2 has no statement of period 1"),
    "no such settlement": (("1", "--number", "9"), 7, "there is no proposal 9"),
    "not settled": (("4",), 7, "period 4 has no statement"),
}


@pytest.mark.parametrize(("words", "code", "said"), BAD.values(), ids=BAD.keys())
def test_the_command_refuses_what_has_no_statement_in_one_line(course, words, code, said):
    run = maalbar("statement", course.contract.id, *words)
    assert (run.returncode, run.stdout) == (code, "")
    assert run.stderr.startswith("error: ") and run.stderr.count("\n") == 1 and said in run.stderr


def test_the_command_ends_with_an_error_where_the_register_says_another_hash(course, tmp_path):
    mine = "period = '1' and language = 'da' and kind = 'pdf'"
    with database.transaction() as connection:
        kept = connection.execute(text(f"select sha256 from statement where {mine}")).scalar_one()
    tamper(f"update statement set sha256 = repeat('0', 64) where {mine}")
    try:
        run = maalbar("statement", course.contract.id, "1", "--language", "da", "--out", str(tmp_path))
    finally:
        tamper(f"update statement set sha256 = '{kept}' where {mine}")
    assert run.returncode == 8
    assert "NOT as issued" in run.stdout.splitlines()[0] and run.stdout.splitlines()[1].endswith("as issued")
    assert "settlement 1: the statement is not the one that was issued" in run.stderr


def test_every_statement_of_the_course_still_stands(course):
    for number, period in ((1, "1"), (2, "2"), (2, "3")):
        assert statement.standing(course.contract.id, number, period).is_current


@pytest.mark.parametrize("period", ["1", "2", "3"])
def test_page_one_has_nine_lines_and_the_pdf_says_the_same(course, period):
    issued = course.first if period == "1" else course.second
    lines = _page_one(_of(issued, period, "html"))
    assert len(lines) == 9
    assert lines[0].startswith(
        f"Opgørelse {period}: 1. juli {2019 + int(period)}–30. juni {2020 + int(period)}, Plads til Forskel."
    )
    beginnings = [
        "Opgørelse",
        "Region Midtjylland betaler",
        "Resultat:" if period == "1" else "Resultat over alle perioder til nu:",
        "Sikkerhed:",
        "Sundhedskompetence:" if period == "1" else "Sundhedskompetence over alle perioder til nu:",
        "Hvem:",
        "Beregnet værdi:",
        "Ændret siden sidst:",
        "Godkendt af",
    ]
    assert [line[: len(start)] for line, start in zip(lines, beginnings, strict=True)] == beginnings
    first_page = _pages(_of(issued, period, "pdf"))[0]
    assert all(start in first_page for start in beginnings)


def test_every_page_of_a_rehearsal_says_that_it_is_one(course):
    pages = _pages(_of(course.first, "1", "pdf"))
    assert len(pages) > 1
    assert all("ØVELSE" in page and "6 år tilbage" in page for page in pages)


def test_before_posting_a_statement_is_a_draft_and_after_it_is_approved(course):
    draft, final = (_page_one(_of(issued, "1", "html")) for issued in (course.draft, course.first))
    assert "Status: UDKAST" in draft[0] and "Status: GODKENDT" in final[0]
    assert draft[8].startswith("Ingen har godkendt endnu; afventer Region Midtjylland")
    assert "afventer" not in final[8]
    assert draft[1] == final[1], "the amounts are those that were proposed"


def test_issuing_again_gives_the_same_bytes(course):
    assert course.again == course.first


def test_what_is_issued_is_registered_by_its_hash_and_a_draft_is_not(course):
    with database.transaction() as connection:
        rows = (
            connection.execute(select(schema.statement).order_by("number", "period", "language", "kind"))
            .mappings()
            .all()
        )
    kept = {(row["number"], row["period"], row["file_name"]): row["sha256"] for row in rows}
    assert {(row["language"], row["kind"]) for row in rows} == {*itertools.product(("da", "en"), ("pdf", "html"))}
    issued = [(1, "1", course.first), (2, "2", course.second), (2, "3", course.second)]
    assert kept == {
        (n, period, Path(path).name): sha256_of(data)
        for n, period, files in issued
        for path, data in files.items()
        if f"-{period}." in Path(path).name
    }


def _entries(course: Course) -> list[dict]:
    with database.transaction() as connection:
        return ledger.entries(connection, course.contract.id)


def test_each_krone_is_told_of_in_one_statement(course):
    told = {period: sum(payment.amount_minor for payment in facts.payments) for period, facts in course.facts.items()}
    assert told == {
        period: sum(e["amount_minor"] for e in _entries(course) if e["period"] == period) for period in "123"
    }
    assert all(told.values())


def test_what_is_paid_in_all_grows_from_statement_to_statement_to_the_whole_ledger(course):
    region = {
        period: next(p for p in facts.payments if p.payer == "Region Midtjylland")
        for period, facts in course.facts.items()
    }
    paid = [region[period].settled_minor for period in "123"]
    assert paid == list(itertools.accumulate(region[period].amount_minor for period in "123"))
    assert paid[-1] == sum(e["amount_minor"] for e in _entries(course) if e["payer"] == "region_midtjylland")
    assert all(row.left_minor == 3_600_000_00 - row.settled_minor for row in region.values())


def test_the_course_shows_the_periods_so_far_and_no_later_ones(course):
    assert {period: list(facts.course) for period, facts in course.facts.items()} == {
        "1": ["1"],
        "2": ["1", "2"],
        "3": ["1", "2", "3"],
    }


def _evidence(course: Course, **deaths: int) -> Evidence:
    """The evidence of the first settlement, with other numbers of deaths in the first period."""
    with database.transaction() as connection:
        evidence = gather(connection, course.contract, 1)
    measured = evidence.measurements["1"]
    windows = [
        w | {"deaths": deaths.get(w["arm"], w["deaths"])} if w["window_id"] == "1" else w
        for w in measured["cohort"]["windows"]
    ]
    return replace(evidence, measurements={"1": measured | {"cohort": measured["cohort"] | {"windows": windows}}})


@pytest.mark.parametrize(("deaths", "shown"), [(0, 0), (1, None), (4, None), (5, 5), (12, 12)])
def test_a_count_from_one_to_four_is_withheld_with_the_rate_made_from_it(course, deaths, shown):
    evidence = _evidence(course, treated=deaths, comparison=20)
    cohort = cohort_facts(evidence, "1").page_one
    assert cohort.died == shown
    assert (cohort.mortality_treated is None) == (shown is None)
    line = page_one(replace(course.facts["1"], cohort=cohort))[5]
    assert ("antal døde er skjult" in line) == (shown is None)
    assert "None" not in line


def test_deaths_are_counted_over_all_periods_so_far(course):
    with database.transaction() as connection:
        windows = results.latest(connection, course.contract.id)["3"]["cohort"]["windows"]
    died = sum(w["deaths"] for w in windows if w["arm"] == "treated" and w["window_id"] in "123")
    assert course.facts["3"].cohort.died == figures.withheld(died, 5)


def test_no_figure_behind_the_effects_rests_on_one_to_four_persons_or_events(course):
    for facts in course.facts.values():
        assert all(row.persons is None or row.persons == 0 or row.persons >= 5 for row in facts.rates)
        assert all(row.events is None or row.events == 0 or row.events >= 5 for row in facts.rates)


def test_the_passport_names_every_delivery_by_its_hash(course):
    with database.transaction() as connection:
        delivered = results.delivered(connection, course.contract, "1")
    passport = course.facts["1"].passport
    assert {
        f"leverance {source} (sha256)": row["sha256"] for source, row in delivered.items()
    }.items() <= passport.items()
    assert passport["vilkår (sha256)"] == course.contract.digest
    assert f"pas {passport['id']}" in _page_one(_of(course.first, "1", "html"))[8]


def test_every_ledger_entry_stands_in_one_statement(course):
    told = Counter(entry.entry for facts in course.facts.values() for entry in facts.ledger)
    assert set(told.values()) == {1}


def test_person_years_do_not_give_a_withheld_count_away(course):
    with transaction() as connection:
        evidence = gather(connection, course.contract, 1)
    few = [
        row | {"persons": 3, "person_years": Decimal("2.7")} if row["arm"] == "treated" else row
        for row in evidence.values["1"]
    ]
    shown = figures.rate_facts(replace(evidence, values={"1": few}), "1")
    assert {fact.person_years for fact in shown if fact.persons is None} == {None}


def test_a_correction_of_the_newest_period_itself_is_told(course):
    with transaction() as connection:
        evidence = gather(connection, course.contract, 2)
    # As if an earlier settlement had booked period 3, and this one corrected it.
    mine = [entry | {"settlement": 1} for entry in evidence.entries if entry["period"] == "3"]
    lines = [line for line in evidence.lines if line["period"] == "3"]
    told = amounts.changes(replace(evidence, entries=mine, lines=lines))
    assert told == (("periode 3", sum(line["amount_minor"] for line in lines)),)


def test_a_contract_file_that_changed_later_changes_no_statement_of_what_was_settled(course):
    (file,) = settings().investments[0].glob("*.yaml")
    written = file.read_text(encoding="utf-8")
    try:
        file.write_text(written.replace("Region Midtjylland", "Region Utopia").replace("share: 75 %", "share: 74 %")
                        .replace("share: 25 %", "share: 26 %"), encoding="utf-8")  # fmt: skip
        assert find_contract(course.contract.id).digest != course.contract.digest
        again = {path: Path(path).read_bytes() for path in statement.issue(course.contract.id, 1)}
    finally:
        file.write_text(written, encoding="utf-8")
    assert again == course.first


def test_every_settlement_of_the_course_is_settled_again_from_its_results(course):
    found = verify(course.contract.id)
    assert (found.entries, found.settlements) == (len(_entries(course)), 2)
    assert sum(found.accounts.values()) == 0
    assert found.files > 0


def test_every_entry_is_followed_down_to_files_that_are_there_with_all_their_rows(course):
    for entry in _entries(course):
        found = trace(course.contract.id, entry["entry"])
        assert found.owed - sum(row["amount_minor"] for row in found.before) == entry["amount_minor"]
        assert {row["source"] for row in found.deliveries} == set(course.contract.deliveries)
        for row in found.deliveries:
            assert row["rows_in"] == row["rows_accepted"] + row["rows_quarantined"] + row["rows_collapsed"]
            assert sha256_of(store.get(course.contract.id, "raw", row["sha256"])) == row["sha256"]
        assert found.code["is_as_today"] and found.terms["is_as_today"]
