"""An indicator is a file: what it counts is changed by writing another, not by code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from maalbar import definitions
from maalbar.contract import Contract
from tests.transforms.small import rows, small_contract, unpaid
from transforms import indicators
from transforms.cohort import follow


def test_counted_sources_come_as_they_are_for_an_open_cohort(monkeypatch, tmp_path):
    _shelf(monkeypatch, tmp_path, "visits", "table: counts\nmeasure: visits")
    arm = {"source": "illustrative", "attribute": "sex"}
    open_cohort = {
        "kind": "open",
        "waves": [],
        "arms": {"treated": arm | {"values": ["F"]}, "comparison": arm | {"values": ["M"]}},
    }
    counts = """
        person_id | window_id | arm_value | measure | quantity
        p1        | b1        | F         | visits  | 300
        p1        | 1         | F         | visits  | 0
        p2        | 1         | M         | visits  | 250
        p3        | 1         | X         | visits  | 100
        p4        | 1         | F         | other   | 100
        p5        | 2         | F         | visits  | 100
    """
    contract = _contract(unpaid("visits@1", "difference"), **open_cohort)
    found = indicators.observe_counts(contract, {"counts": rows("counts", counts)}, "1").to_pylist()
    assert [(r["person_id"], r["arm"], r["window_id"], r["quantity"], r["person_days"]) for r in found] == [
        ("p1", "treated", "1", 0, 365),
        ("p1", "treated", "b1", 300, 366),
        ("p2", "comparison", "1", 250, 365),
    ]


def test_a_definition_is_a_file_and_a_new_rule_needs_no_code(monkeypatch, tmp_path):
    _shelf(
        monkeypatch, tmp_path, "day_stays", "table: contacts\nsector: hospital\npriority: [ATA2, ATA3]\nmin_hours: 1"
    )
    contract = _contract(unpaid("day_stays@1"))
    contacts = """
        person_id | started_on | priority | minutes
        anna      | 2020-08-01 | ATA3     | 60
        anna      | 2020-08-02 | ATA2     | 61
        anna      | 2020-08-03 | ATA3     | 59
        anna      | 2020-08-04 | ATA1     | 60
    """
    tables = {"population": rows("population", "person_id\nanna"), "contacts": rows("contacts", contacts)}
    found = indicators.observe(contract, tables, follow(contract, tables, "1"), "1").to_pylist()
    assert {row["window_id"]: row["quantity"] for row in found} == {"b1": 0, "1": 2}


def _contract(outcome: dict[str, Any], **cohort: object) -> Contract:
    """The small contract with one outcome, whose indicator lies on a shelf that the checks of contracts do not know."""
    data = small_contract().model_dump(mode="json", by_alias=True)
    data["outcomes"] = {"it": outcome}
    data["cohort"] |= cohort
    return Contract.model_validate(data)


def _shelf(monkeypatch: pytest.MonkeyPatch, folder: Path, name: str, rule: str) -> None:
    """Put one indicator of our own on a shelf of its own."""
    words = "{da: noget, en: something}"
    text = f"id: {name}\nversion: 1\ntitle: {words}\nunit: {words}\ncounts: {words}\nreference: here\n{rule}\n"
    (folder / "indicators").mkdir()
    (folder / "indicators" / f"{name}.v1.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(definitions.definition, "FOLDER", folder)
