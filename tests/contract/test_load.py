"""A bad contract is refused with file, line, fault and remedy; each fault is shown by one small change of a good one."""

from __future__ import annotations

import pickle
import re

import pytest

from maalbar.contract import find_contract, load_all, load_contract
from maalbar.errors import ContractError

WRITTEN_WRONG = [
    ("an unknown key", "residence_months: 6", "residence_month: 6", "residence_month: 6",
     "cohort.eligibility.residence_month: unknown key",
     "did you mean `residence_months`?"),
    ("a missing key", "  timezone: Europe/Copenhagen\n", "", "calendar:", "calendar.timezone: is missing", "add it"),
    ("a statement without a source", "timezone: Europe/Copenhagen\n  source: minutes", "timezone: Europe/Copenhagen",
     "calendar:", "calendar.source: is missing", "add it"),
    ("an amount without its currency", "ceiling: 90_000 DKK", "ceiling: 90_000", "ceiling: 90_000",
     "mandates.0.ceiling: an amount is written with its currency, like `3_600_000 DKK`: "
     "`_` for thousands, a point for decimals", "mend the value"),
    ("a share without its unit", "share: 25 %", "share: 0.25", "share: 0.25",
     "outcomes.contacts.payments.1.share: a share is written with its unit, like `75 %` or `12.5 %`: "
     "a space before it, a point for decimals", "mend the value"),
    ("a target in an unknown unit", "target: 10 %", "target: 10 patients", "target: 10 patients",
     "outcomes.contacts.price.target: a figure is written with its unit, like `10 %`, `0.5 points` or `1_600 units`: "
     "a space before it, a point for decimals",
     "mend the value"),
    ("a day that does not exist", "dated: 2021-07-01", "dated: 2021-06-31", "dated: 2021-06-31",
     "terms.capital.drawdowns.0.dated: no such day in the calendar", "mend the value"),
    ("a date written another way", "dated: 2021-07-01", "dated: 01-07-2021", "dated: 01-07-2021",
     "terms.capital.drawdowns.0.dated: a date is written YYYY-MM-DD", "mend the value"),
    ("a yes that is no true", "dated: 2020-05-01}", "dated: 2020-05-01, public: yes}", "public: yes",
     "sources.minutes.public: write `true` or `false`", "mend the value"),
    ("a number in other signs", "min_age: 60", "min_age: sixty", "min_age: sixty",
     "cohort.eligibility.min_age: a number is written with digits and a point, like `12.5`", "mend the value"),
    ("a word that is not allowed", "basis: cumulative", "basis: accumulated", "basis: accumulated",
     "terms.basis: is not an allowed value", "use 'cumulative' or 'per_period'"),
    ("an id with a space", "payer: region\n    body", "payer: the region\n    body", "payer: the region",
     "mandates.0.payer: is not written as expected", "use a–z, 0–9, _ and -, without æ, ø, å or spaces"),
    ("an empty value",
     "summary: Fewer hospital contacts, higher life satisfaction, and plans that are paid by the piece.", "summary:",
     "summary:", "summary: is empty", "give a value"),
    ("the schema of another program", "schema: maalbar/1", "schema: maalbar/2", "schema: maalbar/2",
     "schema: is not an allowed value", "use 'maalbar/1'"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "at", "fault", "remedy"),
    [row[1:] for row in WRITTEN_WRONG],
    ids=[row[0] for row in WRITTEN_WRONG],
)
def test_what_is_written_wrong_is_named_with_its_line_and_remedy(refused, old, new, at, fault, remedy):
    found = refused((old, new))
    assert found.error.lines == [f"{found.path}:{found.line_of(at)}: {fault} — {remedy}"]


def test_all_that_is_written_wrong_is_found_at_once(refused):
    found = refused(
        ("ceiling: 90_000 DKK", "ceiling: 90_000"), ("min_age: 60", "age: 60"), ("share: 25 %", "share: 1/4")
    )
    assert [line.split(": ")[1] for line in found.error.lines] == [
        "mandates.0.ceiling",
        "cohort.eligibility.age",
        "outcomes.contacts.payments.1.share",
    ]
    assert found.error.line.endswith(" (and 2 more)")


def test_no_fault_is_more_than_one_line(refused):
    found = refused(("name: Tiny", 'name: {"a\\nb": c}'), ("user: fie", 'user: "f\\nie"'))
    assert all("\n" not in line for line in [found.error.line, *found.error.lines])


def test_a_file_is_named_as_its_contract(tiny_contract, investments):
    tiny_contract()
    path = (investments / "tiny.yaml").rename(investments / "teeny.yaml")
    with pytest.raises(ContractError) as caught:
        load_contract(path)
    assert caught.value.line == f"{path}:2: id: `tiny` in a file named teeny.yaml — name the file tiny.yaml"


def test_a_refusal_survives_the_way_between_two_processes(refused):
    error = refused(("share: 25 %", "share: 20 %"), ("user: fie", "user: tom")).error
    sent = pickle.loads(pickle.dumps(error))
    assert isinstance(sent, ContractError)
    assert sent.line == error.line
    assert sent.exit_code == error.exit_code


def test_a_contract_is_found_by_its_id(tiny_contract):
    assert tiny_contract(id="other") == find_contract("other")


def test_a_contract_that_is_not_there_is_answered_with_the_nearest_name(tiny_contract):
    tiny_contract(id="harbour"), tiny_contract(id="village")
    with pytest.raises(ContractError, match=re.escape("there is no contract `habour` — did you mean `harbour`?")):
        find_contract("habour")
    with pytest.raises(ContractError, match=re.escape("there is no contract `xyz` — known: harbour, village")):
        find_contract("xyz")


def test_where_there_is_no_contract_at_all_that_is_said(investments):
    with pytest.raises(ContractError, match="known: none"):
        find_contract("tiny")


@pytest.mark.parametrize("name", ["../tiny", "tiny.yaml", "", "*", "Tiny"])
def test_an_id_is_never_a_path_or_a_pattern(tiny_contract, name):
    tiny_contract()
    with pytest.raises(ContractError, match="there is no contract"):
        find_contract(name)


def test_all_contracts_of_the_folders_are_loaded_by_id(tiny_contract, investments):
    tiny_contract(id="b"), tiny_contract(id="a")
    assert list(load_all([investments])) == ["a", "b"]


def test_one_id_in_two_folders_is_refused(tiny_contract, investments, tmp_path):
    tiny_contract()
    (tmp_path / "more").mkdir()
    copy = tmp_path / "more" / "tiny.yaml"
    copy.write_bytes((investments / "tiny.yaml").read_bytes())
    with pytest.raises(
        ContractError, match=re.escape(f"{copy}: the contract `tiny` stands in two folders — remove one")
    ):
        load_all([investments, copy.parent])


def test_a_contract_cannot_be_changed_after_it_is_loaded(tiny_contract):
    with pytest.raises(ValueError, match="frozen"):
        tiny_contract().terms.currency = "EUR"


@pytest.mark.fault("F56")
def test_a_direction_that_contradicts_the_indicator_is_refused(tiny_contract):
    with pytest.raises(
        ContractError, match=r"outcomes\.satisfaction\.better: life_satisfaction@1 is better when higher"
    ):
        tiny_contract({"outcomes.satisfaction.better": "lower"})
