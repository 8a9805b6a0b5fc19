"""A draft: the figures that are to leave, with their true values, and how they hang together. Nothing is hidden here.

A quantity is a whole number: persons, events, or an amount in its smallest unit (øre, days, hundredths). The same quantity has
the same key in every table, period and release, so tables that share cells are linked by having them in one draft. What a
reader could work out although no table shows it (those who left, women where men and all are shown) stands in the draft too,
not shown, and is guarded as any other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, NamedTuple, TypeVar

from maalbar.errors import ReleaseRefused

Kind = Literal["persons", "events", "amount"]


class Key(NamedTuple):
    """What a figure is a figure of: a measure, and where. A dimension that is not named is totalled over."""

    measure: str
    at: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return f"{self.measure} ({', '.join(f'{name} {code}' for name, code in self.at) or 'all'})"


def key(measure: str, at: Mapping[str, str] | None = None) -> Key:
    """The key of a measure at codes by dimension; {} is the total."""
    return Key(measure, tuple(sorted((at or {}).items())))


@dataclass(frozen=True)
class Quantity:
    """A count or a sum.

    `persons`: those behind it; of persons it is its own value. `largest`: the largest contributions of single persons, largest
    first, where a sum may be dominated. `is_shown`: whether a table shows it. `is_kept`: it must be shown, whatever else is
    hidden for it. `is_known`: readers know it without us (a published population, a cell that must be empty). `is_signed`: it
    can be below zero. `weight`: what hiding it costs the reader, 1 as usual. `changed`: persons by whom it differs from what was
    released before, where that is known.
    """

    key: Key
    value: int
    kind: Kind = "persons"
    persons: int | None = None
    largest: tuple[int, ...] = ()
    is_shown: bool = True
    is_kept: bool = False
    is_known: bool = False
    is_signed: bool = False
    weight: float = 1.0
    changed: int | None = None

    @property
    def persons_behind(self) -> int:
        return self.value if self.kind == "persons" else self.persons or 0


@dataclass(frozen=True)
class Ratio:
    """A share, rate or mean: `per` × `over` / `under`, shown with so many `digits`. Both are quantities of the draft.

    `is_share`: the persons of `over` are among those of `under`. `scale`: the lowest and highest that one person can have, in
    units of `over`, where there is such an end.
    """

    key: Key
    over: Key
    under: Key
    per: Decimal = Decimal(1)
    digits: int = 1
    is_share: bool = False
    scale: tuple[int, int] | None = None


@dataclass(frozen=True)
class Quantile:
    """A median, percentile, lowest or highest value among the persons counted by `of`, of whom `same` have exactly this value."""

    key: Key
    value: Decimal
    of: Key
    same: int = 0


@dataclass(frozen=True)
class Relation:
    """low ≤ sum of coefficient × quantity ≤ high, as everyone can know: an equation where both are the same."""

    terms: tuple[tuple[Key, int], ...]
    low: int | None = 0
    high: int | None = 0


@dataclass(frozen=True)
class Part:
    """Persons among others, so that what is left of the `whole` is a count too.

    `says`: what it tells of the whole's persons. With an `attribute`, none and all tell of each of them; of an `answer` only
    those who are missing do.
    """

    part: Key
    whole: Key
    says: Literal["attribute", "answer"] = "attribute"


Piece = Quantity | Ratio | Quantile | Relation | Part
Shown = TypeVar("Shown", Quantity, Ratio, Quantile)


@dataclass(frozen=True)
class Draft:
    """Everything that one release would tell, or let be worked out. Made by `draft`."""

    quantities: Mapping[Key, Quantity] = field(default_factory=dict)
    ratios: Mapping[Key, Ratio] = field(default_factory=dict)
    quantiles: Mapping[Key, Quantile] = field(default_factory=dict)
    relations: tuple[Relation, ...] = ()
    parts: tuple[Part, ...] = ()

    @property
    def pieces(self) -> list[Piece]:
        figures: list[Piece] = [*self.quantities.values(), *self.ratios.values(), *self.quantiles.values()]
        return [*figures, *self.relations, *self.parts]

    @property
    def shown(self) -> list[Key]:
        """The keys of all figures that would be shown, in order."""
        counted = [k for k, quantity in self.quantities.items() if quantity.is_shown]
        return sorted([*counted, *self.ratios, *self.quantiles])

    def rests_on(self, shown: Key) -> tuple[Key, ...]:
        """The quantities that a rate, mean or quantile is hidden together with: those of them that are shown themselves."""
        if shown in self.ratios:
            ratio = self.ratios[shown]
            return tuple(k for k in (ratio.over, ratio.under) if self.quantities[k].is_shown)
        return (self.quantiles[shown].of,) if shown in self.quantiles else ()


def draft(*pieces: Piece | Draft) -> Draft:
    """One draft of all pieces; a draft among them stands for its own.

    Raises ReleaseRefused where two figures have one key, a piece names a quantity that is not there, or a relation does not hold.
    """
    single = [piece for given in pieces for piece in (given.pieces if isinstance(given, Draft) else [given])]
    quantities = _by_key([piece for piece in single if isinstance(piece, Quantity)])
    found = Draft(
        quantities,
        _by_key([piece for piece in single if isinstance(piece, Ratio)]),
        _by_key([piece for piece in single if isinstance(piece, Quantile)]),
        tuple(dict.fromkeys(piece for piece in single if isinstance(piece, Relation))),
        tuple(dict.fromkeys(piece for piece in single if isinstance(piece, Part))),
    )
    for name in [*found.ratios, *found.quantiles]:
        if name in quantities:
            raise ReleaseRefused("two figures have one key", where=str(name), mend="name their measures apart")
    _check_names(found)
    _check_values(found)
    for relation in found.relations:
        _check_relation(found, relation)
    return found


def _by_key(figures: Sequence[Shown]) -> dict[Key, Shown]:
    found: dict[Key, Shown] = {}
    for figure in figures:
        if found.setdefault(figure.key, figure) != figure:
            mend = "let every table have it from one place"
            raise ReleaseRefused("two tables say different things of one figure", where=str(figure.key), mend=mend)
    return found


def _check_names(found: Draft) -> None:
    named = {k for relation in found.relations for k, _ in relation.terms}
    named |= {k for part in found.parts for k in (part.part, part.whole)}
    named |= {k for ratio in found.ratios.values() for k in (ratio.over, ratio.under)}
    named |= {quantile.of for quantile in found.quantiles.values()}
    for missing in sorted(named - found.quantities.keys()):
        mend = "give it, not shown if no table has it"
        raise ReleaseRefused("a quantity is named that the draft does not have", where=str(missing), mend=mend)


def _check_values(found: Draft) -> None:
    values = {k: quantity.value for k, quantity in found.quantities.items()}
    for k, quantity in found.quantities.items():
        if quantity.value < 0 and not quantity.is_signed:
            raise ReleaseRefused("a count or sum is below zero", where=str(k), mend="mark it as signed if it may be")
        if quantity.kind != "persons" and quantity.value != 0 and quantity.persons is None:
            raise ReleaseRefused("it is not said how many persons are behind it", where=str(k), mend="give `persons`")
    for part in found.parts:
        if values[part.part] > values[part.whole]:
            raise ReleaseRefused("a part is larger than its whole", where=str(part.part), mend="mend the figures")
    for ratio in found.ratios.values():
        _check_ratio(ratio, values[ratio.over], values[ratio.under])


def _check_relation(found: Draft, relation: Relation) -> None:
    total = sum(coefficient * found.quantities[k].value for k, coefficient in relation.terms)
    if (relation.low is not None and total < relation.low) or (relation.high is not None and total > relation.high):
        where = " / ".join(str(k) for k, _ in relation.terms[:2])
        raise ReleaseRefused("a relation between figures does not hold", where=where, mend="mend the figures")


def _check_ratio(ratio: Ratio, over: int, under: int) -> None:
    if under <= 0:
        raise ReleaseRefused("nothing divides it", where=str(ratio.key), mend="leave it out: it cannot be measured")
    if ratio.scale is not None and not ratio.scale[0] * under <= over <= ratio.scale[1] * under:
        raise ReleaseRefused("a mean lies outside its scale", where=str(ratio.key), mend="mend the figures")
