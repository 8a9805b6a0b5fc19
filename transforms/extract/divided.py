"""By what the tables are divided: what was known of each person on the day of entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product

import pandas as pd

from maalbar.contract import Contract
from transforms import standard_population
from transforms.disclosure import Dimension, Draft, Key, Quantity, crossed, draft, key
from transforms.observed import Observed
from transforms.standard_population import BENEFIT

NEEDED = 1_000.0
"""What hiding a total costs the reader: as a change is told beside it, all totals of the outcome are hidden with one."""


@dataclass(frozen=True)
class Divided:
    """The dimensions of a contract's tables. `is_crossed`: all at once, or one at a time.

    Of a cohort that nobody is followed in nothing is known, and nothing divides it.
    """

    contract: Contract
    seen: Observed
    is_crossed: bool

    @cached_property
    def dimensions(self) -> tuple[Dimension, ...]:
        """Age band, sex and benefit, as far as rates are standardised by them; each with the codes that occur."""
        if self.seen.is_open:
            return ()
        members = self.coded(self.seen.followed.members.to_pandas())
        by = self.contract.cohort.standard.by
        return tuple(Dimension(name, tuple(sorted(members[name].unique()))) for name in by)

    def coded(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Rows with a column of codes for each dimension, from what was known of the person (age, sex, has_benefit)."""
        if self.seen.is_open:
            return rows
        bands = standard_population.bands_of(self.contract)
        codes = {
            "age": rows["age"].map(lambda age: standard_population.band_of(int(age), bands)),
            "sex": rows["sex"].astype(str),
            "benefit": rows["has_benefit"].astype(bool).map(BENEFIT),
        }
        return rows.assign(**{name: codes[name] for name in self.contract.cohort.standard.by})

    def cells(self, rows: pd.DataFrame, by: tuple[Dimension, ...]) -> Iterator[tuple[tuple[str, ...], pd.DataFrame]]:
        """(codes, rows) of every group that has any; `rows` as `coded` gives them."""
        names = [dimension.name for dimension in by]
        if not names:
            yield (), rows
            return
        for codes, found in rows.groupby(names, sort=True):
            yield tuple(str(code) for code in codes), found

    def tables(self) -> tuple[tuple[Dimension, ...], ...]:
        """The sets of dimensions of which there is a table."""
        if self.is_crossed or not self.dimensions:
            return (self.dimensions,)
        return tuple((dimension,) for dimension in self.dimensions)

    def keys(self, measure: str, at: Mapping[str, str]) -> Iterator[Key]:
        """Every key of a measure in these tables, the total among them."""
        for by in self.tables():
            yield from crossed(measure, by, {}, at=at).quantities


def table(
    measure: str, by: tuple[Dimension, ...], cells: Mapping[tuple[str, ...], Quantity], at: Mapping[str, str]
) -> Draft:
    """A measure divided by dimensions, with all margins. Groups without anybody are 0, shown and known as the others."""
    some = next(iter(cells.values()))
    none = replace(some, value=0, persons=None if some.kind == "persons" else 0, largest=())
    found = crossed(measure, by, dict.fromkeys(product(*(d.codes for d in by)), none) | dict(cells), at=at)
    total = key(measure, at)
    return draft(
        *(replace(p, weight=NEEDED) if isinstance(p, Quantity) and p.key == total else p for p in found.pieces)
    )
