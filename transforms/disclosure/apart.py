"""Protecting a large draft piece by piece: what no relation, earlier release or rate binds together tells nothing of one another.

The pieces hide the same figures as the whole would have to: a reader's knowledge of one says nothing of the others. What takes
the solver minutes as one system takes seconds as many.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from maalbar.definitions import DisclosureProfile
from transforms.disclosure.drafts import Draft, Key, Part, Piece, Quantile, Quantity, Ratio, Relation, draft
from transforms.disclosure.protection import Protected, protect
from transforms.disclosure.released import Released


def protect_apart(whole: Draft, profile: DisclosureProfile, earlier: Sequence[Released] = ()) -> Protected:
    """As `protect` of the whole draft. Raises ReleaseRefused as it does."""
    found = [protect(part, profile, before) for part, before in _apart(whole, earlier) if part.shown]
    return Protected(
        whole,
        profile,
        {k: found_one.figures[k] for found_one in found for k in found_one.figures},
        {k: why for found_one in found for k, why in found_one.reasons.items()},
        tuple(one for found_one in found for one in found_one.audited),
        tuple(one for found_one in found for one in found_one.known_before),
    )


def _apart(whole: Draft, earlier: Sequence[Released]) -> Iterator[tuple[Draft, list[Released]]]:
    groups = _Groups()
    drafts = [whole, *(release.draft for release in earlier)]
    for one in drafts:
        for piece in one.pieces:
            groups.join(_named(piece))
    mine = _by_group(groups, whole)
    theirs = [(release, _by_group(groups, release.draft)) for release in earlier]
    for group, pieces in mine.items():
        known = [
            Released(release.id, release.profile, found := draft(*parts[group]), _hidden(release, found))
            for release, parts in theirs
            if group in parts
        ]
        yield draft(*pieces), known


def _hidden(release: Released, part: Draft) -> frozenset[Key]:
    return release.hidden & {*part.quantities, *part.ratios, *part.quantiles}


def _by_group(groups: _Groups, one: Draft) -> dict[Key, list[Piece]]:
    found: dict[Key, list[Piece]] = {}
    for piece in one.pieces:
        found.setdefault(groups.of(_named(piece)[0]), []).append(piece)
    return found


def _named(piece: Piece) -> list[Key]:
    """Every key that a piece binds together."""
    match piece:
        case Quantity():
            return [piece.key]
        case Ratio():
            return [piece.key, piece.over, piece.under]
        case Quantile():
            return [piece.key, piece.of]
        case Relation():
            return [k for k, _ in piece.terms]
        case Part():
            return [piece.part, piece.whole]


class _Groups:
    """Keys that are bound together, each group known by one of them."""

    def __init__(self) -> None:
        self._above: dict[Key, Key] = {}

    def of(self, k: Key) -> Key:
        while (above := self._above.setdefault(k, k)) != k:
            self._above[k] = self._above[above]
            k = above
        return k

    def join(self, keys: Iterable[Key]) -> None:
        first, *others = (self.of(k) for k in keys)
        for other in others:
            self._above[other] = first
