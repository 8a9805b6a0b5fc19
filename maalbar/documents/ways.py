"""One effect measured in several ways: the variants of the result, as a forest plot and its table, and the agreed reserve."""

from __future__ import annotations

import re
from decimal import Decimal

from maalbar.documents import effects
from maalbar.documents.content import Block, Figure, Note, Table
from maalbar.documents.diagnosis import ESTIMATORS, VARIANTS
from maalbar.documents.drawing import signs_of
from maalbar.documents.effects import INTERVAL
from maalbar.documents.facts import EffectFact, StatementFacts
from maalbar.documents.findings import Finding, RatedFact
from maalbar.documents.followed import wave_in_words
from maalbar.documents.forest import Bar, Forest
from maalbar.documents.formats import Formats
from maalbar.documents.language import danish
from maalbar.documents.phrases import ABSENT, change_in_words, rated
from maalbar.documents.refusals import reason_in_words

MAIN = danish("Hovedresultat")
NOT_MEASURABLE = danish("ikke målbar")
NOT_ENTERED = danish("ikke inde")
"""Of a wave in a period before it entered."""


def ways_blocks(effect: EffectFact, form: Formats) -> list[Block]:
    """The forest plot of an outcome with its numbers, and the estimators that the contract's fallback names."""
    return [*_variants(effect, form), *_reserve(effect, form)]


def forests(facts: StatementFacts, form: Formats) -> dict[str, Forest]:
    """The forest plot of each outcome that was measured in other ways: name of the drawing → plot."""
    looked = [effect for effect in facts.effects if _is_drawn(effect)]
    return {_drawing(effect): _forest(effect, form) for effect in looked}


def _is_drawn(effect: EffectFact) -> bool:
    return bool(effect.paid and effect.estimator and effect.change is not None and _ways(effect))


def is_a_way(finding: Finding) -> bool:
    """Whether a variant is an effect of its own, and not only another p-value of the same."""
    return "change" in finding.figures or "not_measurable" in finding.figures


def _variants(effect: EffectFact, form: Formats) -> list[Block]:
    ways = _ways(effect)
    if not ways:
        return []
    rows = (
        (form.say(MAIN), *_change(effect, _result(effect), form)),
        *((variant_in_words(way.about, form), *_found(effect, way, form)) for way in ways),
    )
    caption = form.say("{title}: samme effekt, målt på andre måder", title=effect.title)
    reasons = [_reason(variant_in_words(way.about, form), way, form) for way in ways if _refused(way)]
    headers = (form.say("Måde"), form.say("Ændring"), form.say(INTERVAL))
    numeric = (False, True, True)
    if effect.change is None:
        return [Table(caption, headers, rows, numeric), *reasons]
    told = "; ".join(f"{label}: {change} ({limits})" for label, change, limits in rows)
    figure = Figure(caption, f"{caption}. {told}.", _drawing(effect))
    return [figure, Table(form.say("Figurens tal"), headers, rows, numeric), *reasons, *_by_wave(effect, form)]


def _by_wave(effect: EffectFact, form: Formats) -> list[Block]:
    """Each wave in each window, where the measurement looked at them one by one (figures named `<wave>_<window>_…`)."""
    finding = effect.finding("variant.by_wave")
    parts = dict.fromkeys(
        name.rpartition("_")[0] if name.endswith("_change") else name.removesuffix("_not_measurable")
        for name in (finding.figures if finding else ())
        if name.endswith(("_change", "_not_measurable"))
    )
    found: dict[str, dict[str, str]] = {}
    for part in sorted(parts, key=_counting):
        wave, _, window = part.rpartition("_")
        change, limits = _change(effect, rated(finding, f"{part}_") if finding else RatedFact(None), form)
        told = change if limits == ABSENT else f"{change} ({limits})"
        if finding and effects.says_nothing(effect, rated(finding, f"{part}_")):
            told = form.say("{told}: for få til at sige noget", told=told)
        found.setdefault(wave, {})[window] = told
    if not found:
        return []
    windows = sorted({window for cells in found.values() for window in cells}, key=_counting)
    rows = tuple(
        (wave_in_words(wave, form), *(cells.get(window, form.say(NOT_ENTERED)) for window in windows))
        for wave, cells in found.items()
    )
    headers = (form.say("Bølge"), *(form.say("periode {period}", period=window) for window in windows))
    numeric = (False, *(True for _ in windows))
    caption = form.say(
        "{title}: bølge for bølge, ændring med {interval}", title=effect.title, interval=form.say(INTERVAL)
    )
    return [Table(caption, headers, rows, numeric)]


def _counting(name: str) -> list[tuple[int, str]]:
    """`w2_10` after `w2_9`: what is a number is ordered as one."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.findall(r"\d+|\D+", name)]


def _reserve(effect: EffectFact, form: Formats) -> list[Block]:
    found = {_estimator(f, form): f for f in effect.findings if f.kind == "estimator"}
    if not found:
        return []
    if effect.is_replaced:
        caption = form.say("{title}: den aftalte reserve (bruges)", title=effect.title)
    else:
        caption = form.say("{title}: den aftalte reserve (bruges ikke)", title=effect.title)
    rows = tuple((name, *_found(effect, way, form)) for name, way in found.items())
    headers = (form.say("Beregnet ved"), form.say("Ændring"), form.say(INTERVAL))
    table = Table(caption, headers, rows, (False, True, True))
    return [table, *(_reason(name, way, form) for name, way in found.items() if _refused(way))]


def _ways(effect: EffectFact) -> list[Finding]:
    """In the order of the words, and those without words last."""
    order = list(VARIANTS)
    ways = [finding for finding in effect.findings if finding.kind == "variant" and is_a_way(finding)]
    return sorted(ways, key=lambda way: order.index(way.about) if way.about in order else len(order))


def _estimator(finding: Finding, form: Formats) -> str:
    return form.say(ESTIMATORS[finding.about].name) if finding.about in ESTIMATORS else finding.about


def variant_in_words(name: str, form: Formats) -> str:
    """A variant by its words, or by its name."""
    return form.say(VARIANTS[name]) if name in VARIANTS else name


def _result(effect: EffectFact) -> RatedFact:
    return RatedFact(effect.change, effect.low, effect.high)


def _refused(finding: Finding) -> str | None:
    why = finding.figures.get("not_measurable")
    return None if why is None else str(why)


def _reason(name: str, finding: Finding, form: Formats) -> Note:
    why = reason_in_words(_refused(finding) or "", form)
    return Note(form.say("{name}: ikke målbar, fordi {why}.", name=name, why=why))


def _found(effect: EffectFact, finding: Finding, form: Formats) -> tuple[str, str]:
    return (form.say(NOT_MEASURABLE), ABSENT) if _refused(finding) else _change(effect, rated(finding), form)


def _change(effect: EffectFact, found: RatedFact, form: Formats) -> tuple[str, str]:
    return (form.say(NOT_MEASURABLE), ABSENT) if found.value is None else change_in_words(effect, found, form)


def _forest(effect: EffectFact, form: Formats) -> Forest:
    others = ((variant_in_words(way.about, form), rated(way)) for way in _ways(effect))
    named = [(form.say(MAIN), _result(effect)), *others]
    return Forest(
        bars=tuple(_bar(effect, label, found, form) for label, found in named if found.value is not None),
        zero_label=form.say("Ingen effekt"),
        target=_float(effect.target),
        target_label=""
        if effect.target is None
        else form.say("Mål: {target}", target=effects.promised(effect, form, signed=True)),
        is_share=effect.contrast == "ratio",
        signs=signs_of(form),
    )


def _bar(effect: EffectFact, label: str, found: RatedFact, form: Formats) -> Bar:
    said, limits = _change(effect, found, form)
    text = said if limits == ABSENT else f"{said} ({limits})"
    is_main = label == form.say(MAIN)
    numbers = (_float(found.value) or 0.0, _float(found.low), _float(found.high))
    return Bar(label, text, *numbers, is_main)


def _drawing(effect: EffectFact) -> str:
    return f"forest-{effect.outcome}"


def _float(number: Decimal | None) -> float | None:
    return None if number is None else float(number)
