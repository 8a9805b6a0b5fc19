"""Texts, numbers, amounts and dates in the reader's language. Only Babel decides about signs, separators and dates.

Everything is rounded half up, once, here. Units keep to their number by a no-break space.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal, get_currency_symbol

from maalbar.documents.language import LOCALES, Language, catalogue
from maalbar.money import minor_digits, minor_per_major

NBSP = "\u00a0"
HYPHEN = "\u2011"
"""A hyphen at which no line breaks."""
MINUS = "\u2212"
EN_DASH = "\u2013"


def rounded(value: Decimal, digits: int) -> Decimal:
    """`value` to `digits` decimals, half up; a rounded zero has no sign."""
    result = value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    return abs(result) if result == 0 else result


class Formats:
    """A reader: the words and formats of one language (`da_DK`, `en_GB`), and one currency."""

    def __init__(self, locale: str, currency: str) -> None:
        self.locale, self.currency = locale, currency
        self.language: Language = next(language for language, known in LOCALES.items() if known == locale)
        self._texts = catalogue(self.language)
        known = Locale.parse(self.locale)
        self._signs_before = "¤" in known.currency_formats["standard"].prefix[0]
        self.percent_sign: str = known.percent_formats[None].suffix[0]
        """What follows a number of percent: ` %` in Danish, `%` in English."""

    def say(self, text: str, /, **values: object) -> str:
        """A Danish text in the reader's language, with its values in place; `~` in it is a no-break space."""
        # The empty text is gettext's own: its entry is the head of the catalogue.
        said = self._texts.gettext(text) if text else text
        return said.replace("~", NBSP).format(**values)

    def say_of(self, number: int, one: str, many: str, /, **values: object) -> str:
        """The one or the other of two Danish texts, as the reader's language has it of so many."""
        return self._texts.ngettext(one, many, number).replace("~", NBSP).format(**values)

    def listed(self, names: Iterable[str]) -> str:
        """`A, B og C`; nothing of none."""
        *first, last = [*names] or [""]
        return self.say("{first} og {last}", first=", ".join(first), last=last) if first else last

    def number(self, value: Decimal | int, digits: int = 0, *, signed: bool = False) -> str:
        """`1.003`, `4,1`; signed: `+0,2` and `−0,3` with a real minus."""
        exact = rounded(Decimal(value), digits)
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        return self.sign(exact, signed=signed) + format_decimal(abs(exact), pattern, locale=self.locale)

    def percent(self, ratio: Decimal, digits: int = 0, *, signed: bool = False) -> str:
        """A proportion as percent: 0.07 is `7 %`, in English `7%`."""
        return f"{self.number(ratio * 100, digits, signed=signed)}{self.percent_sign}"

    def amount(self, minor: int, *, unit: bool = True, signed: bool = False) -> str:
        """Whole minor units as money, decimals only where it is not whole: `412.000 kr.`, `−18,000.50 DKK`, `£500`."""
        whole = minor_per_major(self.currency)
        exact = Decimal(abs(minor)) / whole
        pattern = "#,##0." + "0" * minor_digits(self.currency) if minor % whole else "#,##0"
        text, sign = format_decimal(exact, pattern, locale=self.locale), self.sign(Decimal(minor), signed=signed)
        return sign + (self.money(text) if unit else text)

    def money(self, number: str) -> str:
        """A number with the unit of the currency: a sign where the language puts it, a code after it, as contracts write it."""
        if self._signs_before and not self.unit.isalpha():
            return f"{self.unit}{number}"
        return f"{number}{NBSP}{self.unit}"

    @property
    def unit(self) -> str:
        """The currency as it is written with an amount: `kr.`, `DKK`, `£`."""
        return get_currency_symbol(self.currency, self.locale)

    def day(self, day: date) -> str:
        """`15. december 2028`, `15 December 2028`."""
        return format_date(day, "long", locale=self.locale).replace(" ", NBSP)

    def span(self, start: date, end: date) -> str:
        """A half-open window with its last day in it: `1. juli 2027–30. juni 2028`."""
        return f"{self.day(start)}{EN_DASH}{self.day(_last(end))}"

    def short_span(self, start: date, end: date) -> str:
        """A window by its months: `jul. 2027–jun. 2028`, and a calendar year as `1985`."""
        last = _last(end)
        if start.year != last.year:
            return f"{self._month(start)}{EN_DASH}{self._month(last)}"
        if (start.month, last.month) == (1, 12):
            return str(start.year)
        return f"{format_date(start, 'MMM', locale=self.locale)}{EN_DASH}{self._month(last)}"

    def _month(self, day: date) -> str:
        return format_date(day, "MMM y", locale=self.locale).replace(" ", NBSP)

    def sign(self, value: Decimal, *, signed: bool = True) -> str:
        """A real minus, a plus where one is wanted, nothing before zero."""
        if value < 0:
            return MINUS
        return "+" if signed and value > 0 else ""


def _last(end: date) -> date:
    return end - timedelta(days=1)


def plain(text: str) -> str:
    """The same text with ordinary spaces and hyphens, for comparing and for mail."""
    return text.replace(NBSP, " ").replace(HYPHEN, "-")
