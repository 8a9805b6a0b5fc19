"""`maalbar settle --results`: what it prints, the shape of its JSON, and one clear line with the right code for bad input."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import warnings
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from maalbar.cli import main
from maalbar.contract import load_agreement
from maalbar.settings import PROJECT

ORACLES = PROJECT / "tests" / "oracles"
HANDED_IN = PROJECT / "tests" / "contracts" / "handed_in.yaml"
HEADER = "period,outcome,unit,value\n"


@dataclass
class Run:
    returncode: int
    stdout: str
    stderr: str


def settle(*words: str | Path) -> Run:
    """Run the command in this process."""
    out, error = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(error), warnings.catch_warnings():
        patch.setattr(sys, "argv", ["maalbar", "settle", *map(str, words)])
        patch.setenv("COLUMNS", "60")
        with pytest.raises(SystemExit) as ended:
            main()
    return Run(int(ended.value.code or 0), out.getvalue(), error.getvalue())


def as_json(agreement: Path, results: Path) -> dict[str, Any]:
    run = settle(agreement, "--results", results, "--json")
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def in_currency(folder: Path, currency: str, price: str) -> Path:
    """Denver's agreement in another currency, at another price a day, with 10 days of results beside it."""
    text = (ORACLES / "denver_h2h.yaml").read_text(encoding="utf-8")
    path = folder / "denver_h2h.yaml"
    path.write_text(text.replace("19.25 USD", f"{price} {currency}").replace("USD", currency), encoding="utf-8")
    path.with_suffix(".csv").write_text(f"{HEADER}1,days_housed,units,10\n")
    return path


# What is printed


def test_a_calculation_is_printed_so_that_it_can_be_read():
    run = settle(ORACLES / "denver_sib.yaml", "--results", ORACLES / "denver_sib.csv")
    assert (run.returncode, run.stderr) == (0, "")
    digest = load_agreement(ORACLES / "denver_sib.yaml").digest[:16]
    assert (
        [line.rstrip() for line in run.stdout.splitlines()]
        == f"""\
Denver Supportive Housing SIB
terms {digest}; amounts in US dollars (USD)

owed                                    period 1        period 2             all
────────────────────────────────────────────────────────────────────────────────
Denver → Eight private investors
  Days housed                       3,913,932.96      620,978.40    4,534,911.36
  Days in jail                                 –    5,104,000.00    5,104,000.00

total                               3,913,932.96    5,724,978.40    9,638,911.36

period 1  2016-01-01 to 2020-06-30, paid by 2020-10-31
  Days housed: 258,858 units → earned US$3,913,932.96 so far → the period pays US$3,913,932.96
  Days in jail: not measurable (measured at the end): nothing is added, nothing taken back → earned US$0 so
      far → the period pays US$0

period 2  2020-07-01 to 2020-12-31, paid by 2021-07-15
  Days housed: 41,070 units → earned US$4,534,911.36 so far → of which granted before US$3,913,932.96 → the
      period pays US$620,978.40
  Days in jail: effect 31.90% → 49.07692308% of the target of 65% → US$10,400,000 × 100% × 49.07692308% =
      US$5,104,000 → earned US$5,104,000 so far → the period pays US$5,104,000

transfers    pay by        from      to                               amount
────────────────────────────────────────────────────────────────────────────
period 1     2020-10-31    Denver    Eight private investors    3,913,932.96
period 2     2021-07-15    Denver    Eight private investors    5,724,978.40

investors                       paid in    back unspent       principal         premium    return a year
────────────────────────────────────────────────────────────────────────────────────────────────────────
Eight private investors    8,600,000.00               –    8,600,000.00    1,038,911.36            2.20%

""".splitlines()
    )


def test_no_line_is_wider_than_a_page_and_ten_periods_stand_in_several_tables(tmp_path: Path):
    rows = [f'    - {{id: "{n}", from: {2013 + n}-01-01, to: {2014 + n}-01-01, run_after: {2014 + n}-02-01, '
            f'data_due: {2014 + n}-03-01, pay_by: {2014 + n}-04-01}}' for n in range(11)]  # fmt: skip
    head, _, rest = (ORACLES / "denver_h2h.yaml").read_text(encoding="utf-8").partition("  periods:\n")
    path = tmp_path / "denver_h2h.yaml"
    path.write_text(head + "  periods:\n" + "\n".join(rows) + "\noutcomes:" + rest.partition("\noutcomes:")[2])
    results = tmp_path / "r.csv"
    results.write_text(HEADER + "".join(f"{n},days_housed,units,{n}23456\n" for n in range(1, 11)))
    run = settle(path, "--results", results)
    assert max(map(len, run.stdout.splitlines())) <= 110
    tables = [line.split() for line in run.stdout.splitlines() if line.strip().startswith("owed")]
    assert [line[2::2] for line in tables] == [["1", "2", "3", "4"], ["5", "6", "7", "8"], ["9", "10"]]
    assert [line[-1] for line in tables] == ["4", "8", "all"]


def test_terms_that_nobody_has_agreed_are_marked(tmp_path: Path):
    path = in_currency(tmp_path, "DKK", "100")
    path.write_text(path.read_text(encoding="utf-8").replace("terms: agreed", "terms: illustrative"))
    run = settle(path, "--results", path.with_suffix(".csv"))
    assert "The terms are illustrative: nothing of this is owed." in run.stdout
    assert as_json(path, path.with_suffix(".csv"))["terms_are"] == "illustrative"


def test_money_back_and_what_is_not_owed_are_shown_with_their_sign(tmp_path: Path):
    results = tmp_path / "r.csv"
    results.write_text(f"{HEADER}1,runoff,%,-10\n")
    told = settle(ORACLES / "dc_water.yaml", "--results", results).stdout
    assert "−3,300,000.00" in told
    assert "2021-10-01    Investors    DC Water    3,300,000.00" in told
    assert "No money moves." in settle(ORACLES / "dc_water.yaml", "--results", ORACLES / "dc_water.csv").stdout


def test_what_a_file_says_is_never_read_as_markup(tmp_path: Path):
    results = tmp_path / "r.csv"
    results.write_text("period,outcome,unit,value,not_measurable\n1,days_housed,,,[red]no[/] :bomb: =HYPERLINK(1)\n")
    run = settle(ORACLES / "denver_h2h.yaml", "--results", results)
    assert (run.returncode, run.stderr) == (0, "")
    assert "not measurable ([red]no[/] :bomb: =HYPERLINK(1))" in run.stdout


# JSON

MONEY = {"amount_minor", "amount"}
KEYS = {
    "schema", "contract", "terms", "terms_are", "currency", "minor_per_major", "periods", "total", "payers", "recipients",
    "lines", "transfers", "set_off", "waived", "caps", "handed_on", "investors", "steps",
}  # fmt: skip


def test_the_json_has_these_keys_and_no_other():
    told = as_json(ORACLES / "cambodia_sanitation.yaml", ORACLES / "cambodia_sanitation.csv")
    assert set(told) == KEYS
    assert told["schema"] == "maalbar-settlement/1"
    assert set(told["lines"][0]) == {"period", "outcome", "payer", "recipient", "component", *MONEY}
    assert set(told["transfers"][0]) == {"settlement", "sender", "receiver", "pay_by", *MONEY}
    assert set(told["caps"][0]) == {"outcome", "payer", "recipient", "paid", "maximum", "left"}
    assert set(told["investors"][0]) == {"investor", "paid_in", "returned", "principal", "premium", "yearly_return"}
    assert set(told["steps"][0]) == {"period", "outcome", "kind", "explanation", "granted", "trail"}
    assert set(told["steps"][0]["trail"][0]) == {"rule", "after", "facts"}
    assert told["periods"] == ["1", "2", "3", "4"]
    assert told["caps"][0]["left"] == {"amount_minor": 0, "amount": "0.00"}
    assert told["investors"][0]["premium"] == {"amount_minor": 2_999_999_00, "amount": "2999999.00"}
    assert told["steps"][3]["trail"][0]["facts"]["maximum"] == {"amount_minor": 9_999_999_00, "amount": "9999999.00"}


def amounts(data: Any) -> list[tuple[int, str]]:
    """Every amount anywhere in the JSON."""
    if isinstance(data, dict):
        own = [(data["amount_minor"], data["amount"])] if set(data) >= MONEY else []
        return own + [found for part in data.values() for found in amounts(part)]
    return [found for part in data for found in amounts(part)] if isinstance(data, list) else []


@pytest.mark.parametrize(
    ("currency", "price", "minor", "written", "shown"),
    [
        ("USD", "19.25", 192_50, "192.50", "US dollars (USD)"),
        ("DKK", "1_000", 10_000_00, "10000.00", "Danish kroner (DKK)"),
        ("XAF", "12_345", 123_450, "123450", "Central African CFA francs (XAF)"),
        ("JPY", "7", 70, "70", "Japanese yen (JPY)"),
        ("KWD", "1.005", 10_050, "10.050", "Kuwaiti dinars (KWD)"),
        ("TND", "0.001", 10, "0.010", "Tunisian dinars (TND)"),
    ],
)
def test_every_amount_has_the_decimals_of_its_currency(currency, price, minor, written, shown, tmp_path: Path):
    path = in_currency(tmp_path, currency, price)
    told = as_json(path, path.with_suffix(".csv"))
    assert told["total"] == {"amount_minor": minor, "amount": written}
    decimals = len(written.partition(".")[2])
    assert told["minor_per_major"] == 10**decimals
    assert len(amounts(told)) > 10
    assert all(text == f"{number / 10**decimals:.{decimals}f}" for number, text in amounts(told))
    run = settle(path, "--results", path.with_suffix(".csv"))
    assert f"amounts in {shown}" in run.stdout
    assert f"{int(written.partition('.')[0]):,}{written[written.find('.') :] if decimals else ''}" in run.stdout


def test_a_process_of_its_own_says_the_same():
    words = ["settle", str(ORACLES / "denver_sib.yaml"), "--results", str(ORACLES / "denver_sib.csv"), "--json"]
    command = [sys.executable, "-c", "from maalbar.cli import main; main()", *words]
    run = subprocess.run(command, capture_output=True, text=True, check=True, cwd=PROJECT)
    assert (run.stdout, run.stderr) == (settle(*words[1:]).stdout, "")


def test_every_amount_on_the_way_is_told_in_minor_units_and_as_text():
    run = settle(ORACLES / "denver_sib.yaml", "--results", ORACLES / "denver_sib.csv", "--json")
    already = [
        stage["facts"]["already"]
        for step in json.loads(run.stdout)["steps"]
        for stage in step["trail"]
        if stage["rule"] == "already"
    ]
    # What the first settlement paid for the days: 258,858 × 15.12.
    assert {"amount_minor": 391_393_296, "amount": "3913932.96"} in already


# Bad input


@pytest.mark.parametrize(
    ("words", "code", "line"),
    [
        (["nowhere", "--results", "r.csv"], 3, "there is no contract `nowhere` — known: genindlaeggelser, plads_til_forskel, "
         "viborg_boligsocial"),
        (["viborg_boligsocia", "1"], 3, "there is no contract `viborg_boligsocia` — did you mean `viborg_boligsocial`?"),
        (["none.yaml", "--results", "r.csv"], 3, "none.yaml: cannot be read (No such file or directory) — check the path"),
        (["handed_in.yaml"], 9, "settle needs a period or a file of results — write PERIOD, or --results FILE.csv"),
        (["handed_in.yaml", "1", "--results", "r.csv"], 9,
         "settle needs a period or a file of results, and not both — write PERIOD, or --results FILE.csv"),
        (["handed_in.yaml", "--results", "none.csv"], 10,
         "none.csv: cannot be read (No such file or directory) — check the path"),
        (["handed_in.yaml", "--results", "empty.csv"], 10, "empty.csv: holds no results — give a row per period and outcome"),
        (["handed_in.yaml", "--results", "bare.csv"], 10,
         "bare.csv: period 1, satisfaction: the terms pay by `lower_limit`, and the result has no interval "
         "— give `low` and `high` with the result"),
        (["bad.yaml", "--results", "r.csv"], 3, "bad.yaml:2: id: `x` in a file named bad.yaml"),
    ],
)  # fmt: skip
def test_bad_input_gives_one_line_and_the_exit_code_of_its_kind(words, code, line, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MAALBAR_INVESTMENTS", str(PROJECT / "investments"))
    (tmp_path / "handed_in.yaml").write_text(HANDED_IN.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "bad.yaml").write_text("schema: maalbar/1\nid: x\n")
    (tmp_path / "empty.csv").write_text(HEADER)
    (tmp_path / "bare.csv").write_text(f"{HEADER}1,satisfaction,points,0.3\n")
    run = settle(*words)
    assert (run.returncode, run.stdout) == (code, "")
    assert run.stderr.splitlines()[0].startswith("error: ")
    if words[0] != "bad.yaml":
        assert run.stderr == f"error: {line}\n"
    else:
        assert all(told.startswith("error: bad.yaml:") for told in run.stderr.splitlines())


def test_every_fault_of_the_results_is_a_line_and_none_says_what_the_row_says(tmp_path: Path):
    results = tmp_path / "r.csv"
    results.write_text(f"{HEADER}1,days_housed,units,abc7331\n1,days_housed,%,7331\n9,days_housed,units,7331\n")
    run = settle(ORACLES / "denver_h2h.yaml", "--results", results)
    assert (run.returncode, run.stdout) == (10, "")
    assert [line.partition(" — ")[0] for line in run.stderr.splitlines()] == [
        f"error: {results}:2: column value: no number",
        f"error: {results}:3: column unit: does not fit the outcome",
        f"error: {results}:4: column period: no followed period",
    ]
    assert "7331" not in run.stderr
