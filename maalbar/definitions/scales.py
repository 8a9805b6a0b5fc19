"""Survey scales: which answers are valid, and how they become a score."""

from __future__ import annotations

from typing import Literal

from maalbar.contract.values import Count, Identifier, Number
from maalbar.definitions.definition import Definition


class Scale(Definition):
    """A survey scale: which answers are valid, how many must be, and how answers become a score.

    `mean`: the mean of valid answers. `share`: the percentage of valid answers that are at least `share_from`.
    """

    items: tuple[Identifier, ...]
    lowest: Count
    highest: Count
    reversed: tuple[Identifier, ...] = ()
    min_valid_items: Count
    score: Literal["mean", "share"]
    share_from: Count | None = None
    score_from: Number
    score_to: Number
