"""What an extract says: figures as they may leave, by key, and what a reader must know of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from maalbar.definitions import DisclosureProfile
from maalbar.documents.language import Language
from maalbar.suppressed import Suppressed

Shown = int | Decimal | Suppressed
Axis = tuple[str, str]
"""A dimension and a code of it."""


class Figure(NamedTuple):
    """What a figure is a figure of: a measure, and where. A dimension that is not named is totalled over."""

    measure: str
    at: tuple[Axis, ...]


@dataclass(frozen=True)
class OutcomeFact:
    """An outcome and what it means. `definition`: `name@version`, with the hash of what it says."""

    id: str
    title: Mapping[Language, str]
    definition: str
    sha256: str
    counts: Mapping[Language, str]
    unit: Mapping[Language, str]
    estimator: str
    contrast: str
    divisor: int = 1
    """How many of the unit that its amounts are stored in make one unit."""


@dataclass(frozen=True)
class WindowFact:
    """A window of the measurement: from its first day to the first day after it."""

    id: str
    start: date
    end: date
    is_baseline: bool


@dataclass(frozen=True)
class ExtractFacts:
    """Everything that the files of an extract are made from.

    `figures`: every figure of a table, by key; what is not there was not measured. `effects`: rows of the table of effects.
    `passport`: what the figures were made from, in order.
    """

    contract: str
    name: str
    recipient: str
    profile: DisclosureProfile
    through: str
    dimensions: tuple[str, ...]
    is_crossed: bool
    outcomes: tuple[OutcomeFact, ...]
    windows: tuple[WindowFact, ...]
    figures: Mapping[Figure, Shown]
    effects: tuple[Mapping[str, Shown | str | None], ...]
    passport: tuple[tuple[str, str], ...]
    is_rehearsal: bool = False
