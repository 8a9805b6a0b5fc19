"""Small cells: which counts may not be shown, and which others they could be computed from."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from maalbar.bundle import WITHHELD

Key = TypeVar("Key", bound=Hashable)


def withheld(count: int | None, small: int) -> int | None:
    """The count, or None where it is from 1 to below the small-cell limit, or withheld before. Nothing is nothing, and shown."""
    return None if count is None or 0 < count < small else count


def told(value: Any) -> Any:
    """A stored figure; None where the measuring room has withheld it."""
    return None if value == WITHHELD else value


def gives_away(whole: int, part: int, small: int) -> bool:
    """Whether a part of a whole, or what it leaves of it, is small: then the two may not be told together."""
    return withheld(part, small) is None or withheld(whole - part, small) is None


def withhold(
    counts: Mapping[Key, int | None],
    sums: Iterable[tuple[Key, Sequence[Key]]],
    small: int,
    keep: Collection[Key] = (),
    unseen: Collection[Key] = (),
) -> dict[Key, int | None]:
    """The counts with None for each that is small, and for as many others as it takes that none can be computed back.

    A count that is None was withheld before, with all that it takes, and asks for nothing more: withholding twice is as once.

    `sums`: (total, its parts), all of them keys of `counts`. In a sum with something hidden and its total shown, a part that
    is not small is hidden too, the smallest; where there is none, the total. Where all parts are shown, so is the total.
    `keep`: those that a reader needs most, and that are hidden beside a small one only where nothing else can be.
    `unseen`: those that no page shows. A total of them is hidden rather than any part: what else it is the sum of is hidden then.
    A part of them is hidden before others.
    """
    hidden = {key for key, count in counts.items() if withheld(count, small) is None}
    equations = [(total, list(parts)) for total, parts in sums]
    order = {
        key: (key in keep, key not in unseen, count or 0, place) for place, (key, count) in enumerate(counts.items())
    }
    while True:
        more = {
            key for total, parts in equations for key in _complement(counts, hidden, total, parts, small, order, unseen)
        }
        if more <= hidden:
            return {key: None if key in hidden else count for key, count in counts.items()}
        hidden |= more


def _complement(
    counts: Mapping[Key, int | None],
    hidden: set[Key],
    total: Key,
    parts: Sequence[Key],
    small: int,
    order: Mapping[Key, tuple[bool, bool, int, int]],
    unseen: Collection[Key],
) -> set[Key]:
    """What else must be hidden for one sum to give nothing away."""
    missing = [part for part in parts if part in hidden]
    shown = sorted(
        (part for part in parts if part not in hidden and (counts[part] or 0) >= small), key=order.__getitem__
    )
    if total in hidden:
        # A hidden total beside parts that are all shown is their sum.
        return set() if missing or not shown else {shown[0]}
    # One alone is what the others leave of the total; several that are all small may be given away by their sum.
    if not missing or (len(missing) > 1 and any(not _is_small(counts[part], small) for part in missing)):
        return set()
    return {shown[0]} if shown and total not in unseen else {total}


def _is_small(count: int | None, small: int) -> bool:
    return count is not None and count < small
