"""What was reached of outcomes that are counted by the piece. A unit is taken as a person: it is hardly less telling."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from transforms.disclosure import Key, Quantity, adds_up, key
from transforms.disclosure.drafts import Piece


def of_period(outcome: str, period: str) -> Key:
    return key("units", {"outcome": outcome, "period": period})


def until(outcome: str, period: str) -> Key:
    return key("units", {"outcome": outcome, "until": period})


def units(outcome: str, counts: Mapping[str, int], *, in_all: bool = True) -> Iterator[Piece]:
    """`counts`: period → units, in order. The sum of them is told of the last period, unless `in_all` is false."""
    parts = [of_period(outcome, period) for period in counts]
    yield from (Quantity(k, count) for k, count in zip(parts, counts.values(), strict=True))
    if in_all and counts:
        whole = until(outcome, list(counts)[-1])
        yield Quantity(whole, sum(counts.values()))
        yield adds_up(whole, parts)
