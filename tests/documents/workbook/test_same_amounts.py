"""The formulas of a workbook come to what is settled, to the øre, and so does a changed input: by an engine that is not ours."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from maalbar.contract import Agreement, load_agreement
from maalbar.contract.checks import faults
from maalbar.documents.workbook import workbook
from maalbar.flow.calculate import Calculation, computed
from maalbar.flow.results_file import read_results
from maalbar.flow.workbook import of_calculation, of_results
from maalbar.flow.workbook_given import measured as measured_as_given
from maalbar.flow.workbook_given import settled
from maalbar.money import minor_per_major
from maalbar.settings import PROJECT
from tests.contract_features.row import changed as with_terms
from tests.documents.workbook.made_up_results import made_up
from tests.documents.workbook.posted_course import posted_course
from tests.spreadsheet import Key, cell_of, changed, investors_of, payments_of, transfers_of, values_of
from tests.transforms.whole_language import RUN, Class, agreements, measured
from transforms.settlement import Result, Settlement, settle
from transforms.settlement.payable import by_period

EXAMPLES = PROJECT / "docs" / "examples"
FILES = sorted(
    path for folder in (EXAMPLES, EXAMPLES / "prices", PROJECT / "tests" / "oracles") for path in folder.glob("*.csv")
    if path.with_suffix(".yaml").exists()
)  # fmt: skip
FEATURES = sorted((EXAMPLES / "features").glob("*.yaml"))
SHIPPED = sorted((PROJECT / "investments").glob("*.yaml"))
WORDS = {"principal": "Hovedstol", "premium": "Risikotillæg"}
SET_OFF = {"terms.negative_difference": "set_off", "terms.left_at_end": "waive"}
Results = Mapping[tuple[str, str], Result]


def _workbook(agreement: Agreement, results: Results, run: Sequence[str]) -> tuple[bytes, Calculation]:
    found = computed(agreement, results, run)
    return of_calculation(found, results, {}, ""), found


def _paid(agreement: Agreement, settled: Settlement) -> dict[Key, Decimal]:
    """The lines of a settlement under the names that the sheet has for them; without what sums to nothing."""
    sums: dict[Key, int] = defaultdict(int)
    for line in settled.lines:
        title, payer, recipient = agreement.title_of(line.outcome)["da"], line.payer, line.recipient
        names = (agreement.parties[payer].label, agreement.parties[recipient].label)
        sums[line.period, title, *names, WORDS[line.component]] += line.amount
    one = minor_per_major(agreement.terms.currency)
    return {key: Decimal(amount) / one for key, amount in sums.items() if amount}


def _assert_all_alike(raw: bytes, found: Calculation) -> None:
    """Lines, transfers and investors are those of Maalbar."""
    agreement, one = found.agreement, minor_per_major(found.agreement.terms.currency)
    names = {party_id: party.label for party_id, party in agreement.parties.items()}
    assert payments_of(raw) == _paid(agreement, found.settlement)
    assert sorted(transfers_of(raw)) == sorted(
        (t.settlement, names[t.sender], names[t.receiver], Decimal(t.amount) / one) for t in found.payable.transfers
    )
    received = investors_of(raw)
    for mine in found.investors:
        for what, amount in (
            ("Indbetalt", mine.paid_in),
            ("Hovedstol", mine.principal),
            ("Risikotillæg", mine.premium),
        ):
            assert received[names[mine.investor], f"{what} i alt"] == amount / one
        if mine.yearly_return is not None and -0.99 < mine.yearly_return < 10:
            earned = received[names[mine.investor], "Årligt afkast (XIRR)"]
            assert earned == pytest.approx(float(mine.yearly_return), abs=2e-6)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_example_with_results_is_computed_alike(path):
    agreement = load_agreement(path.with_suffix(".yaml"))
    _assert_all_alike(*_workbook(agreement, *read_results(agreement, path)))


@pytest.mark.parametrize("path", FEATURES, ids=lambda path: path.stem)
def test_every_feature_of_the_language_is_computed_alike(path):
    agreement = load_agreement(path)
    run = [period.id for period in agreement.calendar.followed]
    _assert_all_alike(*_workbook(agreement, made_up(agreement, path.stem), run))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_period_of_a_shipped_contract_and_a_correction_of_them_are_computed_alike(path):
    agreement = load_agreement(path)
    run = [period.id for period in agreement.calendar.followed]
    # Whatever is corrected in the first period is also in what is measured over all periods so far.
    first, corrected = made_up(agreement, path.stem), made_up(agreement, "corrected")
    course = [*((first, run[: number + 1]) for number in range(len(run))), (corrected, run)]
    raw, found = posted_course(agreement, course)
    _assert_all_alike(raw, found)
    assert any(row[0] == str(len(run) + 1) for row in transfers_of(raw)), "the correction must move something"


@settings(
    max_examples=3,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # shrinking would compute hundreds of workbooks
    suppress_health_check=[HealthCheck.too_slow],
)
@given(agreements(Class(few=True)), measured(), st.sampled_from([RUN[:1], RUN[:2], RUN[:3]]), st.booleans())
def test_any_terms_and_any_results_are_computed_alike(agreement, results, run, is_set_off):
    agreement = with_terms(agreement, SET_OFF | {"terms.netting": "net"} if is_set_off else {})
    _assert_all_alike(*_workbook(agreement, results, run))


@pytest.fixture
def first() -> tuple[Agreement, dict[tuple[str, str], Result], list[str]]:
    path = EXAMPLES / "first.yaml"
    agreement = load_agreement(path)
    return agreement, *read_results(agreement, path.with_suffix(".csv"))


def test_a_changed_result_pays_what_settling_it_would_pay_and_the_check_says_that_it_differs(first):
    agreement, results, run = first
    raw, _ = _workbook(agreement, results, run)
    place = cell_of(raw, "Resultater", "2", "Ensomhed", "Resultat, alle perioder til nu", column="E")
    other = changed(raw, {place: 0.7})
    better = results | {("2", "loneliness"): Result(Decimal("0.7"), Decimal("0.7"))}
    expected = _paid(agreement, settle(agreement, better, run))
    assert expected != _paid(agreement, settle(agreement, results, run))
    assert payments_of(other) == expected
    assert values_of(other)["Kontrol", "H2"] > 0


def test_beside_every_step_in_ore_stands_the_same_in_kroner(first):
    values = values_of(_workbook(*first)[0], whole=True)
    steps = {place: value for (sheet, place), value in values.items() if sheet == "Beregning" and place[0] in "EFG"}
    rows = [place[1:] for place, unit in steps.items() if place[0] == "E" and unit == "mindste"]
    assert len(rows) > 10
    assert [steps[f"G{row}"] * 100 for row in rows] == pytest.approx([steps[f"F{row}"] for row in rows])


def test_what_is_owed_back_is_set_off_against_what_is_paid_later(first):
    agreement, results, run = first
    agreement = with_terms(agreement, SET_OFF)
    less = {**results, ("1", "loneliness"): Result(Decimal("0.4"), Decimal("0.4"))}
    raw, found = posted_course(agreement, [(results, ["1"]), (less, ["1"]), (less, run)])
    _assert_all_alike(raw, found)
    # 1.2 of 2 points of half of 400,000, and 140 visits of 500: 190,000. By 0.4 points it is 110,000. All of it is 450,000.
    assert transfers_of(raw) == [
        ("1", "Nordby", "Fonden", 190_000),
        ("3", "Nordby", "Fonden", 450_000 - 110_000 - 80_000),
    ]
    assert values_of(raw)["Kontrol", "H2"] == 0


def test_what_is_left_to_set_off_when_the_contract_ends_is_waived(first):
    agreement, results, run = first
    agreement = with_terms(agreement, SET_OFF)
    less = {**results, ("2", "loneliness"): Result(Decimal("0.4"), Decimal("0.4"))}
    raw, found = posted_course(agreement, [(results, run), (less, run)])
    _assert_all_alike(raw, found)
    # 0.4 of 2 points of 400,000, and visits up to their 150,000: 230,000 instead of 450,000.
    assert found.payable.waived == 220_000_00
    assert transfers_of(raw) == [("1", "Nordby", "Fonden", 450_000)]
    values = values_of(raw)
    assert (
        values[cell_of(raw, "Kontrol", "Eftergivet, da kontrakten sluttede", column="G")],
        values["Kontrol", "H2"],
    ) == (220_000, 0)


def test_a_layer_with_a_limit_and_a_guarantee_with_a_limit_are_handed_on_alike():
    agreement = load_agreement(EXAMPLES / "features" / "19-waterfall.yaml")
    capital = agreement.said()["terms"]["capital"]
    steps = [{"to": "senior", "for": "premium", "maximum": "10_000.01 USD"}, *capital["waterfall"]]
    guarantee = capital["guarantee"] | {"maximum": "33_333.33 USD"}
    agreement = with_terms(agreement, {"terms.capital.waterfall": steps, "terms.capital.guarantee": guarantee})
    results = {(period, "days_at_work"): Result(units=units) for period, units in (("1", 400), ("2", 350))}
    raw, found = _workbook(agreement, results, ["1", "2"])
    _assert_all_alike(raw, found)
    # 750,000 come in, of which 10,000.01 reward the senior layer first; the guarantee would cover 75 % of all of the junior's.
    assert sum(row.amount for row in found.handed_on if row.component == "premium") == 10_000_01
    assert sum(row.amount for row in found.handed_on if row.source == "guarantee") == 33_333_33


def test_what_stands_since_persons_were_erased_is_computed_alike(first):
    agreement, results, run = first
    stands = {("2", ("loneliness", "nordby", "fonden")): -70_000_01}
    found = settle(agreement, results, run, stands=stands)
    given = settled(agreement, found, run, (), by_period(agreement, found.lines, run), stands=stands)
    raw = workbook(agreement, measured_as_given(agreement, results, run), given, {}, {})
    assert payments_of(raw) == _paid(agreement, found)
    assert payments_of(raw) != _paid(agreement, settle(agreement, results, run))


def test_a_changed_day_of_the_capital_changes_what_it_has_earned_and_no_payment(first):
    agreement, results, run = first
    raw, found = _workbook(agreement, results, run)
    (mine,) = found.investors
    day = cell_of(raw, "Vilkår", "Kapital indbetalt, dag", column="D")
    later = changed(raw, {day: date(2027, 7, 1)})
    assert payments_of(later) == payments_of(raw)
    drawdown = {"investor": "fonden", "dated": "2027-07-01", "amount": "300_000 DKK"}
    (other,) = computed(with_terms(agreement, {"terms.capital.drawdowns": [drawdown]}), results, run).investors
    assert other.yearly_return > mine.yearly_return
    earned = investors_of(later)["Fonden", "Årligt afkast (XIRR)"]
    assert earned == pytest.approx(float(other.yearly_return), abs=2e-6)


def test_changed_terms_pay_what_settling_under_them_would_pay(first):
    agreement, results, run = first
    raw, _ = _workbook(agreement, results, run)
    cap = cell_of(raw, "Vilkår", "Loft over", "Nordby", column="D")
    rate = cell_of(raw, "Vilkår", "Risikotillæg", column="D")
    paths = {"terms.caps.0.maximum": "333_333.35 DKK", "terms.premium.rate": "7 %"}
    under = settle(with_terms(agreement, paths), results, run)
    assert payments_of(changed(raw, {cap: 333_333.35, rate: 0.07})) == _paid(agreement, under)


def test_a_result_that_is_not_measurable_pays_once_its_reason_is_deleted_and_a_number_is_written(first):
    agreement, results, run = first
    missing = results | {("1", "loneliness"): Result(not_measurable="few_events: treated_after; 10")}
    raw, found = _workbook(agreement, missing, run)
    assert payments_of(raw) == _paid(agreement, found.settlement)
    why = cell_of(raw, "Resultater", "1", "Ensomhed", "Ikke målbar, fordi (tom: målt)", column="E")
    value = cell_of(raw, "Resultater", "1", "Ensomhed", "Resultat, alle perioder til nu", column="E")
    again = changed(raw, {why: None, value: 1.2})
    assert payments_of(again) == _paid(agreement, settle(agreement, results, run))


@pytest.mark.parametrize(("rounding", "granted"), [("half_up", "0.13"), ("half_even", "0.12")])
def test_half_an_ore_is_rounded_as_the_terms_say(first, rounding, granted):
    agreement, _, _ = first
    changes = {
        "terms.rounding": rounding,
        "outcomes.loneliness.price.maximum": "0.25 DKK",
        "terms.premium.rate": "0 %",
    }
    agreement = with_terms(agreement, changes)
    assert faults(agreement) == []
    # All of the target in the first of two periods: half of 25 øre.
    raw, found = _workbook(agreement, {("1", "loneliness"): Result(Decimal(2), Decimal(2))}, ["1"])
    assert payments_of(raw) == _paid(agreement, found.settlement)
    assert set(payments_of(raw).values()) == {Decimal(granted)}


def test_the_same_computation_is_the_same_bytes_whenever_it_is_written(first, monkeypatch):
    agreement, results, run = first
    one = _workbook(agreement, results, run)[0]
    monkeypatch.setattr("time.localtime", lambda *_: (2031, 5, 6, 7, 8, 9, 1, 126, 0))
    assert _workbook(agreement, results, run)[0] == one
    assert b"2020-01-01" in zipfile.ZipFile(io.BytesIO(one)).read("docProps/core.xml")
    assert {part.date_time[0] for part in zipfile.ZipFile(io.BytesIO(one)).infolist()} == {2020}


def test_the_workbook_among_the_examples_is_what_the_command_writes():
    path = EXAMPLES / "every_step.yaml"
    written = load_workbook(io.BytesIO(of_results(load_agreement(path), path.with_suffix(".csv"))))
    kept = load_workbook(path.with_suffix(".xlsx"))
    assert kept.sheetnames == written.sheetnames
    for sheet in written:
        assert [*kept[sheet.title].iter_rows(values_only=True)] == [*sheet.iter_rows(values_only=True)]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="there is no LibreOffice here")
def test_libreoffice_computes_the_shipped_contracts_alike(tmp_path):
    for path in SHIPPED:
        agreement = load_agreement(path)
        run = [period.id for period in agreement.calendar.followed]
        raw, _ = _workbook(agreement, made_up(agreement, path.stem), run)
        (tmp_path / f"{path.stem}.xlsx").write_bytes(raw)
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "xlsx"]
    books = sorted(tmp_path.glob("*.xlsx"))
    subprocess.run([*command, "--outdir", tmp_path / "out", *books], check=True, capture_output=True, timeout=120)
    for book in books:
        check = load_workbook(tmp_path / "out" / book.name, data_only=True)["Kontrol"]
        assert check["H2"].value == 0
        assert sum(isinstance(row[6], int | float) for row in check.iter_rows(min_row=5, values_only=True)) > 10
