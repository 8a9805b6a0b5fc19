"""Direct identifiers: what a column holds, judged by the shares of its different values. Thresholds stand in `Limits`.

An e-mail address or a telephone number with its country code or the word before it is written like nothing else: one is
enough. Names, addresses, plain telephone numbers, birthdays and coordinates are what a column is full of, or not: a word may
be a name by chance, a date a birthday. They are looked for in columns that the contract maps to text, ignores or does not
know; `birth_month` is looked through row by row, since a day in it is a birthday by definition.
"""

from __future__ import annotations

from dataclasses import dataclass, field

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
_TOWN = r"[0-9] ?[A-Za-z]?, *(?:[^,]*, *)?(?:DK-?)?[1-9][0-9]{3} +\p{Lu}\p{Ll}"
_FIRST_WORD, _LAST_WORD = r"^(?P<word>\p{L}+)(?:[ ,-]|$)", r" (?P<word>\p{L}+)$"
_COORDINATE = r"^[0-9]{1,2}[.,][0-9]{3,}$"
_YEAR_FIRST = r"^(?P<year>(?:18|19|20)[0-9]{2})[-./]?(?:0[1-9]|1[0-2])[-./]?(?P<day>[0-3][0-9])(?:[ T].*)?$"
_DAY_FIRST = r"^(?P<day>[0-3]?[0-9])[-./](?:0?[1-9]|1[0-2])[-./](?P<year>(?:18|19|20)[0-9]{2})$"
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
class _Count:
    """Values of one kind: how many, in how many rows, and the first of these."""

    values: int = 0
    rows: int = 0
    first_row: int | None = None

    def add(self, values: int, rows: int, first_row: int | None) -> None:
        self.values += values
        self.rows += rows
        self.first_row = first_row if self.first_row is None else self.first_row

    @property
    def found(self) -> tuple[int, int] | None:
        return (self.rows, self.first_row) if self.first_row is not None else None


@dataclass
class IdentityColumn:
    """What one column has shown so far of those whom it may name. Found rows of what is judged by share are of the values looked at."""

    agreed: AgreedColumn
    limits: Limits
    looked_at: int = 0
    emails: _Count = field(default_factory=_Count)
    telephones: _Count = field(default_factory=_Count)
    plain_telephones: _Count = field(default_factory=_Count)
    addresses: _Count = field(default_factory=_Count)
    named: _Count = field(default_factory=_Count)
    fully_named: _Count = field(default_factory=_Count)
    exact_months: _Count = field(default_factory=_Count)
    latitudes: _Count = field(default_factory=_Count)
    longitudes: _Count = field(default_factory=_Count)
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
            self._see_shares(Cells(cells.some(self.limits.values_per_batch), None), first_row)

    def _see_shares(self, some: Cells, first_row: int) -> None:
        self._look_at(len(some.values), first_row)
        for count, pattern in ((self.plain_telephones, _PLAIN_TELEPHONE), (self.addresses, f"{_STREET}|{_TOWN}")):
            _add(count, some, pc.match_substring_regex(some.values, pattern), first_row)
        self._see_names(some, first_row)
        self._see_written_dates(some.values)
        degrees = some.values.filter(pc.match_substring_regex(some.values, _COORDINATE))
        self._see_degrees(pc.replace_substring(degrees, ",", ".").cast(pa.float64()), first_row)

    def see_values(self, cells: Cells, first_row: int) -> None:
        """Numbers and dates that have their type."""
        some = cells.some(self.limits.values_per_batch)
        self._look_at(len(some), first_row)
        if pa.types.is_integer(some.type):
            # As in 19500214.
            self._see_written_dates(some.filter(pc.and_(pc.greater(some, 18_000_000), pc.less(some, 20_999_999))))
        elif pa.types.is_temporal(some.type):
            self._see_dates(pc.year(some), pc.day(some))
        elif pa.types.is_floating(some.type):
            self._see_degrees(some.filter(pc.not_equal(pc.round(some, 2), some)), first_row)

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

    def _see_names(self, some: Cells, first_row: int) -> None:
        names = definitions.names(NAMES)
        lower = pc.utf8_lower(some.values)
        first = pc.struct_field(pc.extract_regex(lower, _FIRST_WORD), "word")
        last = pc.struct_field(pc.extract_regex(lower, _LAST_WORD), "word")
        is_named = pc.is_in(first, value_set=pa.array(names.first_names))
        is_whole = pc.and_(is_named, pc.is_in(last, value_set=pa.array(names.last_names)))
        self.first_names.update(pc.unique(first.filter(is_named)).to_pylist())
        _add(self.named, some, is_named, first_row)
        _add(self.fully_named, some, is_whole, first_row)

    def _see_written_dates(self, values: pa.Array) -> None:
        for pattern in (_YEAR_FIRST, _DAY_FIRST):
            parts = pc.extract_regex(values.cast(pa.string()), pattern).drop_null()
            self._see_dates(parts.field("year").cast(pa.int64()), parts.field("day").cast(pa.int64()))

    def _see_dates(self, years: pa.Array, days: pa.Array) -> None:
        if len(years):
            placed = np.clip(years.to_numpy(zero_copy_only=False) - _EPOCH, 0, _YEARS - 1)
            self.years += np.bincount(placed, minlength=_YEARS)
            self.exact_dates += int(pc.sum(pc.not_equal(days, 1)).as_py() or 0)

    def _see_degrees(self, degrees: pa.Array, first_row: int) -> None:
        for count, (low, high) in ((self.latitudes, self.limits.latitude), (self.longitudes, self.limits.longitude)):
            inside = pc.and_(pc.greater_equal(degrees, low), pc.less_equal(degrees, high))
            _add(count, Cells(degrees, None), inside, first_row)

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
    def found(self) -> dict[str, tuple[int, int]]:
        """(cells, first row) of each kind of identifier that the column holds by itself."""
        limits = self.limits
        counts = {
            "e-mail addresses": self.emails,
            "telephone numbers": self.telephones,
            "exact birth dates": self.exact_months,
        }
        if self._is_full_of(self.plain_telephones.values, limits.telephones, limits.telephone_share):
            counts["telephone numbers"] = self.plain_telephones
        if self._is_full_of(self.addresses.values, limits.addresses, limits.address_share):
            counts["addresses"] = self.addresses
        if self._is_full_of(self.fully_named.values, limits.full_names, limits.full_name_share):
            counts["names of persons"] = self.fully_named
        elif len(self.first_names) >= limits.first_names and self._is_full_of(
            self.named.values, limits.first_names, limits.first_name_share
        ):
            counts["names of persons"] = self.named
        found = {what: at for what, count in counts.items() if (at := count.found)}
        if self.holds_birthdays:
            found["exact birth dates"] = (self.exact_dates, self.first_row or 1)
        return found


def _add(count: _Count, cells: Cells, chosen: pa.Array, first_row: int) -> None:
    rows, first = cells.where(chosen.fill_null(False))
    count.add(int(pc.sum(chosen).as_py() or 0), rows, None if first is None else first_row + first)
