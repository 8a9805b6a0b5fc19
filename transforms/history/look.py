"""Look: one thing that was looked at in a delivery, and how far it is from what was expected."""

from __future__ import annotations

from dataclasses import dataclass, field

Told = int | float | str
FEW = "few"
"""Stands for a count of persons that is above nothing and too small to be told."""


@dataclass(frozen=True)
class Look:
    """`value` is held against `warn` and `stop`: above them, and a person is warned, or the file stops.

    `figures` are kept beside it: counts, of which small ones are `few`, shares, months and codes.
    """

    name: str
    value: float | None = None
    warn: float | None = None
    stop: float | None = None
    found: str = ""
    expected: str = ""
    ask: str = ""
    figures: dict[str, Told] = field(default_factory=dict)
    untested: str = ""
    """Why it could not be looked at; `value` is nothing then."""

    @property
    def words(self) -> str:
        """What was found and expected, and what to ask the sender."""
        return f"{self.name}: {self.found}; expected: {self.expected}; {self.ask}"


@dataclass(frozen=True)
class Part:
    """So many of a whole, of persons or of what they have. What is small is told as `few`, and no share tells it either."""

    count: int
    whole: int
    small_cell: int

    @property
    def share(self) -> float:
        return self.count / self.whole if self.whole else 0.0

    @property
    def is_few(self) -> bool:
        return 0 < self.count < self.small_cell

    def look(self, name: str, words: str, warn: float, stop: float | None, ask: str) -> Look:
        """A look at the share, which `words` say what is of. A few stop nothing, whatever their share: they are warned of."""
        found = f"a {FEW} of {self.whole}" if self.is_few else f"{self.count} of {self.whole} ({percent(self.share)})"
        figures: dict[str, Told] = {"count": FEW if self.is_few else self.count, "of": self.whole}
        return Look(
            name,
            value=self.share,
            warn=warn,
            stop=None if self.is_few else stop,
            found=f"{found} {words}",
            expected=f"at most {percent(warn)}" if warn else "none",
            ask=ask,
            figures=figures if self.is_few else figures | {"share": round(self.share, 4)},
        )


def untested(name: str, why: str) -> Look:
    return Look(name, untested=why)


def percent(share: float) -> str:
    """A share in words: with one decimal where it is small."""
    return f"{share * 100:.1f} %" if abs(share) < 0.1 else f"{share * 100:.0f} %"
