"""What all charts have in common: their type, their colours, and how an Altair chart becomes the same SVG on every machine.

A picture holds numbers and fixed words only, never a text of the contract, and is read in grey print: everything is labelled
where it stands. Its size does not depend on measured text, so the same numbers give the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from babel.numbers import get_decimal_symbol, get_group_symbol

from maalbar.documents.formats import Formats

FONTS = "Liberation Sans, Arial, Helvetica, sans-serif"
"""The first is carried by vl-convert itself, so that no machine's own fonts matter."""
INK, SOFT, FAINT = "#1b2a3a", "#5b6570", "#f3f4f5"
_FOREIGN_WORDS = ' role="graphics-object" aria-roledescription="group mark container"'
"""Vega's own English description of its root; each document gives the drawing its own."""


@dataclass(frozen=True)
class Signs:
    """How the numbers of an axis are written: decimal sign, sign of thousands, and what follows a percentage."""

    decimal: str
    thousands: str
    percent: str


def signs_of(form: Formats) -> Signs:
    """Those of the reader's language."""
    return Signs(get_decimal_symbol(form.locale), get_group_symbol(form.locale), form.percent_sign)


def svg_of(chart: Any, signs: Signs) -> str:
    """Draw an Altair chart with fixed sizes as SVG text."""
    import altair as alt
    import vl_convert

    chart = chart.configure(font=FONTS, aria=False, background="white").configure_view(stroke=None, clip=False)
    locale = {
        "decimal": signs.decimal,
        "thousands": signs.thousands,
        "grouping": [3],
        "currency": ["", ""],
        "minus": "\u2212",
        "percent": signs.percent,
    }
    version = ".".join(alt.SCHEMA_VERSION.lstrip("v").split(".")[:2])
    svg = vl_convert.vegalite_to_svg(chart.to_dict(), vl_version=version, format_locale=locale, allowed_base_urls=[])
    return svg.replace(_FOREIGN_WORDS, "")


def rows_of(alt: Any, rows: list[dict[str, Any]]) -> Any:
    """Rows as inline data."""
    return alt.Data(values=rows)


def domain(values: list[float], room: float) -> tuple[float, float]:
    """The least and the greatest of the values, with that share of room on both sides."""
    low, high = min(values), max(values)
    beside = (high - low or 1.0) * room
    return round(low - beside, 6), round(high + beside, 6)


def folded(label: str, longest: int) -> str:
    """The label on two lines (parted by `|`) where it is longer than that, parted at the space nearest to its middle."""
    spaces = [place for place, letter in enumerate(label) if letter == " "]
    if len(label) <= longest or not spaces:
        return label
    middle = min(spaces, key=lambda place: (abs(place - len(label) / 2), -place))
    return f"{label[:middle]}|{label[middle + 1 :]}"


def number_format(length: float, *, is_share: bool) -> str:
    """The format of the numbers of an axis of that length: as few decimals as tell its ticks apart."""
    shown = length * 100 if is_share else length
    decimals = next((d for d, least in ((0, 10.0), (1, 0.5)) if shown >= least), 2)
    return f".{decimals}{'%' if is_share else 'f'}"
