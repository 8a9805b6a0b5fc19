"""The languages of documents. Danish is the source text, written where it is said; a catalogue holds it in each other language.

Catalogues are gettext's (`en.po` beside this file), read as they are. In a text `~` is a no-break space, and `{name}` a value
that is put in after the text is looked up, so that a value is never looked up, nor read as a text.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Literal, get_args

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

Language = Literal["da", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
SOURCE: Language = "da"
LOCALES: dict[Language, str] = {"da": "da_DK", "en": "en_GB"}
FOLDER = Path(__file__).parent


def danish(text: str) -> str:
    """The text itself: marks one that is kept in a table of words, and said later by `Formats.say`."""
    return text


@cache
def catalogue(language: Language) -> NullTranslations:
    """The texts of a language by the Danish ones. What it lacks stays Danish."""
    if language == SOURCE:
        return NullTranslations()
    compiled = BytesIO()
    with (FOLDER / f"{language}.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=language, abort_invalid=True))
    compiled.seek(0)
    return Translations(compiled)
