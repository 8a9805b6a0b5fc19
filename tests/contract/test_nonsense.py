"""Contracts that are well formed and mean nothing: each is refused, with its line, before anything is measured by it."""

from __future__ import annotations

import pytest

# What is wrong: the changes to the tiny contract that make it so.
NONSENSE = {
    "negative share": [("share: 75 %", "share: 125 %"), ("share: 25 %", "share: -25 %")],
    "zero share": [("share: 75 %", "share: 100 %"), ("share: 25 %", "share: 0 %")],
    "negative premium": [("rate: 12 %", "rate: -12 %")],
    "quarantine 200": [("max_quarantined: 10 %", "max_quarantined: 200 %")],
    "neg min_age": [("min_age: 60", "min_age: -60")],
    "neg residence": [("residence_months: 6", "residence_months: -6")],
    "baseline dup id": [("id: b2", "id: b1")],
    "baseline overlap": [("{id: b2, from: 2020-07-01", "{id: b2, from: 2019-08-01")],
    "baseline not whole months": [("{id: b2, from: 2020-07-01", "{id: b2, from: 2020-07-03")],
    "period not whole months": [("to: 2023-07-01", "to: 2023-07-02")],
    "wave dup": [("id: w2", "id: w1")],
    "waves order": [("{id: w1, entry: 2021-07-01}", "{id: w1, entry: 2022-08-01}")],
    "timezone": [("Europe/Copenhagen", "Europe/Kopenhagen")],
    "indicator": [("hospital_contacts@1", "hospital_contact@1")],
    "unknown column": [("birth_month: born", "birth_mouth: born")],
    "codes of no column": [('is_care_home: {"0": "false"', 'is_carehome: {"0": "false"')],
    "code to unknown": [("mode: {W: web, P: paper}", "mode: {W: webb, P: paper}")],
    "constants": [("constants: {sector: hospital}", "constants: {sektor: hospital}")],
    "two columns one name": [("moved_out", "moved_in")],
    "no delivery for indicator": [
        ("hospital_contacts@1", "self_support_weeks@1"),
        ("table: benefits", "table: services"),
        ("shape: weekly_columns", "shape: rows"),
    ],
    "survey ratio": [("contrast: difference", "contrast: ratio")],
    "attribute arms in waves": [("areas: [north, east]", "attribute: female")],
    "cap payer is investor": [("{maximum: 150_000", "{payer: fund, maximum: 150_000")],
    "roles empty": [("roles: [evaluator]", "roles: []")],
    "value bearers neg": [("{region: 80 %, town: 20 %}", "{region: 180 %, town: -80 %}")],
}


@pytest.mark.parametrize("wrong", NONSENSE)
def test_nonsense_is_refused_at_its_line(refused, wrong):
    found = refused(*NONSENSE[wrong])
    assert all(line.startswith(f"{found.path}:") and " — " in line for line in found.error.lines)
