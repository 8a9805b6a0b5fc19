"""Persons: whether those whom a delivery tells of are those whom the population knows, and are still who they were."""

from __future__ import annotations

from datetime import date

import pyarrow as pa

from maalbar import engine
from maalbar.engine import Given
from maalbar.periods import add_months
from transforms.history.look import Look, Part

DAYS_AFTER_DEATH = 60
"""Events may be told of until so long after a death: OHDSI Data Quality Dashboard, `plausibleBeforeDeath` (F38)."""
SETTLED_MONTHS = 3
"""So long before its day a delivery of the population knew who lived where."""
MUCH_ELSEWHERE = 0.25
"""Events while the person lived nowhere that is told. Who has moved away may still be told of, so it takes much to ask."""
SOME_GONE = 0.2
"""Of what stops a population whose persons are gone or appear: so much is warned of."""
SAME_CUT = "ask the sender whether both extracts are of the same persons and the same day"
SAME_IDS = "ask the sender whether the pseudonyms are still made in the same way"


def contradicted(events: Given, population: Given, max_unknown: float, max_wrong: float, small_cell: int) -> list[Look]:
    """Rows of unknown persons, before birth, after death and outside residence. `events`: (`person_id`, `happened_on`).

    More than `max_unknown` of the persons, or `max_wrong` of the rows before birth or long after death, stops; less is warned of.
    """
    tolerated = pa.table({"days_after_death": pa.array([DAYS_AFTER_DEATH], pa.int64())})
    given = {"events": events, "population": population, "tolerated": tolerated}
    (row,) = engine.run("intake/contradicted_events", given, engine="duckdb").to_pylist()
    late = f"rows are from more than {DAYS_AFTER_DEATH} days after the death"

    def part(name: str, whole: str = "entries") -> Part:
        return Part(row[name], row[whole], small_cell)

    return [
        part("unknown_persons", "persons").look(
            "unknown_persons", "persons are not in the population", 0.0, max_unknown, SAME_CUT
        ),
        part("before_birth").look(
            "before_birth", "rows are from before the month of birth", 0.0, max_wrong, "ask the sender which is right"
        ),
        part("after_death").look("after_death", late, 0.0, max_wrong, "ask the sender whether persons were mixed up"),
        part("elsewhere").look(
            "elsewhere", "rows are from a time when the person lived nowhere", MUCH_ELSEWHERE, None, SAME_CUT
        ),
    ]


def without_contact(diagnoses: Given, contacts: Given, limit: float, small_cell: int) -> Look:
    """Diagnoses of contacts that no delivery of contacts has. More than `limit` stops, less is warned of."""
    given = {"accepted": diagnoses, "contacts": contacts}
    (row,) = engine.run("intake/diagnoses_without_contact", given, engine="duckdb").to_pylist()
    ask = "ask the sender whether contacts and diagnoses were drawn together"
    part = Part(row["unmatched"], row["entries"], small_cell)
    return part.look("without_contact", "diagnoses have no contact", 0.0, limit, ask)


def changed(
    earlier: Given, now: Given, earlier_as_of: date, areas: pa.Table, max_gone: float, max_wrong: float, small_cell: int
) -> list[Look]:
    """Persons who are gone, have appeared in time already told of, or have another sex or birth month than before (F30).

    `areas`: (`area`, `arm`). More than `max_gone` of the persons gone or appeared stops, or `max_wrong` who are others.
    """
    day = add_months(earlier_as_of, -SETTLED_MONTHS)
    settled = pa.table({"day": pa.array([day], pa.date32())})
    given = {"earlier": earlier, "accepted": now, "settled": settled, "area_arms": areas}
    (row,) = engine.run("intake/changed_persons", given, engine="duckdb").to_pylist()
    some = SOME_GONE * max_gone

    def look(name: str, whole: str, words: str, warn: float, stop: float) -> Look:
        return Part(row[name], row[whole], small_cell).look(f"persons_{name}", words, warn, stop, SAME_IDS)

    return [
        look("gone", "persons_before", f"persons who lived somewhere on {day} are not here any more", some, max_gone),
        look(
            "appeared",
            "persons_now",
            f"persons who lived in the areas on {day} were not told of before",
            some,
            max_gone,
        ),
        look("other_sex", "persons_before", "persons have another sex than before", 0.0, max_wrong),
        look("other_birth_month", "persons_before", "persons have another birth month than before", 0.0, max_wrong),
    ]
