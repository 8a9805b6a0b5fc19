"""Tariffs: what a unit of use costs, dated."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Self

from pydantic import Field, model_validator

from maalbar.contract.values import Amount, Identifier, IsoDate, Section
from maalbar.definitions.definition import Definition
from maalbar.errors import ContractError
from maalbar.periods import Window


class TariffRow(Section):
    """The amount of one unit of use from a day until another."""

    of: Identifier
    from_on: IsoDate = Field(alias="from")
    to_on: IsoDate = Field(alias="to")
    amount: Amount


class Tariff(Definition):
    """Amounts by kind of use and date; `[from, to)` as everywhere. What has no amount cannot be priced."""

    amounts: tuple[TariffRow, ...]

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if len({row.amount.currency for row in self.amounts}) != 1:
            raise ValueError("a tariff is in one currency")
        if any(row.from_on >= row.to_on or row.amount.minor < 0 for row in self.amounts):
            raise ValueError("an amount is not negative, and holds for a day at least")
        rows = sorted(self.amounts, key=lambda row: (row.of, row.from_on))
        for earlier, later in pairwise(rows):
            if earlier.of == later.of and later.from_on < earlier.to_on:
                raise ValueError(f"two amounts of {later.of} on {later.from_on}")
        return self

    @property
    def currency(self) -> str:
        return self.amounts[0].amount.currency

    def pieces(self, use: str, window: Window) -> list[tuple[date, date, int]]:
        """(from, to, smallest units of the currency) over the whole window, in order.

        Raises ContractError for the first day without an amount: what has no price is not free.
        """
        found, day = [], window.start
        for row in sorted(self.amounts, key=lambda row: row.from_on):
            if row.of == use and row.from_on <= day < row.to_on and day < window.end:
                found.append((day, min(row.to_on, window.end), row.amount.minor))
                day = found[-1][1]
        if day < window.end:
            raise ContractError(
                f"no amount of `{use}` on {day}",
                where=f"tariff {self.ref}",
                mend="write a new version of the tariff with it, and of the indicator that names the tariff",
            )
        return found
