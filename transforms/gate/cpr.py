"""CPR numbers: how they are written, and how many numbers are written like one by chance.

A CPR number is DDMMYY and four more signs. Modulus 11 is not asked for, since valid numbers without it exist since 2007
(cpr.dk, "Personnumre uden kontrolciffer"). Replacement numbers count too: 6 added to the first digit (cpr.dk,
"Erstatningspersonnummer i eksterne systemer"), a century digit and two letters (nspop.dk, X-eCPR and D-eCPR), or three letters
(viden.stil.dk). The date in such a number is a person's birthday.

Three kinds of finds:

*Written out*, with a hyphen or a space between, in a longer text, or in a name: one is enough. Nothing else is written so.

*In groups* (2512 48 9996, 25121948-9996): lists of answers and moments are written so too. Of ten digits in groups random ones
hold a birthday 7 times in 100, and short answers up to 30, so it is a find where half of those in the column do: one alone is.

*A bare number of ten digits, or of nine where a zero was lost*, can be anything, an id for one: of random numbers of ten digits
7 in 100 hold such a date. Where it stands among other things than numbers, one is enough. In a column that the contract calls
an id or an amount, or that holds little else than numbers, it is judged what chance would give (`_Chance`): a CPR number that
is alone among thousands of random numbers of ten digits cannot be told from them by anyone.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy.special import bdtrc

from maalbar.written_cpr import (
    GROUPED_EITHER_WAY,
    IN_NAME,
    WRITTEN_OUT,
    is_dated_in_groups,
)
from maalbar.written_cpr import (
    undisguised as undisguised_text,
)
from transforms.gate.cells import Cells, within
from transforms.gate.columns import AgreedColumn

_GROUPED = GROUPED_EITHER_WAY.replace("?P<plain>", "?:")
_DISGUISED = r"[^\x00-\x{024F}\x{2010}-\x{2015}]|[\x{00AD}\x{00B2}\x{00B3}\x{00B9}]"
_BARE = r"^[0-9]{9,10}(?:[.,]0*)?$"
_BARE_IN_ID = r"^[^0-9]*[0-9]{9,10}(?:[.,]0*)?[^0-9]*$"
_NUMBER = r"^[+-]?[0-9]+(?:[.,][0-9]*)?$"
_DAYS = np.array([0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
_WEIGHTS = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
_TEN = 10**9
COUNTED = 100_000
"""Different numbers of a column that are weighed against chance; more would not change the verdict."""


def in_name(text: str) -> bool:
    """Whether a file's or a column's name holds a CPR number; letters may stand right beside it there."""
    shown = undisguised_text(text)
    return bool(pc.match_substring_regex(pa.scalar(shown), IN_NAME).as_py()) or is_dated_in_groups(shown)


def undisguised(texts: pa.Array) -> pa.Array:
    """The same texts, place for place, with plain digits for those of other scripts and widths, and without signs that
    show nothing (zero-width spaces, marks of direction), which a copy from a web page leaves between digits."""
    suspect = pc.match_substring_regex(texts, _DISGUISED).fill_null(False)
    if not pc.any(suspect).as_py():
        return texts
    plain = pa.array([undisguised_text(text) for text in texts.filter(suspect).to_pylist()], texts.type)
    return pc.replace_with_mask(texts, suspect, plain)


@dataclass
class _Chance:
    """How many of `numbers` hold what is looked for, and where the first row with it is."""

    probability: float
    numbers: int = 0
    rows: int = 0
    first_row: int | None = None
    holding: int = 0

    def add(self, numbers: int, holding: int, rows: int, first_row: int | None) -> None:
        self.numbers += numbers
        self.holding += holding
        self.rows += rows
        self.first_row = first_row if self.first_row is None else self.first_row

    @property
    def is_beyond(self) -> bool:
        """Three times what chance gives, and chance would give so many less than once in a million columns."""
        share, surprise = self.probability * 3, 1e-6
        return self.holding >= share * self.numbers and (
            bdtrc(self.holding - 1, self.numbers, self.probability) < surprise if self.holding else False
        )

    @property
    def is_most(self) -> bool:
        return self.holding > 0 and 2 * self.holding >= self.numbers


# 366 days of 31 × 12 × … : of the ten thousand ways to write four digits, day and month take 366, and 366 more with 60 added.
_DATED = 2 * 366 / 10_000
# A first digit from 1 to 9 and 12 of 100 for the month; the first nine days are in every month.
_DATED_NINE = 12 / 100
# Modulus 11 holds for one in eleven; those without it are all of 1 January, one in 900 of nine digits.
_CHECKED_NINE = _DATED_NINE / 11 + 1 / 900


@dataclass
class CprColumn:
    """What one column has shown so far."""

    agreed: AgreedColumn
    written_out: _Chance = field(default_factory=lambda: _Chance(0.0))
    grouped: _Chance = field(default_factory=lambda: _Chance(0.0))
    grouped_numbers: _Chance = field(default_factory=lambda: _Chance(0.0))
    ten: _Chance = field(default_factory=lambda: _Chance(_DATED))
    ten_checked: _Chance = field(default_factory=lambda: _Chance(_DATED / 11))
    nine: _Chance = field(default_factory=lambda: _Chance(_DATED_NINE))
    nine_checked: _Chance = field(default_factory=lambda: _Chance(_CHECKED_NINE))
    known: np.ndarray = field(default_factory=lambda: np.array([], dtype=np.int64))
    values: int = 0
    plain_numbers: int = 0
    series: int = 0

    def see_texts(self, cells: Cells, suspect: pa.Array, first_row: int) -> None:
        """`suspect`: a flag for each value that may hold a number of nine digits or more."""
        texts = cells.values.filter(suspect)
        if self.agreed.written_dates and len(texts):
            is_no_date = pc.invert(pc.match_substring_regex(texts, self.agreed.written_dates))
            texts, suspect = texts.filter(is_no_date), within(is_no_date, suspect)
        if not len(texts):
            return
        is_number = pc.match_substring_regex(texts, _NUMBER)
        is_bare = pc.match_substring_regex(texts, _BARE_IN_ID if self.agreed.is_id else _BARE)
        out = pc.and_(pc.match_substring_regex(texts, WRITTEN_OUT), pc.invert(pc.or_(is_number, is_bare)))
        rows, first = cells.where(within(out, suspect))
        self.written_out.add(len(texts), int(pc.sum(out).as_py() or 0), rows, _at(first_row, first))
        self._see_grouped(texts, pc.or_(out, is_bare), is_number, cells, suspect, first_row)
        if pc.any(is_bare).as_py():
            present = cells.values.drop_null()
            self.values += len(present)
            self.plain_numbers += int(pc.sum(pc.match_substring_regex(present, r"^[0-9]+$")).as_py() or 0)
            digits = pc.replace_substring_regex(texts.filter(is_bare), r"[.,]0*|[^0-9]", "")
            has_ten = pc.equal(pc.utf8_length(digits), 10).to_numpy(zero_copy_only=False)
            self._see_numbers(digits.cast(pa.int64()).to_numpy(), has_ten, cells, within(is_bare, suspect), first_row)

    def _see_grouped(
        self, texts: pa.Array, is_other: pa.Array, is_number: pa.Array, cells: Cells, suspect: pa.Array, first_row: int
    ) -> None:
        """Ten digits in groups: those with a birthday in them beside those without."""
        shaped = pc.and_(pc.match_substring_regex(texts, _GROUPED), pc.invert(is_other))
        if not pc.any(shaped).as_py():
            return
        dated = pa.array([is_dated_in_groups(text) for text in texts.filter(shaped).to_pylist()])
        holding = within(dated, shaped)
        for tally, kind in ((self.grouped, pc.invert(is_number)), (self.grouped_numbers, is_number)):
            among, here = pc.and_(shaped, kind), pc.and_(holding, kind)
            rows, first = cells.where(within(here, suspect))
            tally.add(pc.sum(among).as_py(), pc.sum(here).as_py(), rows, _at(first_row, first))

    def see_numbers(self, cells: Cells, first_row: int) -> None:
        """`cells` of integers or floating numbers."""
        values = cells.values
        if pa.types.is_integer(values.type):
            if values.type.bit_width < 32:
                return
            values = values.cast(pa.int64(), safe=False)
            suspect = pc.is_valid(values)
        else:
            values = values.cast(pa.float64())
            suspect = pc.equal(pc.floor(values), values)
        in_range = pc.and_(pc.greater_equal(values, 10**8), pc.less(values, 10**10))
        suspect = pc.and_(suspect, in_range).fill_null(False)
        numbers = values.filter(suspect).cast(pa.int64()).to_numpy()
        if len(numbers):
            self.values += len(values)
            self.plain_numbers += len(values)
            self._see_numbers(numbers, numbers >= _TEN, cells, suspect, first_row)

    def _see_numbers(
        self, numbers: np.ndarray, has_ten: np.ndarray, cells: Cells, chosen: pa.Array, first_row: int
    ) -> None:
        is_dated = _dated(numbers)
        is_checked = is_dated & _checked(numbers)
        is_new_year = is_dated & (numbers // 10**6 == 101)
        fresh = self._fresh(numbers)
        self.series += int(np.count_nonzero(fresh & has_ten & (numbers // 10**7 >= 100) & (numbers // 10**7 < 104)))
        for tally, among, holding in (
            (self.ten, has_ten, is_dated),
            (self.ten_checked, has_ten, is_checked),
            (self.nine, ~has_ten, is_dated),
            (self.nine_checked, ~has_ten, is_checked | is_new_year),
        ):
            both = among & holding
            rows, first = cells.where(within(pa.array(both), chosen)) if both.any() else (0, None)
            tally.add(int((among & fresh).sum()), int((both & fresh).sum()), rows, _at(first_row, first))

    def _fresh(self, numbers: np.ndarray) -> np.ndarray:
        """Which numbers are weighed against chance: each different one once, and the first COUNTED of them.

        Ids come again in every batch: counted again, what chance gave one batch would look beyond chance in forty.
        """
        fresh = ~np.isin(numbers, self.known) if len(self.known) < COUNTED else np.zeros(len(numbers), dtype=bool)
        self.known = np.union1d(self.known, numbers[fresh])
        return fresh

    @property
    def found(self) -> tuple[int, int] | None:
        """(cells with a CPR number, the first row with one), or None when there is none."""
        if self._holds_numbers:
            bare = [self.ten, self.nine] if self._is_beyond_chance else []
        else:
            bare = [tally for tally in (self.ten, self.nine_checked) if tally.first_row is not None]
        if self.grouped.is_most:
            bare.append(self.grouped)
        # 251248.9996 is a number with four decimals too: of those one with a birthday in it says nothing.
        if self.grouped_numbers.is_most and self.grouped_numbers.holding >= 3:
            bare.append(self.grouped_numbers)
        rows = [tally for tally in (self.written_out, *bare) if tally.first_row is not None]
        return (sum(t.rows for t in rows), min(t.first_row or 0 for t in rows)) if rows else None

    @property
    def _holds_numbers(self) -> bool:
        return self.agreed.is_number or self.agreed.is_id or 2 * self.plain_numbers >= self.values > 0

    @property
    def _is_beyond_chance(self) -> bool:
        # Numbers of production units (P-numre) run from 1,000,000,000 on, so that most of them begin like 10 January or
        # 10 February. A column of little else is theirs, unless it keeps modulus 11, which of them one in eleven does.
        if self.series >= 20 and self.series >= 0.9 * self.ten.numbers and not self.ten_checked.is_most:
            return False
        return (
            self.ten.is_most
            or self.ten.is_beyond
            or self.ten_checked.is_beyond
            or self.nine_checked.is_most
            or self.nine_checked.is_beyond
            or (self.nine.is_most and self.nine.is_beyond)
        )


def suspects(agreed: AgreedColumn) -> str:
    """The pattern of texts that are worth a second look for CPR numbers."""
    return f"{WRITTEN_OUT}|{_GROUPED}|{_BARE_IN_ID if agreed.is_id else _BARE}"


def _dated(numbers: np.ndarray) -> np.ndarray:
    """Whether the first six of ten digits are a day, or one with 60 added."""
    day, month = numbers // 10**8, numbers // 10**6 % 100
    day = np.where(day > 60, day - 60, day)
    return (month >= 1) & (month <= 12) & (day >= 1) & (day <= _DAYS[np.where(month <= 12, month, 0)])


def _checked(numbers: np.ndarray) -> np.ndarray:
    """Whether modulus 11 holds."""
    return sum(weight * (numbers // 10 ** (9 - place) % 10) for place, weight in enumerate(_WEIGHTS)) % 11 == 0


def _at(first_row: int, row: int | None) -> int | None:
    return None if row is None else first_row + row
