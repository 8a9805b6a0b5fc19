"""Tables as drafts: finest cells in; every margin and group, and the relations that bind them, out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

from maalbar.errors import ReleaseRefused
from transforms.disclosure.drafts import Draft, Key, Kind, Part, Piece, Quantity, Relation, draft, key

TOTAL = ""


@dataclass(frozen=True)
class Dimension:
    """What a table is divided by. `codes`: the finest, each person in one. `groups`: name → its parts, codes or other groups.

    Groups may overlap: two ways of dividing the same codes are two sets of groups. `is_attribute`: a code says something of a
    person that not everyone can see, so that none or all of a row having it tells of each.
    """

    name: str
    codes: tuple[str, ...]
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    is_attribute: bool = False

    def finest(self, code: str) -> tuple[str, ...]:
        """The finest codes of a code, a group or the total."""
        if code == TOTAL:
            return self.codes
        if code in self.groups:
            return tuple(dict.fromkeys(c for part in self.groups[code] for c in self.finest(part)))
        return (code,)

    @property
    def levels(self) -> list[str]:
        return [TOTAL, *self.groups, *self.codes]


def crossed(
    measure: str,
    dimensions: Sequence[Dimension],
    cells: Mapping[tuple[str, ...], int | Quantity],
    shown: Collection[Collection[str]] | None = None,
    at: Mapping[str, str] | None = None,
) -> Draft:
    """The table of a measure by its dimensions, with all margins and groups, as a draft.

    `cells`: by finest codes in the order of `dimensions`: a count of persons, or a quantity of whatever kind, whose key is set
    here. What is left out is 0. A person is in one cell only. `shown`: the sets of dimensions of which a table is shown, `[]`
    being the grand total; None shows all. `at`: codes that hold for the whole table, such as its period.
    """
    _check_codes(dimensions, cells)
    kind, fixed = _kind(cells), dict(at or {})
    sets = None if shown is None else {frozenset(names) for names in shown}
    pieces: list[Piece] = []
    for codes in product(*(dimension.levels for dimension in dimensions)):
        found = _total(kind, [cells.get(finest, 0) for finest in product(*map(Dimension.finest, dimensions, codes))])
        named = frozenset(d.name for d, code in zip(dimensions, codes, strict=True) if code != TOTAL)
        is_shown = found.is_shown and (sets is None or named in sets)
        pieces.append(replace(found, key=_key(measure, dimensions, codes, fixed), is_shown=is_shown))
        pieces += _bound(measure, dimensions, codes, fixed, kind == "persons")
    return draft(*pieces)


def stock_and_flow(start: Key, end: Key, exits: Sequence[Key]) -> Relation:
    """Those of a frozen cohort at the start are those at the end and those who left between: the dead, the emigrated."""
    return Relation(((start, 1), (end, -1), *((exit, -1) for exit in exits)))


def adds_up(whole: Key, parts: Sequence[Key]) -> Relation:
    """A whole is the sum of its parts."""
    return Relation(((whole, 1), *((part, -1) for part in parts)))


def _check_codes(dimensions: Sequence[Dimension], cells: Mapping[tuple[str, ...], int | Quantity]) -> None:
    for dimension in dimensions:
        known, parts = set(dimension.levels), {part for group in dimension.groups.values() for part in group}
        if len(known) != len(dimension.levels) or not parts <= known:
            mend = "give every code and group one name, and groups parts that are there"
            raise ReleaseRefused("codes and groups do not fit", where=f"dimension {dimension.name}", mend=mend)
    finest = set(product(*(dimension.codes for dimension in dimensions)))
    if not set(cells) <= finest:
        names = ", ".join(dimension.name for dimension in dimensions)
        raise ReleaseRefused("a cell has a code that is not in its dimension", where=names, mend="name the code there")


def _kind(cells: Mapping[tuple[str, ...], int | Quantity]) -> Kind:
    kinds: set[Kind] = {"persons" if isinstance(cell, int) else cell.kind for cell in cells.values()}
    if len(kinds) > 1:
        raise ReleaseRefused("persons, events and amounts are added together", where="a table", mend="divide the table")
    return kinds.pop() if kinds else "persons"


def _total(kind: Kind, parts: list[int | Quantity]) -> Quantity:
    """The sum of cells with different persons: its largest contributions are among theirs."""
    quantities = [Quantity(key(""), part) if isinstance(part, int) else part for part in parts]
    most = min((len(q.largest) for q in quantities if q.value), default=0)
    changed = [q.changed for q in quantities]
    return Quantity(
        key(""),
        sum(q.value for q in quantities),
        kind,
        persons=None if kind == "persons" else sum(q.persons or 0 for q in quantities),
        largest=tuple(sorted((x for q in quantities for x in q.largest), reverse=True)[:most]),
        is_shown=any(q.is_shown for q in quantities),
        is_kept=all(q.is_kept for q in quantities),
        is_known=all(q.is_known for q in quantities),
        is_signed=any(q.is_signed for q in quantities),
        weight=max(q.weight for q in quantities),
        changed=None if None in changed else sum(c or 0 for c in changed),
    )


def _key(measure: str, dimensions: Sequence[Dimension], codes: Sequence[str], fixed: Mapping[str, str]) -> Key:
    named = {d.name: code for d, code in zip(dimensions, codes, strict=True) if code != TOTAL}
    return key(measure, {**fixed, **named})


def _bound(
    measure: str, dimensions: Sequence[Dimension], codes: tuple[str, ...], fixed: Mapping[str, str], is_persons: bool
) -> Iterator[Piece]:
    """What binds a cell to others along each dimension: its parts, and the margin it is a part of."""
    here = _key(measure, dimensions, codes, fixed)
    for place, (dimension, code) in enumerate(zip(dimensions, codes, strict=True)):
        parts = dimension.codes if code == TOTAL else dimension.groups.get(code, ())
        at = [(*codes[:place], part, *codes[place + 1 :]) for part in parts]
        if at:
            yield adds_up(here, [_key(measure, dimensions, part, fixed) for part in at])
        if dimension.is_attribute and code != TOTAL and is_persons:
            yield Part(here, _key(measure, dimensions, (*codes[:place], TOTAL, *codes[place + 1 :]), fixed))
