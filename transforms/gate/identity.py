"""Direct identifiers: what a column holds, judged by the shares of its different values. Thresholds stand in `Limits`.

An e-mail address or a telephone number with its country code or the word before it is written like nothing else: one is
enough. Names, addresses, plain telephone numbers, birthdays and coordinates are what a column is full of, or not: a word may
be a name by chance, a date a birthday. They are looked for in columns that the contract maps to text, ignores or does not
know; `birth_month` is looked through row by row, since a day in it is a birthday by definition.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from maalbar import definitions
from transforms.gate.cells import Cells, within
from transforms.gate.columns import AgreedColumn

NAMES = "danish@1"
EMAIL = r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}"
_PAIRS = r"[2-9][0-9](?: ?[0-9]{2}){3}"
TELEPHONE = rf"(?:(?:\+|\b00)45[ -]?{_PAIRS}|(?i:\b(?:tlf|tel|telefon|mobil|mob)(?:nr)?)[.:]* ?{_PAIRS})(?:$|[^0-9])"
_PLAIN_TELEPHONE = r"^(?:[2-9][0-9](?: [0-9]{2}){3}|[2-9][0-9]{3}[ -][0-9]{4})$"
_STREET = (
    r"(?i)(?:vej|gade|allé|alle|stræde|torv|plads|vænge|vænget|parken|bakken|boulevard|stien|toften|engen|haven)"
    r" +[0-9]{1,3} ?[a-z]?(?:$|[^0-9a-z])"
)
_TOWN = r"[0-9] ?[A-Za-z]?, *(?:[^,]*, *)?(?:DK-?)?[1-9][0-9]{3} +[A-ZÆØÅ][a-zæøå]"
# Of texts in small letters. Letters by their Unicode class would take longer to prepare than a batch to look through.
_FIRST_WORD, _LAST_WORD = r"^(?P<word>[a-zæøåäöüé]+)(?:[ ,-]|$)", r" (?P<word>[a-zæøåäöüé]+)$"
_COORDINATE = r"^[0-9]{1,2}[.,][0-9]{3,}$"
_YEAR_FIRST = r"^(?P<year>(?:18|19|20)[0-9]{2})[-./]?(?:0[1-9]|1[0-2])[-./]?(?P<day>[0-3][0-9])(?:[ T].*)?$"
_DAY_FIRST = r"^(?P<day>[0-3]?[0-9])[-./](?:0?[1-9]|1[0-2])[-./](?P<year>(?:18|19|20)[0-9]{2})$"
# The first half of a CPR number that was cut in two.
_SHORT = r"^(?P<day>0[1-9]|[12][0-9]|3[01])[-./]?(?:0[1-9]|1[0-2])[-./]?(?P<year>[0-9]{2})$"
_TWENTIETH = 31
"""From this on two digits are a year of the twentieth century: births, and what registers have of them, begin about there."""
_EPOCH, _YEARS = 1800, 300


@dataclass(frozen=True)
class Limits:
    """From what on a column is full of something. A share is of the different values looked at, and must be reached."""

    values_per_batch: int = 2_000
    """Different values of a column that are looked at in each batch for what is judged by share."""
    first_names: int = 5
    """So many different known first names,"""
    first_name_share: float = 0.2
    """in so many of the values. Of a thousand residents' first names more than half are on the list."""
    full_names: int = 3
    """So many values that begin with a known first name and end with a known surname,"""
    full_name_share: float = 0.05
    """in so many of the values."""
    addresses: int = 5
    address_share: float = 0.1
    telephones: int = 5
    telephone_share: float = 0.2
    """Of eight digits in pairs or fours: shares of a code list written so are lower."""
    dates: int = 20
    date_share: float = 0.9
    """Values that are dates at all."""
    exact_share: float = 0.2
    """Dates that are not the first of a month; of birthdays 29 in 30 are not."""
    span_years: int = 30
    """Between the 5th and the 95th of a hundred dates. Contacts of a study lie closer, residents' births do not."""
    coordinates: int = 20
    coordinate_share: float = 0.9
    latitude: tuple[float, float] = (54.5, 57.8)
    """Denmark, degrees (EPSG:4326)."""
    longitude: tuple[float, float] = (8.0, 15.2)


@dataclass
class Count:
    """Values of one kind: how many, in how many rows, and the first of these."""

    values: int = 0
    rows: int = 0
    first_row: int | None = None

    def add(self, values: int, rows: int, first_row: int | None) -> None:
        self.values += values
        self.rows += rows
        self.first_row = first_row if self.first_row is None else self.first_row

    def add_values(self, values: pa.Array, chosen: pa.Array, cells: Cells, first_row: int) -> None:
        """Of some values of a column, those that are chosen: each counts once."""
        number = int(pc.sum(chosen).as_py() or 0)
        if number:
            first = cells.first_row_of(values.filter(chosen)[0]) if self.first_row is None else 0
            self.add(number, number, first_row + first)


@dataclass
class IdentityColumn:
    """What one column has shown so far of those whom it may name."""

    agreed: AgreedColumn
    limits: Limits
    looked_at: int = 0
    emails: Count = field(default_factory=Count)
    telephones: Count = field(default_factory=Count)
    plain_telephones: Count = field(default_factory=Count)
    addresses: Count = field(default_factory=Count)
    named: Count = field(default_factory=Count)
    fully_named: Count = field(default_factory=Count)
    exact_months: Count = field(default_factory=Count)
    latitudes: Count = field(default_factory=Count)
    longitudes: Count = field(default_factory=Count)
    first_names: set[str] = field(default_factory=set)
    exact_dates: int = 0
    years: np.ndarray = field(default_factory=lambda: np.zeros(_YEARS, dtype=np.int64))
    first_row: int | None = None

    def see_texts(self, cells: Cells, suspect: pa.Array, first_row: int) -> None:
        """`suspect`: a flag for each value that may hold an e-mail address or a telephone number."""
        texts = cells.values.filter(suspect)
        if len(texts):
            for count, pattern in ((self.emails, EMAIL), (self.telephones, TELEPHONE)):
                _add(count, cells, within(pc.match_substring_regex(texts, pattern), suspect), first_row)
        if self.agreed.is_profiled:
            some = cells.some(self.limits.values_per_batch)
            self._look_at(len(some), first_row)
            for count, pattern in ((self.plain_telephones, _PLAIN_TELEPHONE), (self.addresses, f"{_STREET}|{_TOWN}")):
                count.add_values(some, pc.match_substring_regex(some, pattern), cells, first_row)
            self._see_names(some, cells, first_row)
            self._see_written_dates(some)
            is_degree = pc.match_substring_regex(some, _COORDINATE)
            degrees = pc.replace_substring(pc.if_else(is_degree, some, pa.scalar(None, pa.string())), ",", ".")
            self._see_degrees(degrees.cast(pa.float64()), some, cells, first_row)

    def see_values(self, cells: Cells, first_row: int) -> None:
        """Numbers and dates that have their type."""
        some = cells.some(self.limits.values_per_batch)
        self._look_at(len(some), first_row)
        if pa.types.is_integer(some.type):
            # As in 19500214.
            self._see_written_dates(some.filter(pc.and_(pc.greater(some, 18_000_000), pc.less(some, 20_999_999))))
            # As in 140250, and 10250 where a zero was lost.
            short = some.filter(pc.and_(pc.greater(some, 10_100), pc.less(some, 320_000)))
            self._see_written_dates(pc.utf8_lpad(short.cast(pa.string()), 6, "0"))
        elif pa.types.is_temporal(some.type):
            self._see_dates(pc.year(some), pc.day(some))
        elif pa.types.is_floating(some.type):
            has_decimals = pc.not_equal(pc.round(some, 2), some)
            self._see_degrees(pc.if_else(has_decimals, some, pa.scalar(None, some.type)), some, cells, first_row)

    def see_birth_months(self, cells: Cells, first_row: int) -> None:
        """`cells` of the column that becomes `birth_month`: any that is not the first of its month is a birthday."""
        values = cells.values
        if pa.types.is_temporal(values.type):
            _add(self.exact_months, cells, pc.not_equal(pc.day(values), 1), first_row)
            return
        if not pa.types.is_string(values.type):
            return
        for written in dict.fromkeys((*self.agreed.date_formats, "%Y-%m-%d", "%d-%m-%Y")):
            if "%d" in written:
                days = pc.day(pc.strptime(values, format=written, unit="s", error_is_null=True))
                _add(self.exact_months, cells, pc.not_equal(days, 1), first_row)
                values = pc.if_else(pc.is_valid(days), pa.scalar(None, pa.string()), values)

    def _look_at(self, values: int, first_row: int) -> None:
        self.looked_at += values
        if values and self.first_row is None:
            self.first_row = first_row

    def _see_names(self, some: pa.Array, cells: Cells, first_row: int) -> None:
        first_names, last_names = _names()
        lower = pc.utf8_lower(some)
        first = pc.struct_field(pc.extract_regex(lower, _FIRST_WORD), "word")
        last = pc.struct_field(pc.extract_regex(lower, _LAST_WORD), "word")
        is_named = pc.is_in(first, value_set=first_names)
        is_whole = pc.and_(is_named, pc.is_in(last, value_set=last_names))
        self.first_names.update(pc.unique(first.filter(is_named)).to_pylist())
        self.named.add_values(some, is_named, cells, first_row)
        self.fully_named.add_values(some, is_whole, cells, first_row)

    def _see_written_dates(self, values: pa.Array) -> None:
        for pattern in (_YEAR_FIRST, _DAY_FIRST):
            parts = pc.extract_regex(values.cast(pa.string()), pattern).drop_null()
            self._see_dates(parts.field("year").cast(pa.int64()), parts.field("day").cast(pa.int64()))
        parts = pc.extract_regex(values.cast(pa.string()), _SHORT).drop_null()
        years = parts.field("year").cast(pa.int64())
        years = pc.add(years, pc.if_else(pc.less(years, _TWENTIETH), 2000, 1900))
        self._see_dates(years, parts.field("day").cast(pa.int64()))

    def _see_dates(self, years: pa.Array, days: pa.Array) -> None:
        if len(years):
            placed = np.clip(years.to_numpy(zero_copy_only=False) - _EPOCH, 0, _YEARS - 1)
            self.years += np.bincount(placed, minlength=_YEARS)
            self.exact_dates += int(pc.sum(pc.not_equal(days, 1)).as_py() or 0)

    def _see_degrees(self, degrees: pa.Array, some: pa.Array, cells: Cells, first_row: int) -> None:
        """`degrees`: for each of `some` values what it is as a number with three decimals or more, otherwise missing."""
        for count, (low, high) in ((self.latitudes, self.limits.latitude), (self.longitudes, self.limits.longitude)):
            inside = pc.and_(pc.greater_equal(degrees, low), pc.less_equal(degrees, high))
            count.add_values(some, inside.fill_null(False), cells, first_row)

    def _is_full_of(self, count: int, least: int, share: float) -> bool:
        return count >= least and count >= share * self.looked_at

    @property
    def holds_latitudes(self) -> bool:
        return self._is_full_of(self.latitudes.values, self.limits.coordinates, self.limits.coordinate_share)

    @property
    def holds_longitudes(self) -> bool:
        return self._is_full_of(self.longitudes.values, self.limits.coordinates, self.limits.coordinate_share)

    @property
    def holds_birthdays(self) -> bool:
        limits, dates = self.limits, int(self.years.sum())
        if (
            not self._is_full_of(dates, limits.dates, limits.date_share)
            or self.exact_dates < limits.exact_share * dates
        ):
            return False
        low, high = np.searchsorted(np.cumsum(self.years), [0.05 * dates, 0.95 * dates])
        return bool(high - low >= limits.span_years)

    @property
    def certain(self) -> dict[str, Count]:
        """What one cell is enough for, with all its cells."""
        counts = {
            "e-mail addresses": self.emails,
            "telephone numbers": self.telephones,
            "exact birth dates": self.exact_months,
        }
        return {what: count for what, count in counts.items() if count.rows}

    @property
    def by_share(self) -> dict[str, Count]:
        """What the column is full of, with the values that were seen to be so."""
        limits, found = self.limits, {}
        if self._is_full_of(self.plain_telephones.values, limits.telephones, limits.telephone_share):
            found["telephone numbers"] = self.plain_telephones
        if self._is_full_of(self.addresses.values, limits.addresses, limits.address_share):
            found["addresses"] = self.addresses
        if self._is_full_of(self.fully_named.values, limits.full_names, limits.full_name_share):
            found["names of persons"] = self.fully_named
        elif len(self.first_names) >= limits.first_names and self._is_full_of(
            self.named.values, limits.first_names, limits.first_name_share
        ):
            found["names of persons"] = self.named
        if self.holds_birthdays:
            found["exact birth dates"] = Count(self.exact_dates, self.exact_dates, self.first_row)
        return found


@cache
def _names() -> tuple[pa.Array, pa.Array]:
    """First names and surnames, in small letters."""
    names = definitions.names(NAMES)
    return pa.array(names.first_names), pa.array(names.last_names)


def _add(count: Count, cells: Cells, chosen: pa.Array, first_row: int) -> None:
    rows, first = cells.where(chosen.fill_null(False))
    count.add(int(pc.sum(chosen).as_py() or 0), rows, None if first is None else first_row + first)
