"""What a delivery is beside those before it, in words: for us what was held, for its sender what we must ask about.

A look is known by its name and the figures that are kept of it (`transforms/history`); neither holds a value of a row.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from maalbar.contract.delivering import Delivery
from maalbar.documents.formats import Formats
from maalbar.documents.set_aside import column_of

_DA, _EN = Formats("da_DK", "DKK"), Formats("en_GB", "DKK")
PARTS = {
    "unknown_persons": ("persons are not in the population", "personer findes ikke i befolkningsfilen"),
    "before_birth": ("rows are from before the month of birth", "rækker ligger før personens fødsel"),
    "after_death": ("rows are from long after the death", "rækker ligger længe efter personens død"),
    "elsewhere": ("rows are from a time when the person lived nowhere", "rækker ligger, hvor personen ikke boede nogen steder"),
    "without_contact": ("diagnoses have no contact", "diagnoser har ingen kontakt"),
    "persons_gone": ("persons of the delivery before are not here any more", "personer fra den forrige fil er her ikke mere"),
    "persons_appeared": (
        "persons who lived in the areas then were not told of before",
        "personer, der boede i områderne dengang, var ikke i den forrige fil",
    ),
    "persons_other_sex": ("persons have another sex than before", "personer har et andet køn end før"),
    "persons_other_birth_month": ("persons have another birth month than before", "personer har en anden fødselsmåned end før"),
    "overlap": ("rows begin before another of the same person has ended", "rækker begynder, før personens forrige er slut"),
}  # fmt: skip
"""Looks at a part of the rows or persons: what it is a part of, in English and Danish."""
HELD = {
    "volume": "{now} {of}, {before} in the delivery of {since} ({change})",
    "volume_superseded": "{now} {of}, {before} in the file whose place it takes ({change})",
    "volume_last_year": "{now} rows of the last year, {before} of the year before the earlier delivery ({change})",
    "silent_months": "{silent} of {of} months have less than half the rows of a year before",
    "late_registration": "{there} of the rows of a month are there {lag_months} months after it",
    "codes": "the {codes} codes of {dimension} are used as before",
    "codes_new": "codes of {dimension} that were in no row before stand in {share} of the rows",
    "codes_vanished": "codes of {dimension} that no row has any more stood in {share} of the rows",
    "arms_parted": "rows per resident in the treated areas beside the others have moved by {change} in a year",
}
ASKED = {
    "volume": "filen har {change} {of} end leverancen for {since} for samme tid ({now} mod {before})",
    "volume_superseded": "filen har {change} {of} end den fil, den afløser ({now} mod {before})",
    "volume_last_year": "filen har {change} rækker for det seneste år end leverancen før havde for sit ({now} mod {before})",
    "late_registration": "kun {there} af en måneds rækker kan ventes at være registreret {lag_months} måneder efter den",
    "codes": "koderne i {dimension} bruges helt anderledes end i den forrige leverance",
    "codes_new": "koder i {dimension}, som ingen række havde før, står i {share} af rækkerne",
    "codes_vanished": "koder i {dimension}, som ingen række har mere, stod i {share} af rækkerne",
}
"""Name of a look → what is held of it in English, and what its sender is asked about in Danish."""
CODES = "codes of {dimension} are not used as before: ask the sender whether they mean the same"


def held(name: str, figures: Mapping[str, Any]) -> str:
    """What was found where nothing is wrong, with its units. A look that is not known is told by its name."""
    kind, _, dimension = name.partition(".")
    if kind in PARTS and "count" in figures:
        return f"{_part(figures, _EN, 'a few of')} {PARTS[kind][0]}"
    told = {key: _figure(key, value, _EN) for key, value in figures.items()} | {"dimension": dimension}
    return _filled(HELD.get(kind, ""), told) or name.replace("_", " ")


def asked(name: str, figures: Mapping[str, Any], delivery: Delivery) -> str:
    """What the sender of a file that stopped is asked about, by his own columns."""
    kind, _, dimension = name.partition(".")
    if kind in PARTS and "count" in figures:
        return f"{_part(figures, _DA, 'nogle få af')} {PARTS[kind][1]}"
    told = {key: _figure(key, value, _DA) for key, value in figures.items()}
    told |= {"dimension": column_of(dimension, delivery), "of": _counted(str(figures.get("of", "rows")))}
    if "change" in figures:
        told["change"] = f"{_share(abs(figures['change']), _DA)} {'færre' if figures['change'] < 0 else 'flere'}"
    return _filled(ASKED.get(kind, ""), told) or "filen afviger meget fra dem, der er kommet før"


def _filled(words: str, figures: dict[str, str]) -> str:
    try:
        return words.format(**figures)
    except KeyError:  # kept by an older version, which told less
        return ""


def _figure(key: str, value: Any, form: Formats) -> str:
    if key == "change":
        return f"{value * 100:+.0f} %".replace("-", "−")
    if key in ("share", "there"):
        return _share(value, form)
    return form.number(value) if isinstance(value, int) else str(value)


def _part(figures: Mapping[str, Any], form: Formats, few: str) -> str:
    count, whole = figures["count"], figures["of"]
    if not isinstance(count, int):
        return f"{few} {form.number(whole)}"
    of = "of" if form is _EN else "af"
    return f"{form.number(count)} {of} {form.number(whole)} ({_share(count / whole if whole else 0.0, form)})"


def _share(share: float, form: Formats) -> str:
    digits = 1 if 0 < share < 0.1 else 0
    told = f"{share * 100:.{digits}f} %"
    return told.replace(".", ",") if form is _DA else told


def _counted(of: str) -> str:
    """What was counted (`transforms.history.volume`), in Danish."""
    what, _, rest = of.partition(" on ")
    if what == "residents":
        return f"beboere den {rest}"
    if of.startswith("rows of window "):
        return f"rækker i vinduet {of.removeprefix('rows of window ')}"
    return "personer, måned for måned," if of.startswith("persons") else "rækker"
