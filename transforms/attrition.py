"""Attrition: from the residents of the areas to those who entered, by arm and wave (the first half of a CONSORT table).

What became of them afterwards stands in `counts`, by window and arm.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from maalbar import engine
from transforms.followed import Tables

STEPS = ("entered_earlier", "care_home", "residence", "age_or_benefit", "earlier_use", "entered")
"""Every resident on the day of entry is in one step, the first that fits: in the cohort already, kept out, or entered."""


def attrition(given: Tables, arms: Sequence[str], *, asks_known_before: bool) -> list[dict[str, Any]]:
    """{arm, wave, step, persons}: `residents`, each of STEPS, and `known_before` of the entered where the contract asks.

    `given` holds candidates, cohort, known_before (persons with enough of it) and waves. Steps that befell nobody count 0.
    """
    found = {(r["arm"], r["wave_id"], r["step"]): r for r in engine.run("attrition", given).to_pylist()}
    waves = given["waves"].sort_by([("entry_on", "ascending"), ("wave_id", "ascending")])["wave_id"].to_pylist()
    rows = []
    for arm in arms:
        for wave in waves:
            persons = {step: found.get((arm, wave, step), {}).get("persons", 0) for step in STEPS}
            counted = {"residents": sum(persons.values())} | persons
            if asks_known_before:
                counted["known_before"] = found.get((arm, wave, "entered"), {}).get("known_before", 0)
            rows += [{"arm": arm, "wave": wave, "step": step, "persons": count} for step, count in counted.items()]
    return rows
