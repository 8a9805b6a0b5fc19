"""Sample: of a large table, the rows of every so many-th person; the same persons in every delivery that is held against it.

Person ids are keyed hashes (`maalbar.persons`), 32 hexadecimal signs that are all equally likely and say nothing of the person.
So those whose id begins with given signs are a random sample of persons, and each delivery of a contract under one key gives the
same ones: what is held against each other is of the same persons, and their number varies by chance only as far as persons come
and go. Shares need no scaling. Counts are told as they were counted, with how many persons one stands for; whatever asks for
enough rows, or what chance may do, asks it of those.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from maalbar import engine
from maalbar.engine import ParquetFiles
from transforms.history.look import Look

RATES = ((8_000_000, 64), (1_000_000, 16))
"""Above so many rows, one person of so many. What is left has 60,000 rows or more: a share of one in a hundred of 6,000 persons
has a standard error of 0.13 in a hundred, while the limits of these checks lie between one and twenty in a hundred."""


def one_of(rows: int) -> int:
    """How many persons one stands for, in a table of so many rows: 1 where all are looked at."""
    return next((rate for least, rate in RATES if rows > least), 1)


def first_outside(rate: int) -> str:
    """The least id outside the sample: those below it are one of `rate`, by their first two signs."""
    return f"{256 // rate:02x}"


def sampled(files: ParquetFiles, rate: int, path: Path) -> ParquetFiles:
    """The rows of the sample, written to a Parquet file of their own; `files` themselves where all are looked at."""
    return files if rate == 1 else engine.below(files, "person_id", first_outside(rate), path)


def told(look: Look, rate: int) -> Look:
    """A look that says on how many persons it was measured, in figures and in words."""
    if rate == 1 or look.value is None:
        return look
    found = f"{look.found} (measured on every {rate}th person)"
    return replace(look, found=found, figures=look.figures | {"one_of": rate})
