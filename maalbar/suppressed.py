"""The mark in the place of a figure that may not be told: a value of its own, never 0, never blank, never reckoned with.

One mark for all, in one wording per language: a mark that said why would tell a small count from one hidden to protect it.
"""

from __future__ import annotations

from typing import Final, Literal, NoReturn

Language = Literal["da", "en"]
_SIGN: dict[str, str] = {"da": "fortroligt", "en": "confidential"}
_LEGEND: dict[str, str] = {
    "da": "fortroligt: vises ikke, da det alene eller sammen med andre tal kunne føre til enkelte personer. Det er ikke nul.",
    "en": "confidential: not shown, since alone or with other figures it could lead to single persons. It is not zero.",
}


class Suppressed:
    """The type of `SUPPRESSED`. Whoever adds, compares by size, or takes it for a number or a truth value gets a TypeError."""

    __slots__ = ()
    CODE: Final = "withheld"
    """The mark in JSON, the same as a result bundle has."""

    def sign(self, language: Language) -> str:
        """The text of a cell of CSV, XLSX, HTML and PDF: a word, which a screen reader can read."""
        return _SIGN[language]

    def legend(self, language: Language) -> str:
        """The line beneath every table in which the mark stands."""
        return _LEGEND[language]

    def __str__(self) -> str:
        return self.CODE

    def __repr__(self) -> str:
        return "SUPPRESSED"

    def __reduce__(self) -> str:
        return "SUPPRESSED"

    def _no_number(self, *_: object) -> NoReturn:
        raise TypeError("a suppressed figure is no number, and nothing is computed from it")

    __bool__ = __int__ = __float__ = __index__ = __round__ = _no_number
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _no_number
    __lt__ = __le__ = __gt__ = __ge__ = __neg__ = __abs__ = _no_number


SUPPRESSED: Final = Suppressed()
