"""The account: where every row of a file went."""

from __future__ import annotations

from dataclasses import dataclass

from maalbar.errors import ChecksFailed


@dataclass(frozen=True)
class Account:
    """Every row of the file is in exactly one of the five. Raises ChecksFailed at birth when the sum does not hold.

    `accepted`: rows that the canonical table is made of, or that say nothing for it. `quarantined`: set aside with reasons.
    `collapsed`: wholly the same as another. `cancelled`: of another kind than is meant, or taken back by the register.
    `erased`: of persons whose rows may no longer be kept.
    """

    rows_in: int
    accepted: int
    quarantined: int
    collapsed: int
    cancelled: int = 0
    erased: int = 0

    def __post_init__(self) -> None:
        parts = (self.accepted, self.quarantined, self.collapsed, self.cancelled, self.erased)
        if self.rows_in != sum(parts):
            raise ChecksFailed(f"{self.rows_in} rows came in, {' + '.join(map(str, parts))} are accounted for")

    @property
    def accounted(self) -> int:
        return self.accepted + self.quarantined + self.collapsed + self.cancelled + self.erased
