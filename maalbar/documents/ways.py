"""One effect measured in several ways: the variants of the result, as a forest plot and its table, and the agreed reserve."""

from __future__ import annotations

from decimal import Decimal

from maalbar.documents import effects
from maalbar.documents.content import Block, Figure, Table
from maalbar.documents.diagnosis import ESTIMATORS, VARIANTS
from maalbar.documents.effects import INTERVAL
from maalbar.documents.facts import EffectFact, StatementFacts
from maalbar.documents.findings import Finding, RatedFact
from maalbar.documents.followed import ABSENT
from maalbar.documents.forest import Bar, Forest
from maalbar.documents.formats import Formats
from maalbar.documents.refusals import in_danish

MAIN = "Hovedresultat"
NOT_MEASURABLE = "ikke målbar"
LONG = 40
"""A label with more letters than this stands on two lines."""


def ways_blocks(effect: EffectFact, form: Formats) -> list[Block]:
    """The forest plot of an outcome with its numbers, and the estimators that the contract's fallback names."""
    return [*_variants(effect, form), *_reserve(effect, form)]


def forests(facts: StatementFacts, form: Formats, separators: tuple[str, str]) -> dict[str, Forest]:
    """The forest plot of each outcome that was measured in other ways: name of the drawing → plot."""
    looked = [effect for effect in facts.effects if effect.estimator and effect.change is not None and _ways(effect)]
    return {_drawing(effect): _forest(effect, form, separators) for effect in looked}


def is_a_way(finding: Finding) -> bool:
    """Whether a variant is an effect of its own, and not only another p-value of the same."""
    return "change" in finding.figures or "not_measurable" in finding.figures


def exact(value: object) -> Decimal | None:
    """A figure as a number, where it is one."""
    return Decimal(value) if isinstance(value, Decimal | int) and not isinstance(value, bool) else None


def rated(finding: Finding) -> RatedFact:
    """The change of a finding with its limits."""
    return RatedFact(*(exact(finding.figures.get(name)) for name in ("change", "low", "high")))


def limits_in_words(effect: EffectFact, found: RatedFact, form: Formats) -> str:
    """`−20 % til +8 %`, or a dash where no interval is known."""
    if found.low is None or found.high is None:
        return ABSENT
    return f"{effects.signed(effect, found.low, form)} til {effects.signed(effect, found.high, form)}"


def _variants(effect: EffectFact, form: Formats) -> list[Block]:
    ways = _ways(effect)
    if not ways:
        return []
    rows = [
        (MAIN, *_change(effect, _result(effect), form)),
        *((_label(way), *_found(effect, way, form)) for way in ways),
    ]
    caption = f"{effect.title}: samme effekt, målt på andre måder"
    headers, numeric = ("Måde", "Ændring", INTERVAL), (False, True, True)
    if effect.change is None:
        return [Table(caption, headers, tuple(rows), numeric)]
    told = "; ".join(f"{label}: {change} ({limits})" for label, change, limits in rows)
    figure = Figure(caption, f"{caption}. {told}.", _drawing(effect))
    return [figure, Table("Figurens tal", headers, tuple(rows), numeric)]


def _reserve(effect: EffectFact, form: Formats) -> list[Block]:
    rows = tuple(
        (ESTIMATORS[f.about].name if f.about in ESTIMATORS else f.about, *_found(effect, f, form))
        for f in effect.findings
        if f.kind == "estimator"
    )
    if not rows:
        return []
    caption = f"{effect.title}: den aftalte reserve ({'bruges' if effect.is_replaced else 'bruges ikke'})"
    return [Table(caption, ("Beregnet ved", "Ændring", INTERVAL), rows, (False, True, True))]


def _ways(effect: EffectFact) -> list[Finding]:
    return [finding for finding in effect.findings if finding.kind == "variant" and is_a_way(finding)]


def _label(finding: Finding) -> str:
    return VARIANTS.get(finding.about, finding.about)


def _result(effect: EffectFact) -> RatedFact:
    return RatedFact(effect.change, effect.low, effect.high)


def _found(effect: EffectFact, finding: Finding, form: Formats) -> tuple[str, str]:
    refused = finding.figures.get("not_measurable")
    return (NOT_MEASURABLE, in_danish(str(refused))) if refused else _change(effect, rated(finding), form)


def _change(effect: EffectFact, found: RatedFact, form: Formats) -> tuple[str, str]:
    if found.value is None:
        return NOT_MEASURABLE, ABSENT
    return effects.signed(effect, found.value, form), limits_in_words(effect, found, form)


def _forest(effect: EffectFact, form: Formats, separators: tuple[str, str]) -> Forest:
    named = [(MAIN, _result(effect)), *((_label(way), rated(way)) for way in _ways(effect))]
    return Forest(
        bars=tuple(_bar(effect, label, found, form) for label, found in named if found.value is not None),
        zero_label="Ingen effekt",
        target=_float(effect.target),
        target_label="" if effect.target is None else f"Mål: {effects.signed(effect, effect.target, form)}",
        is_share=effect.contrast == "ratio",
        separators=separators,
    )


def _bar(effect: EffectFact, label: str, found: RatedFact, form: Formats) -> Bar:
    said, limits = _change(effect, found, form)
    text = said if limits == ABSENT else f"{said} ({limits})"
    return Bar(_folded(label), text, _float(found.value) or 0.0, _float(found.low), _float(found.high), label == MAIN)


def _folded(label: str) -> str:
    """The label on two lines where it is long, parted at the space nearest to its middle."""
    spaces = [place for place, letter in enumerate(label) if letter == " "]
    if len(label) <= LONG or not spaces:
        return label
    middle = min(spaces, key=lambda place: abs(place - len(label) / 2))
    return f"{label[:middle]}|{label[middle + 1 :]}"


def _drawing(effect: EffectFact) -> str:
    return f"forest-{effect.outcome}"


def _float(number: Decimal | None) -> float | None:
    return None if number is None else float(number)
