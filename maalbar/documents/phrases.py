"""The figures of a finding as phrases, in the order of the words for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import pairwise

from maalbar.documents import effects
from maalbar.documents.effects import HIDDEN
from maalbar.documents.facts import EffectFact
from maalbar.documents.figure_words import BETWEEN, Told, code_in_words, phrase_of, place_of, told_of
from maalbar.documents.findings import Finding, RatedFact
from maalbar.documents.formats import NBSP, Formats
from maalbar.documents.language import danish
from maalbar.documents.refusals import reason_in_words

ABSENT = "–"
ARMS_BESIDE = danish("indsats mod sammenligning")
SMALLEST_P = Decimal("0.001")


def figures_in_words(
    effect: EffectFact, finding: Finding, form: Formats, windows: Mapping[str, str] | None = None
) -> list[str]:
    """Every figure as a phrase; limits stand with what they are the limits of, and the treated against the comparison.

    One without words is told by its name. `windows`: window → its months, for what is between two of them.
    """
    said: list[str] = []
    is_explained = False
    names = sorted(finding.figures, key=place_of)
    for name in names:
        base, _, end = name.rpartition("_")
        prefix = f"{base}_" if base else ""
        if end in ("low", "high") and f"{prefix}change" in finding.figures:
            continue
        if prefix and end == "comparison" and f"{prefix}treated" in finding.figures:
            continue
        if prefix and end == "treated" and f"{prefix}comparison" in finding.figures:
            told = _phrase(effect, finding, name, form, beside=f"{prefix}comparison")
            said += told if is_explained else [f"{phrase} ({form.say(ARMS_BESIDE)})" for phrase in told]
            is_explained = True
        elif end == "change":
            change = _change(effect, finding, prefix, form)
            between = form.say(BETWEEN[base]) if base in BETWEEN else _between(base, windows or {}, form)
            said.append(f"{between}: {change}" if base else form.say("ændring {figure}", figure=change))
        else:
            said += _phrase(effect, finding, name, form)
    return said


def _between(name: str, windows: Mapping[str, str], form: Formats) -> str:
    """`fra jul. 2023–jun. 2024 til jul. 2024–jun. 2025` of two windows named `b1_b2`; by its ids where they are not known."""
    for first, second in pairwise(windows):
        if name == f"{first}_{second}":
            return form.say("fra {first} til {second}", first=windows[first], second=windows[second])
    return name.replace("_", " → ")


def sentence(phrases: Iterable[str]) -> str:
    """The phrases as one sentence, without its full stop."""
    said = "; ".join(phrases)
    return f"{said[:1].upper()}{said[1:]}"


def change_in_words(effect: EffectFact, found: RatedFact, form: Formats) -> tuple[str, str]:
    """`−7 %` and `−20 % til +8 %`; a dash where no interval is known."""
    if found.value is None:
        return form.say(HIDDEN), form.say(HIDDEN)
    limits = ABSENT
    if found.low is not None and found.high is not None:
        low, high = (effects.signed(effect, limit, form) for limit in (found.low, found.high))
        limits = form.say("{low} til {high}", low=low, high=high)
    return effects.signed(effect, found.value, form), limits


def rated(finding: Finding, prefix: str = "") -> RatedFact:
    """The change of a finding with its limits: the figures whose names begin with `prefix`."""
    return RatedFact(*(exact(finding.figures.get(f"{prefix}{end}")) for end in ("change", "low", "high")))


def exact(value: object) -> Decimal | None:
    """A figure as a number, where it is one."""
    return Decimal(value) if isinstance(value, Decimal | int) and not isinstance(value, bool) else None


def p_value(p: Decimal, form: Formats) -> str:
    """To three decimals, and `< 0,001` below them."""
    return f"<{NBSP}{form.number(SMALLEST_P, 3)}" if p < SMALLEST_P else form.number(p, 3)


def _change(effect: EffectFact, finding: Finding, prefix: str, form: Formats) -> str:
    change, limits = change_in_words(effect, rated(finding, prefix), form)
    return change if limits in (ABSENT, form.say(HIDDEN)) else f"{change} ({limits})"


def _phrase(effect: EffectFact, finding: Finding, name: str, form: Formats, *, beside: str = "") -> list[str]:
    """One figure, or that of the treated with that of the comparison `beside` it: `svar 451 mod 1.400`."""
    values = [finding.figures[key] for key in (name, beside) if key]
    told = told_of(name.removesuffix("_treated") if beside else name, finding.name) or told_of(name, finding.name)
    if told is None:
        return [f"{name} {_beside([_plain(value, form) for value in values], form)}"]
    figures = _beside([_figure(effect, told, value, form) for value in values], form)
    return [phrase_of(told, figures, form)] if told.phrase else []


def _beside(figures: list[str], form: Formats) -> str:
    """One figure, or that of the treated against that of the comparison."""
    if len(figures) == 1:
        return figures[0]
    return form.say("{treated} mod {comparison}", treated=figures[0], comparison=figures[1])


def _plain(value: object, form: Formats) -> str:
    return form.say(HIDDEN) if value is None else form.number(value, 2) if isinstance(value, Decimal) else str(value)


def _figure(effect: EffectFact, told: Told, value: object, form: Formats) -> str:
    if value is None:
        return form.say(HIDDEN)
    number = exact(value)
    if number is None:
        return reason_in_words(str(value), form) if told.kind == "reason" else code_in_words(str(value), form)
    formats = {
        "effect": lambda: effects.signed(effect, number, form),
        "size": lambda: effects.size(effect, number, form),
        "goal": lambda: effects.in_full(effect, number, form),
        "p": lambda: p_value(number, form),
        "share": lambda: form.percent(number),
        "points": lambda: form.say("{number}~procentpoint", number=form.number(number * 100)),
        "number": lambda: form.number(number, 2),
    }
    return formats[told.kind]() if told.kind in formats else form.number(number)
