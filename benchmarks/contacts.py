"""Contacts of a whole country, invented: ten yearly Parquet files in key order, as a register of 6 million persons has them.

Run as `.venv/bin/python benchmarks/contacts.py FOLDER [persons]`: 6,000,000 persons have 300 million contacts (minutes, 3 GB of
memory at most, 4 GB of disk); 600,000 are the version for every day. The same seed gives the same files. A year's file is
`contacts_2020.parquet`, beside it `person_time_2020.parquet`, the living time of each person in that year's window.
Three in ten contacts are with hospitals; some follow within hours of the one before (a transfer) or within the month.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

FIRST_YEAR, YEARS = 2020, 10
A_YEAR = 5.25
"""Contacts a living person has in a year, on average: with those who die, 300 million in ten years."""
CHUNK = 200_000
"""Persons at a time: about a million contacts, one row group."""
DAY = 24 * 60
MIX = {"hospital": 0.3, "physical": 0.85, "virtual": 0.12, "long": 0.12, "acute": 0.35}
FOLLOWS = {"short": (0.04, 0.06), "long": (0.15, 0.27)}
"""How often a hospital contact is followed by one within hours, and by one within hours or the month, as it was short or long."""
SECTORS, PRIORITIES = ("primary", "hospital"), ("ATA1", "ATA3")
FORMS = ("K", "T", "E", "ALCA00", "ALCA03", "ALCA10")
UNITS = tuple(f"unit{number:03}" for number in range(200))
SPECIALTIES = ("80", "81", "S01", "S02", "S03", "S04", "S05")


def words(codes: np.ndarray, text: tuple[str, ...], absent: np.ndarray | None = None) -> pa.Array:
    """Codes as dictionary-encoded text."""
    index = pa.array(codes.astype("int32"), mask=absent)
    return pa.DictionaryArray.from_arrays(index, pa.array(text))


def whole(values: np.ndarray, kind: pa.DataType, absent: np.ndarray | None = None) -> pa.Array:
    return pa.array(values.astype("int32"), mask=absent).cast(kind)


@dataclass(frozen=True)
class Year:
    """A calendar year and its place in days and minutes since 1970."""

    number: int

    @property
    def start(self) -> int:
        return (date(self.number, 1, 1) - date(1970, 1, 1)).days

    @property
    def days(self) -> int:
        return (date(self.number + 1, 1, 1) - date(self.number, 1, 1)).days


def generate(folder: Path, persons: int, seed: int = 1) -> None:
    """Write all years of so many persons."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(FIRST_YEAR, FIRST_YEAR + YEARS):
        _write_year(folder, Year(number), persons, seed)
        print(f"{number} written", file=sys.stderr)


def _write_year(folder: Path, year: Year, persons: int, seed: int) -> None:
    writers: dict[str, pq.ParquetWriter] = {}
    known = (year.number - FIRST_YEAR) * 2**27
    for first in range(0, persons, CHUNK):
        ids = np.arange(first, min(first + CHUNK, persons), dtype="int32")
        living = _living(ids, year, seed)
        contacts = _contacts(ids, year, known, seed, living)
        known += contacts.num_rows
        for name, table in (("contacts", contacts), ("person_time", _person_time(ids, year, living))):
            if name not in writers:
                path = folder / f"{name}_{year.number}.parquet"
                writers[name] = pq.ParquetWriter(path, table.schema, compression="zstd", store_schema=False)
            writers[name].write_table(table, row_group_size=1 << 20)
    for writer in writers.values():
        writer.close()


def _living(ids: np.ndarray, year: Year, seed: int) -> np.ndarray:
    """Days lived in the year: one person in a hundred dies in each of them; 0 for those who died before."""
    chance = np.random.default_rng([seed, 1, int(ids[0])])
    dies_on = chance.geometric(0.01 / 365.25, len(ids)) + Year(FIRST_YEAR).start
    return np.clip(dies_on - year.start, 0, year.days)


def _person_time(ids: np.ndarray, year: Year, living: np.ndarray) -> pa.Table:
    """The canonical spans of the year's window, of those alive on its first day."""
    at_risk = living > 0
    days = living[at_risk]
    one, start = np.ones(len(days), dtype="int64"), np.full(len(days), year.start)
    dies = days < year.days
    return pa.table(
        {
            "person_id": pa.array(ids[at_risk]),
            "arm": words(one * 0, ("treated",)),
            "entry_on": whole(np.full(len(days), Year(FIRST_YEAR).start), pa.date32()),
            "window_id": words(one * 0, (str(year.number),)),
            "phase": words(one * 0, ("follow_up",)),
            "span": pa.array(one.astype("int32")),
            "from_on": whole(start, pa.date32()),
            "to_on": whole(start + days, pa.date32()),
            "person_days": pa.array(days.astype("int32")),
            "is_death": pa.array(dies),
            "is_exit": pa.array(dies),
        }
    )


def _contacts(ids: np.ndarray, year: Year, known: int, seed: int, living: np.ndarray) -> pa.Table:
    """The contacts of some persons in a year, ordered by person, day and minute; `known`: the first id that is free."""
    lasting = np.random.default_rng([seed, 2, int(ids[0])])
    frailty = lasting.gamma(1.2, 1 / 1.2, len(ids))
    chance = np.random.default_rng([seed, 3, year.number, int(ids[0])])
    number = chance.poisson(A_YEAR * frailty)
    number[living == 0] = 0
    person = np.repeat(ids, number)
    rows = len(person)
    # Nobody has a contact after death: each is somewhere in the days lived.
    minute = (chance.random(rows) * np.repeat(living, number) * DAY).astype("int64")
    hospital = chance.random(rows) < MIX["hospital"]
    long = chance.random(rows) < MIX["long"]
    minutes = np.where(long, chance.gamma(1.1, 3.5 * DAY, rows), chance.gamma(1.5, 60, rows)).astype("int64") + 5
    order = np.argsort((person.astype("int64") << 22) | (hospital.astype("int64") << 21) | minute)
    person, minute, hospital, minutes = person[order], minute[order], hospital[order], minutes[order]
    acute = _follow_on(chance, person, minute, minutes, hospital)
    minute = np.minimum(minute, np.repeat(living, number) * DAY - 1)
    order = np.argsort((person.astype("int64") << 21) | minute, kind="stable")
    person, minute, hospital, minutes, acute = (column[order] for column in (person, minute, hospital, minutes, acute))
    form = chance.random(rows)
    hospital_form = 3 + (form > MIX["physical"]).astype(int) + (form > MIX["physical"] + MIX["virtual"])
    primary_form = (form > 0.6).astype(int) + (form > 0.85)
    began = minute + year.start * DAY
    ended = began + minutes
    primary = ~hospital
    return pa.table(
        {
            "person_id": pa.array(person),
            "contact_id": pa.array(np.arange(known, known + rows, dtype="int32")),
            "sector": words(hospital, SECTORS),
            "started_on": whole(began // DAY, pa.date32()),
            "ended_on": whole(ended // DAY, pa.date32(), primary),
            "started_minute": whole(began, pa.int32(), primary),
            "ended_minute": whole(ended, pa.int32(), primary),
            "minutes": whole(minutes, pa.int32(), primary),
            "priority": words(~acute, PRIORITIES, primary),
            "form": words(np.where(hospital, hospital_form, primary_form), FORMS),
            "unit": words(chance.integers(0, len(UNITS), rows), UNITS, primary),
            "specialty": words(np.where(hospital, chance.integers(2, 7, rows), form > 0.9), SPECIALTIES),
        }
    )


def _follow_on(
    chance: np.random.Generator, person: np.ndarray, minute: np.ndarray, minutes: np.ndarray, hospital: np.ndarray
) -> np.ndarray:
    """Move some hospital contacts to just after the one before: to another ward, or back within the month. Says which are acute.

    Those who come back are acute, and stay.
    """
    acute = chance.random(len(person)) < MIX["acute"]
    what = chance.random(len(person))
    is_long = np.concatenate([[False], minutes[:-1] > DAY / 2])
    moves = what < np.where(is_long, FOLLOWS["long"][0], FOLLOWS["short"][0])
    follows = hospital & (what < np.where(is_long, FOLLOWS["long"][1], FOLLOWS["short"][1]))
    follows[1:] &= hospital[:-1] & (person[1:] == person[:-1])
    follows[:1] = False
    follows[1:] &= ~follows[:-1]
    here = np.flatnonzero(follows)
    gap = np.where(moves[here], chance.integers(0, 240, len(here)), chance.integers(6 * 60, 30 * DAY, len(here)))
    minute[here] = minute[here - 1] + minutes[here - 1] + gap
    acute[here] = np.where(moves[here], acute[here - 1], True)
    minutes[here] += np.where(moves[here], 0, DAY)
    return acute


if __name__ == "__main__":
    generate(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 6_000_000)
