"""Every defect that is asked for is there, in one extract, and nowhere else."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import datetime
from pathlib import Path

import pytest

from maalbar.errors import ContractError
from maalbar.periods import billing_day, two_digit_week
from maalbar.simulate import DEFECTS, simulate

from .simulated import contract_of, read

CONTRACT = "plads_til_forskel"


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("clean")
    run(out)
    return out


def run(out: Path, *defects: str) -> None:
    simulate(contract_of(CONTRACT), out, people=30, effect=0.0, seed=2, periods=["1", "2"], defects=defects)


def rows(out: Path, source: str) -> list[dict[str, str]]:
    contract = contract_of(CONTRACT)
    names = {column: name for name, column in contract.deliveries[source].columns.items()}
    found = read(file(out, source), contract, source)
    return [{names.get(k, k): v for k, v in row.items()} for row in found]


def file(out: Path, source: str) -> Path:
    return out / source / f"{source}__{contract_of(CONTRACT).period('2').run_after}.csv"


def manifest(out: Path, source: str) -> dict[str, object]:
    return json.loads(file(out, source).with_suffix(".manifest.json").read_text())


def test_only_the_extract_asked_for_is_spoiled(clean: Path, tmp_path: Path) -> None:
    run(tmp_path, "duplicate_rows@gp_contacts@1")
    changed = [
        p.name for p in sorted(clean.rglob("*.csv")) if p.read_bytes() != (tmp_path / p.relative_to(clean)).read_bytes()
    ]

    assert changed == [f"gp_contacts__{contract_of(CONTRACT).period('1').run_after}.csv"]


def test_duplicate_rows(tmp_path: Path) -> None:
    run(tmp_path, "duplicate_rows@hospital_contacts")
    lines = file(tmp_path, "hospital_contacts").read_text().splitlines()

    assert len(lines) - len(set(lines)) == 5
    assert manifest(tmp_path, "hospital_contacts")["rows"] == len(lines) - 1


def test_end_before_start(clean: Path, tmp_path: Path) -> None:
    run(tmp_path, "end_before_start@hospital_contacts", "end_before_start@population")

    def wrong(out: Path, source: str, start: str, end: str) -> int:
        return sum(bool(row[end]) and row[end] < row[start] for row in rows(out, source))

    assert wrong(clean, "hospital_contacts", "started_at", "ended_at") == 0
    assert wrong(tmp_path, "hospital_contacts", "started_at", "ended_at") == 5
    assert wrong(tmp_path, "population", "resident_from", "resident_to") == 5


@pytest.mark.parametrize(
    ("source", "column"), [("hospital_contacts", "priority"), ("home_care", "service"), ("surveys", "mode")]
)
def test_unknown_code(source: str, column: str, tmp_path: Path) -> None:
    run(tmp_path, f"unknown_code@{source}")

    assert [row[column] for row in rows(tmp_path, source)].count("Z9") == 5


def test_missing_column(tmp_path: Path) -> None:
    run(tmp_path, "missing_column@surveys")

    assert "is_proxy" not in rows(tmp_path, "surveys")[0]


def test_cpr_in_id(tmp_path: Path) -> None:
    run(tmp_path, "cpr_in_id@benefits")

    assert len(re.findall(r"\d{6}-\d{4}", file(tmp_path, "benefits").read_text())) == 5


def test_null_ids(tmp_path: Path) -> None:
    run(tmp_path, "null_ids@home_care")

    assert [row["person_id"] for row in rows(tmp_path, "home_care")].count("") == 5


@pytest.mark.parametrize(
    ("source", "column"),
    [("hospital_contacts", "started_at"), ("gp_contacts", "billing_week"), ("surveys", "answered_on")],
)
def test_future_dates(source: str, column: str, tmp_path: Path) -> None:
    run(tmp_path, f"future_dates@{source}")
    contract = contract_of(CONTRACT)
    form = contract.deliveries[source].date_format
    texts = [row[column] for row in rows(tmp_path, source)]
    days = [
        billing_day(*two_digit_week(t)) if column == "billing_week" else datetime.strptime(t, form).date()
        for t in texts
    ]

    assert sum(day > contract.period("2").run_after for day in days) == 5


def test_truncated_file(clean: Path, tmp_path: Path) -> None:
    run(tmp_path, "truncated_file@gp_contacts")
    whole, cut = (file(out, "gp_contacts").read_bytes() for out in (clean, tmp_path))

    assert whole.startswith(cut) and len(cut) < len(whole) and not cut.endswith(b"\n")
    assert manifest(clean, "gp_contacts") == manifest(tmp_path, "gp_contacts")


def test_wrong_sha256(tmp_path: Path) -> None:
    run(tmp_path, "wrong_sha256@surveys")
    raw = file(tmp_path, "surveys").read_bytes()

    assert manifest(tmp_path, "surveys")["sha256"] != hashlib.sha256(raw).hexdigest()
    assert manifest(tmp_path, "surveys")["bytes"] == len(raw)


def test_missing_delivery(tmp_path: Path) -> None:
    run(tmp_path, "missing_delivery@surveys@1")
    folder = tmp_path / "surveys"

    assert sorted(p.name for p in folder.iterdir()) == sorted(
        [file(tmp_path, "surveys").name, file(tmp_path, "surveys").with_suffix(".manifest.json").name]
    )


@pytest.mark.parametrize("defect", DEFECTS)
@pytest.mark.parametrize("name", ["plads_til_forskel", "viborg_boligsocial"])
def test_every_defect_finds_a_place_of_its_own(defect: str, name: str, tmp_path: Path) -> None:
    contract = contract_of(name)
    last = contract.calendar.periods[-1].id
    simulate(contract, tmp_path / "clean", people=15, effect=0.0, seed=2, periods=[last])
    simulate(contract, tmp_path / "spoiled", people=15, effect=0.0, seed=2, periods=[last], defects=[defect])
    clean, spoiled = (
        {str(p.relative_to(tmp_path / side)): p.read_bytes() for p in (tmp_path / side).glob("*/*")}
        for side in ("clean", "spoiled")
    )

    assert {path.split("/")[0] for path in clean if clean[path] != spoiled.get(path)} != set()


def test_a_defect_that_a_source_cannot_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="no delivery `benefits` that can have the defect `end_before_start`"):
        run(tmp_path, "end_before_start@benefits")
