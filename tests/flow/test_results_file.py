"""Files of results: every row that is meant is read, and everything else is refused with its line, never with what it says."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maalbar.contract import Agreement, load_agreement
from maalbar.errors import ResultsRefused
from maalbar.flow import results_file
from maalbar.flow.calculate import calculate, computed
from maalbar.flow.calculated_data import as_data
from maalbar.flow.results_file import read_results
from maalbar.flow.results_rows import COLUMNS
from transforms.settlement import Claim, Interval, Result

AGREEMENT = Path(__file__).parents[1] / "contracts" / "handed_in.yaml"
CANARY = "7331"
"""A value that only the file knows."""
Reads = Callable[..., dict[tuple[str, str], Result]]


@pytest.fixture(scope="module")
def agreement() -> Agreement:
    return load_agreement(AGREEMENT)


@pytest.fixture
def reads(agreement: Agreement, tmp_path: Path) -> Reads:
    """Reads a file of this text, or of these bytes."""

    def read(text: str | bytes) -> dict[tuple[str, str], Result]:
        path = tmp_path / "r.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_results(agreement, path)[0]

    return read


@pytest.fixture
def refuses(reads: Reads, tmp_path: Path) -> Callable[[str | bytes], list[str]]:
    """The lines of a refusal, with the file's name cut to `r.csv`."""

    def refused(text: str | bytes) -> list[str]:
        with pytest.raises(ResultsRefused) as caught:
            reads(text)
        assert caught.value.exit_code == 10
        assert all("\n" not in line for line in caught.value.lines)
        return [line.removeprefix(f"{tmp_path}/") for line in caught.value.lines]

    return refused


def drawn(header: str, *rows: str) -> str:
    """A file, with every cell between bars."""
    return "\n".join(",".join(cell.strip() for cell in line.split("|")) for line in (header, *rows)) + "\n"


# What is read


def test_a_change_for_the_better_is_an_improvement_in_the_unit_of_the_target(reads):
    found = reads(drawn("period | outcome | unit | value", "1 | contacts | % | -8", "2 | contacts | % | 3.5",
                        "1 | satisfaction | points | 0.3", "1 | symptoms | points | -2"))  # fmt: skip
    assert found["1", "contacts"].period == Decimal("0.08")
    assert found["2", "contacts"].period == Decimal("-0.035")
    assert found["1", "satisfaction"].period == Decimal("0.3")
    assert found["1", "symptoms"].period == Decimal(2)


def test_a_level_is_never_turned(reads):
    found = reads(drawn("period | outcome | unit | value", "1 | in_work | % | 25", "1 | waiting | points | 12"))
    assert found["1", "in_work"].period == Decimal("0.25")
    assert found["1", "waiting"].period == Decimal(12)


def test_an_interval_turns_with_its_value_and_scales_with_its_unit(reads):
    found = reads(drawn("period | outcome | unit | value | low | high | standard_error",
                        "1 | contacts | % | -8 | -12 | -4 | 2",
                        "1 | satisfaction | points | 0.3 | 0.1 | 0.5 | "))  # fmt: skip
    assert found["1", "contacts"].period_interval == Interval(Decimal("0.04"), Decimal("0.12"), Decimal("0.02"))
    assert found["1", "satisfaction"].period_interval == Interval(Decimal("0.1"), Decimal("0.5"))


def test_a_standard_error_alone_gives_the_interval(reads):
    interval = reads(drawn("period | outcome | unit | value | standard_error", "1 | contacts | % | -8 | 1"))[
        "1", "contacts"
    ].period_interval
    assert interval is not None
    assert interval.standard_error == Decimal("0.01")
    assert (round(interval.low, 4), round(interval.high, 4)) == (Decimal("0.0604"), Decimal("0.0996"))


def test_both_bases_are_kept_apart(reads):
    found = reads(drawn("period | outcome | unit | value | basis", "1 | contacts | % | -8 | period",
                        "1 | contacts | % | -9 | cumulative"))["1", "contacts"]  # fmt: skip
    assert (found.period, found.cumulative) == (Decimal("0.08"), Decimal("0.09"))


def test_two_estimators_stand_beside_each_other_for_the_fallback(reads, agreement):
    found = reads(drawn("period | outcome | unit | value | estimator | not_measurable",
                        "1 | symptoms | | | trial | too few returned", "2 | symptoms | points | -4 | trial |",
                        "2 | symptoms | points | -2 | difference_in_differences | "))  # fmt: skip
    assert found["1", "symptoms"].not_measurable == "too few returned"
    assert found["2", "symptoms"].period == Decimal(4)
    assert found["2", "symptoms"].others["difference_in_differences"].period == Decimal(2)


def test_claims_say_who_when_what_and_in_which_state(reads):
    found = reads(drawn("period | outcome | unit | value | person | dated | milestone | item | cohort | state",
                        "1 | plans | units | 12 | | | | | | ",
                        "1 | weeks | units | 3.5 | p1 | 2021-02-28 | | part | late | claimed",
                        "1 | job | units | 1 | p1 | 2021-03-01 | course | | | "))  # fmt: skip
    assert found["1", "plans"].claims == (Claim(Decimal(12)),)
    assert found["1", "weeks"].claims == (
        Claim(Decimal("3.5"), "p1", date(2021, 2, 28), None, "part", "late", "claimed"),
    )
    assert found["1", "job"].claims == (Claim(Decimal(1), "p1", date(2021, 3, 1), "course"),)


def test_a_persons_own_result_is_one_claim_with_a_value(reads):
    found = reads(drawn("period | outcome | unit | value", "1 | literacy | points | 2.5", "1 | literacy | points | 1"))
    assert found["1", "literacy"].claims == (Claim(value=Decimal(1)), Claim(value=Decimal("2.5")))


def test_units_of_a_tariff_may_be_more_than_before(reads):
    found = reads(drawn("period | outcome | unit | value | item", "1 | avoided | units | 40 | bed_day",
                        "1 | avoided | units | -3 | visit"))  # fmt: skip
    assert [(claim.quantity, claim.item) for claim in found["1", "avoided"].claims] == [
        (Decimal(40), "bed_day"),
        (Decimal(-3), "visit"),
    ]


def test_savings_are_money_and_those_of_a_task_are_added_up(reads):
    found = reads(drawn("period | outcome | unit | value | task", "1 | spending | DKK | 125000.50 |",
                        "1 | contacts | % | -8 |", "1 | contacts | DKK | 100 | beds", "1 | contacts | DKK | 20 | beds",
                        "1 | contacts | DKK | 40 | care"))  # fmt: skip
    assert found["1", "spending"].period == Decimal("125000.50")
    assert found["1", "contacts"].savings == {"beds": Decimal(120), "care": Decimal(40)}
    assert found["1", "contacts"].period == Decimal("0.08")


def test_nothing_achieved_is_written_as_no_units_and_names_nobody(reads, agreement):
    found = reads(drawn("period | outcome | unit | value", "1 | weeks | units | 0", "1 | job | units | 0"))
    assert found["1", "weeks"] == found["1", "job"] == Result()
    assert computed(agreement, found, ["1"]).settlement.total == 0


def test_a_period_that_the_file_leaves_out_is_not_measurable_and_adds_nothing(agreement, tmp_path):
    path = tmp_path / "r.csv"
    path.write_text(drawn("period | outcome | unit | value", "1 | plans | units | 1", "3 | plans | units | 2"))
    found = calculate(agreement, path)
    assert found.periods == ["1", "2", "3"]
    assert {line.period: line.amount for line in found.settlement.lines} == {"1": 1_000_00, "3": 2_000_00}
    missing = next(s for s in found.settlement.steps if (s.period, s.outcome) == ("2", "plans"))
    assert missing.result.not_measurable == "no_result"


@pytest.mark.parametrize(
    "written",
    [
        "period,outcome,unit,value\n1,contacts,%,-8\n",
        "\ufeffperiod,outcome,unit,value\n1,contacts,%,-8\n",
        "period,outcome,unit,value\r\n1,contacts,%,-8\r\n",
        "period;outcome;unit;value\n1;contacts;%;-8\n",
        "value,unit,outcome,period\n-8,%,contacts,1\n",
        " period , outcome , unit , value \n 1 , contacts , % , -8 \n",
        '"period","outcome","unit","value"\n"1","contacts","%","-8"\n',
        "period,outcome,unit,value\n\n1,contacts,%,-8\n,,,\n\n",
        "period,outcome,unit,value,item,task,person\n1,contacts,%,-8,,,\n",
        "period,outcome,unit,value\n1,contacts,%,-8.000",
    ],
    ids=[
        "plain",
        "bom",
        "crlf",
        "semicolon",
        "reordered",
        "spaces",
        "quoted",
        "empty lines",
        "empty columns",
        "no end",
    ],
)
def test_a_file_says_the_same_however_it_is_written(written, reads):
    assert reads(written) == {("1", "contacts"): Result(period=Decimal("0.08"))}


# What is refused


def test_every_fault_of_a_file_is_a_line_of_its_own_in_order(refuses):
    assert refuses(drawn("period | outcome | unit | value", "0 | contacts | % | 1", "1 | contact | % | 1",
                         "1 | contacts | % | -8", "1 | contacts | % | -8", "1 | plans | units | x")) == [
        "r.csv:2: column period: no followed period — name one of 1, 2, 3",
        "r.csv:3: column outcome: no outcome of the contract — use contacts, satisfaction, symptoms, in_work, waiting, "
        "spending, avoided, plans, weeks, job, literacy, shown",
        "r.csv:5: columns period, outcome and basis: a second figure for the same three — keep one row",
        "r.csv:6: column value: no number — write at most 15 digits, a point and 12 digits, like `12.5`, "
        "without unit or thousands",
    ]  # fmt: skip


COLUMN_LIST = ", ".join(COLUMNS)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "r.csv:1: has no column period"),
        ("period,outcome,unit\n", "r.csv:1: has no column value"),
        ("period,outcome,unit,value,colour\n", "r.csv:1: column number 5 has no name that is known"),
        ("period,outcome,unit,value,unit\n", "r.csv:1: column unit is there twice"),
        ("Period,outcome,unit,value\n", "r.csv:1: has no column period"),
    ],
)
def test_a_wrong_header_is_told_by_its_columns(text, line, refuses):
    assert refuses(text)[0] == f"{line} — the columns are {COLUMN_LIST}"


def test_a_file_that_is_no_table_is_one_error_and_does_not_give_its_first_row_away(refuses):
    assert refuses(f"{CANARY},{CANARY},{CANARY},{CANARY}\n") == [
        f"r.csv:1: is no table of results: its first line names no column — the columns are {COLUMN_LIST}"
    ]


def test_a_header_alone_holds_no_results(refuses):
    assert refuses("period,outcome,unit,value\n") == ["r.csv: holds no results — give a row per period and outcome"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"period,outcome,unit,value\n1,plans,units,1\n1,plans,units,\xe6\n", "r.csv:3: not UTF-8"),
        (drawn("period | outcome | unit | value").encode("utf-16"), "r.csv:1: not UTF-8"),
        (b'period,outcome,unit,value\n1,plans,units,"1\n', "r.csv:2: no CSV: unexpected end of data"),
        (b'period,outcome,unit,value\n1,plans,units,"1"2\n', "r.csv:2: no CSV: ',' expected after '\"'"),
        (b"period,outcome,unit,value\n1,plans,units,1,2\n", "r.csv:2: 5 cells under 4 columns"),
        (b"period,outcome,unit,value\n1,plans,units\n", "r.csv:2: 3 cells under 4 columns"),
        (b"period,outcome,unit,value\n1,plans,units,1," + b"9" * 200_000 + b"\n", "r.csv:2: no CSV: field larger"),
    ],
)
def test_what_is_no_table_is_refused_at_its_line(text, told, refuses):
    (line,) = refuses(text)
    assert line.startswith(told)


def test_a_file_that_is_not_there_is_one_line(agreement, tmp_path):
    with pytest.raises(
        ResultsRefused, match=r"none\.csv: cannot be read \(No such file or directory\) — check the path"
    ):
        read_results(agreement, tmp_path / "none.csv")
    with pytest.raises(ResultsRefused, match=r"cannot be read \(Is a directory\) — check the path"):
        read_results(agreement, tmp_path)


def test_a_file_without_end_is_not_read(refuses, monkeypatch):
    text = drawn("period | outcome | unit | value", *["1 | plans | units | 1"] * 9)
    monkeypatch.setattr(results_file, "MOST_ROWS", 5)
    assert refuses(text) == ["r.csv: more than 5 lines — divide the file by outcome"]
    monkeypatch.setattr(results_file, "MOST_BYTES", 10)
    assert refuses(text) == ["r.csv: larger than 0 MB — divide the file by outcome"]


def test_after_a_hundred_faults_the_rest_is_not_read(refuses):
    told = refuses(drawn("period | outcome | unit | value", *["1 | plans | units | x"] * 200))
    assert len(told) == 101
    assert told[-1] == "r.csv: at least 100 faults; what follows line 101 is not read — mend those first"


@pytest.mark.parametrize(
    "value",
    ["-8,5", "1.000,5", "1 000", "1_000", "8 %", "", "nan", "NaN", "inf", "-Infinity", "1e5", "1E5", "+8", ".5", "5.", "--8",
     "0x10", "١٢", "٨", "=1+1", "=cmd|' /C calc'!A0", "@SUM(A1)", "-\u00a08", "1" * 16, "0." + "1" * 13, "9" * 5_000, "½", "−8",
     "1\x00"],
)  # fmt: skip
def test_what_is_no_plain_number_is_refused_and_not_repeated(value, refuses):
    for outcome, unit in (("contacts", "%"), ("plans", "units"), ("spending", "DKK"), ("literacy", "points")):
        (line,) = refuses(f'period;outcome;unit;value\n1;{outcome};{unit};"{value}"\n')
        assert line.startswith("r.csv:2: column value: no number — write at most 15 digits")
        assert not value or value not in line.partition("—")[0].removeprefix("r.csv:2")


HEADER = (
    "period | outcome | unit | value | standard_error | low | high | basis | estimator | not_measurable | person | dated "
    "| milestone | item | cohort | state | task"
)


def row(**given: str) -> str:
    """A row of the full width, empty but for what is given."""
    return " | ".join(given.get(name, "") for name in COLUMNS)


FIGURE = {"period": "1", "outcome": "contacts", "unit": "%", "value": "-8"}
JOB = {
    "period": "1", "outcome": "job", "unit": "units", "value": "1", "person": CANARY, "dated": "2021-05-01",
    "milestone": "course",
}  # fmt: skip
WEEKS = {"period": "1", "outcome": "weeks", "unit": "units", "value": "1", "person": CANARY, "item": "full"}
SAVED = {"period": "1", "outcome": "contacts", "unit": "DKK", "value": CANARY, "task": "beds"}
MISSING = {"period": "1", "outcome": "contacts", "not_measurable": "no survey"}
MULTILINE = '"a\nb"'
ROWS: list[tuple[dict[str, str], str]] = [
    (FIGURE | {"period": CANARY}, "column period: no followed period"),
    (FIGURE | {"outcome": CANARY}, "column outcome: no outcome of the contract"),
    (FIGURE | {"unit": ""}, "column unit: does not fit the outcome — write `%`"),
    (FIGURE | {"unit": "points"}, "column unit: does not fit the outcome — write `%`"),
    (FIGURE | {"outcome": "spending", "unit": "EUR"}, "column unit: does not fit the outcome — write `DKK`"),
    (FIGURE | {"outcome": "plans"}, "column unit: does not fit the outcome — write `units`"),
    (FIGURE | {"outcome": "literacy"}, "column unit: does not fit the outcome — write `points`"),
    (FIGURE | {"outcome": "in_work", "unit": "points"}, "column unit: does not fit the outcome — write `%`"),
    (FIGURE | {"value": "-100.1"}, "column value: nothing falls by more than 100 %"),
    (FIGURE | {"low": CANARY, "high": CANARY}, "columns low and high: the value does not lie between them"),
    (FIGURE | {"low": "-4", "high": "-12"}, "columns low and high: the value does not lie between them"),
    (FIGURE | {"low": "-12"}, "columns low and high: one of the two is missing"),
    (FIGURE | {"high": "-4", "standard_error": "1"}, "columns low and high: one of the two is missing"),
    (FIGURE | {"low": "x" + CANARY, "high": "1"}, "column low: no number"),
    (FIGURE | {"standard_error": "-1"}, "column standard_error: negative"),
    (FIGURE | {"standard_error": "nan"}, "column standard_error: no number"),
    (FIGURE | {"basis": CANARY}, "column basis: not known — write `period` or `cumulative`"),
    (FIGURE | {"estimator": CANARY}, "column estimator: none that the outcome looks at — use matched_comparison"),
    (FIGURE | {"estimator": "trial"}, "column estimator: none that the outcome looks at — use matched_comparison"),
    (FIGURE | {"person": CANARY}, "column person: says nothing in the row of a figure"),
    (FIGURE | {"dated": "2021-05-01"}, "column dated: says nothing in the row of a figure"),
    (FIGURE | {"state": "claimed"}, "column state: says nothing in the row of a figure"),
    (MISSING | {"value": "1"}, "columns value and not_measurable: both are given"),
    (MISSING | {"basis": "period"}, "column basis: says nothing in the row of a missing result"),
    (MISSING | {"not_measurable": CANARY * 60}, "column not_measurable: no single line of at most 200 characters"),
    (MISSING | {"not_measurable": MULTILINE}, "column not_measurable: no single line of at most 200 characters"),
    (MISSING | {"not_measurable": "\x1b[31m"}, "column not_measurable: no single line of at most 200 characters"),
    (SAVED | {"task": CANARY}, "column task: none that the outcome is shared by — use beds, care"),
    (SAVED | {"outcome": "plans"}, "column task: none that the outcome is shared by — remove the row"),
    (SAVED | {"unit": "%"}, "column unit: does not fit the outcome — write `DKK`"),
    (SAVED | {"basis": "period"}, "column basis: says nothing in the row of a saving"),
    (JOB | {"value": "-1"}, "column value: a negative number of units"),
    (JOB | {"person": ""}, "column person: empty, and a limit holds per person"),
    (WEEKS | {"person": ""}, "column person: empty, and a limit holds per person"),
    (JOB | {"dated": ""}, "column dated: empty, and the price counts days between claims"),
    (JOB | {"dated": f"{CANARY}-01-32"}, "column dated: no day"),
    (JOB | {"dated": "01-05-2021"}, "column dated: no day"),
    (JOB | {"dated": "20210501"}, "column dated: no day"),
    (JOB | {"dated": "2021-W18-1"}, "column dated: no day"),
    (JOB | {"dated": "2022-01-01"}, "column dated: before the calendar, or after the period"),
    (JOB | {"dated": "2019-12-31"}, "column dated: before the calendar, or after the period"),
    (JOB | {"milestone": ""}, "column milestone: empty — use course, employed"),
    (JOB | {"milestone": CANARY}, "column milestone: not known — use course, employed"),
    (JOB | {"state": CANARY}, "column state: not known — use claimed, verified, rejected"),
    (JOB | {"item": "full"}, "column item: not known — leave the cell empty: the price knows none"),
    (WEEKS | {"item": ""}, "column item: empty — use full, part"),
    (WEEKS | {"item": CANARY}, "column item: not known — use full, part"),
    (WEEKS | {"milestone": "course"}, "column milestone: not known — leave the cell empty: the price knows none"),
    (WEEKS | {"basis": "period"}, "column basis: says nothing in the row of a claim"),
    (WEEKS | {"low": "1", "high": "2"}, "column low: says nothing in the row of a claim"),
    (WEEKS | {"estimator": "count"}, "column estimator: none that the outcome looks at — use given"),
]


@pytest.mark.parametrize(
    ("wrong", "told"), ROWS, ids=[f"{number:02} {told[:40]}" for number, (_, told) in enumerate(ROWS)]
)
def test_a_wrong_row_is_told_by_line_and_column_and_never_repeated(wrong, told, refuses):
    (line,) = refuses(drawn(HEADER, row(**WEEKS), row(**wrong)))
    number = 4 if wrong.get("not_measurable") == MULTILINE else 3
    assert line.startswith(f"r.csv:{number}: {told}")
    assert " — " in line
    assert CANARY not in line


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        (FIGURE, MISSING, "column not_measurable: another row gives a result or a reason"),
        (MISSING, MISSING, "column not_measurable: another row gives a result or a reason"),
        (MISSING, FIGURE, "column value: another row says that there is none"),
        (WEEKS, MISSING | {"outcome": "weeks"}, "column not_measurable: another row gives a result or a reason"),
        (MISSING | {"outcome": "weeks"}, WEEKS, "column value: another row says that there is none"),
        (FIGURE, FIGURE, "columns period, outcome and basis: a second figure for the same three"),
    ],
)
def test_rows_that_contradict_each_other_are_refused(first, second, told, refuses):
    (line,) = refuses(drawn(HEADER, row(**first), row(**second)))
    assert line.startswith(f"r.csv:3: {told}")


def test_a_result_lacking_what_the_terms_look_at_is_told_with_its_period(agreement, tmp_path):
    path = tmp_path / "r.csv"
    path.write_text(drawn("period | outcome | unit | value | low | high", "1 | satisfaction | points | 0.3 | 0.1 | 0.5",
                          "2 | satisfaction | points | 0.3 | | "))  # fmt: skip
    with pytest.raises(ResultsRefused) as caught:
        calculate(agreement, path)
    assert caught.value.lines == [
        f"{path}: period 2, satisfaction: the terms pay by `lower_limit`, and the result has no interval "
        "— give `low` and `high` with the result"
    ]
    path.write_text(drawn("period | outcome | unit | value | basis", "1 | contacts | % | -8 | cumulative"))
    with pytest.raises(
        ResultsRefused, match="period 1, contacts: the terms look at the result of basis `period`, and none is"
    ):
        calculate(agreement, path)


def test_the_largest_numbers_that_are_read_are_settled_exactly(agreement, tmp_path):
    path = tmp_path / "r.csv"
    path.write_text(drawn("period | outcome | unit | value", "1 | plans | units | 999999999999999.999999999999"))
    assert (
        calculate(agreement, path).settlement.total == 100_000_000_000_000_000_000
    )  # øre: 10**15 plans at 1,000 kroner


def test_what_a_row_may_say_follows_the_amendments_of_its_period(tmp_path):
    amendment = """
amendments:
  - id: whole_weeks
    from_period: "2"
    dated: 2021-12-01
    body: The council
    changes: {outcomes.weeks.price.rates.0.item: whole}
    source: illustrative
"""
    (tmp_path / "handed_in.yaml").write_text(AGREEMENT.read_text(encoding="utf-8") + amendment, encoding="utf-8")
    agreement, path = load_agreement(tmp_path / "handed_in.yaml"), tmp_path / "r.csv"
    rows = [WEEKS | {"person": "a", "period": period, "item": item} for period, item in (("1", "full"), ("2", "whole"))]
    path.write_text(drawn(HEADER, *(row(**given) for given in rows)))
    assert [line.amount for line in calculate(agreement, path).settlement.lines] == [200_00, 200_00]
    path.write_text(drawn(HEADER, row(**rows[0] | {"period": "2"}), row(**rows[1] | {"period": "1"})))
    with pytest.raises(ResultsRefused) as caught:
        read_results(agreement, path)
    assert [line.removeprefix(f"{path}:") for line in caught.value.lines] == [
        "2: column item: not known — use whole, part",
        "3: column item: not known — use full, part",
    ]


def test_a_claim_that_is_handed_in_twice_is_refused_in_whichever_period(agreement, tmp_path):
    claim = JOB | {"person": "a", "dated": "2021-02-01", "milestone": "course"}
    path = tmp_path / "r.csv"
    path.write_text(drawn(HEADER, row(**claim), row(**claim)))
    with pytest.raises(ResultsRefused, match=r"r\.csv:3: columns person and dated: another row claims the same"):
        read_results(agreement, path)


# The order of rows


WRITTEN = [
    *(FIGURE | {"period": period, "value": value} for period, value in (("1", "-8"), ("2", "-4.5"), ("3", "2"))),
    *(SAVED | {"value": value, "task": task} for value, task in (("10", "beds"), ("7", "care"), ("5", "beds"))),
    MISSING | {"outcome": "symptoms", "estimator": "trial"},
    FIGURE | {"outcome": "symptoms", "unit": "points", "estimator": "difference_in_differences"},
    *(JOB | {"person": who, "dated": day, "milestone": step} for who, day, step in (
        ("a", "2021-02-01", "course"), ("a", "2021-03-15", "employed"), ("b", "2021-03-01", "course"),
        ("b", "2021-03-02", "employed"), ("c", "2021-05-05", "course"), ("c", "2021-05-06", "course"))),
    *(WEEKS | {"person": who, "value": weeks, "item": item, "cohort": cohort} for who, weeks, item, cohort in (
        ("a", "7", "full", ""), ("a", "7", "part", "late"), ("b", "3", "full", "late"), ("b", "9", "full", ""),
        ("c", "11", "part", ""))),
]  # fmt: skip


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False))
def test_rows_in_any_order_give_the_same_results_and_the_same_money(agreement, tmp_path, chance: random.Random):
    rows = [row(**given) for given in WRITTEN]
    path = tmp_path / "r.csv"
    path.write_text(drawn(HEADER, *rows))
    before, periods = read_results(agreement, path)
    chance.shuffle(rows)
    path.write_text(drawn(HEADER, *rows))
    after, _ = read_results(agreement, path)
    assert after == before
    assert computed(agreement, after, periods).settlement.lines == computed(agreement, before, periods).settlement.lines


CELLS = {
    "period": st.sampled_from(["1", "2", "3"]),
    "outcome": st.sampled_from(["contacts", "satisfaction", "avoided", "plans", "weeks", "job", "literacy", "shown"]),
    "unit": st.sampled_from(["%", "points", "units", "DKK"]),
    "value": st.sampled_from(["0", "1", "-8", "12.5", "-99.999999999999", "999999999999999", "-999999999999999", ""]),
    "standard_error": st.sampled_from(["", "", "1", "999999999999999"]),
    "low": st.sampled_from(["", "", "-999999999999999"]),
    "high": st.sampled_from(["", "", "999999999999999"]),
    "basis": st.sampled_from(["", "", "period", "cumulative"]),
    "estimator": st.sampled_from(["", "", "trial", "difference_in_differences"]),
    "not_measurable": st.sampled_from(["", "", "", "{broken: %s} few_events: 1"]),
    "person": st.sampled_from(["", "a", "b"]),
    "dated": st.sampled_from(["", "2021-03-01", "2021-12-31", "2022-06-01"]),
    "milestone": st.sampled_from(["", "course", "employed"]),
    "item": st.sampled_from(["", "bed_day", "visit", "full", "part"]),
    "cohort": st.sampled_from(["", "late"]),
    "state": st.sampled_from(["", "", "claimed"]),
    "task": st.sampled_from(["", "", "", "beds"]),
}
KINDS_OF_ROW = [
    ("contacts", "%", {"value", "low", "high", "standard_error", "basis"}),
    ("symptoms", "points", {"value", "estimator", "basis"}),
    ("symptoms", "", {"not_measurable", "estimator"}),
    ("satisfaction", "points", {"value", "low", "high"}),
    ("in_work", "%", {"value"}),
    ("waiting", "points", {"value"}),
    ("spending", "DKK", {"value"}),
    ("avoided", "units", {"value", "item"}),
    ("plans", "units", {"value", "state", "dated"}),
    ("weeks", "units", {"value", "person", "item", "cohort", "dated"}),
    ("job", "units", {"value", "person", "milestone", "dated"}),
    ("literacy", "points", {"value", "person"}),
    ("shown", "points", {"value", "low", "high", "basis"}),
    ("contacts", "DKK", {"value", "task"}),
]
"""Rows that have a chance to be taken, beside those that have none."""


@st.composite
def any_row(draw: st.DrawFn) -> str:
    outcome, unit, told = draw(st.sampled_from(KINDS_OF_ROW))
    given = {name: draw(CELLS[name]) for name in ("period", *sorted(told))} | {"outcome": outcome, "unit": unit}
    return row(**given) if draw(st.integers(0, 9)) else row(**{name: draw(cell) for name, cell in CELLS.items()})


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(any_row(), min_size=1, max_size=6))
def test_whatever_a_file_says_it_is_settled_and_told_or_refused_by_lines(agreement, tmp_path, rows):
    path = tmp_path / "r.csv"
    path.write_text(drawn(HEADER, *rows))
    try:
        found = calculate(agreement, path)
    except ResultsRefused as refused:
        assert all(line.startswith(str(path)) and " — " in line for line in refused.lines)
    else:
        told = as_data(found)
        assert told["total"]["amount_minor"] == sum(line.amount for line in found.settlement.lines)
