"""The words for the figures of what was found when an effect was looked at.

A figure that has no words here is shown under its own name.
"""

from __future__ import annotations

from dataclasses import dataclass

from maalbar.documents.diagnosis import ESTIMATORS
from maalbar.documents.formats import Formats
from maalbar.documents.language import danish


@dataclass(frozen=True)
class Told:
    """How a figure is told: a phrase with `{figure}`, what kind of number it is, and where its name ends in one, whose it is.

    `effect`: in the unit of the estimate, signed; `size`: without sign; `goal`: the same
    with all its decimals; `p`; `share`: percent of one; `points`: percentage
    points of one; `number`;
    `persons`: a count of persons, withheld where it is small; `count`: of anything else; `text`; `reason`: a refusal's code.
    """

    phrase: str
    kind: str
    side: str = ""


FIGURES = {
    "target": Told(danish("mål {figure}"), "goal"),
    "change": Told(danish("ændring {figure}"), "effect"),
    "effect": Told(danish("ændring {figure}"), "effect"),
    "difference": Told(danish("forskel til hovedresultatet {figure}"), "effect"),
    "standard_error": Told(danish("standardfejl {figure}"), "size"),
    "p_value": Told(danish("p\u2011værdi {figure}"), "p"),
    "smallest_p": Told(danish("mindste p\u2011værdi, så få områder kan give: {figure}"), "p"),
    "wild_p": Told(danish("wild cluster bootstrap, p\u2011værdi {figure}"), "p"),
    "permutation_p": Told(danish("ombytning af områder, p\u2011værdi {figure}"), "p"),
    "areas": Told(danish("områder i alt: {figure}"), "count"),
    "treated_areas": Told(danish("områder med indsats: {figure}"), "count"),
    "comparison_areas": Told(danish("sammenligningsområder: {figure}"), "count"),
    "windows": Told(danish("vinduer før start: {figure}"), "count"),
    "draws": Told(danish("gentagelser: {figure}"), "count"),
    "permutations": Told(danish("ombytninger: {figure}"), "count"),
    "assignments": Told(danish("mulige ombytninger: {figure}"), "count"),
    "freedom": Told(danish("frihedsgrader: {figure}"), "count"),
    "correlation": Told(danish("andel af variationen mellem områder {figure}"), "share"),
    "detectable": Told(danish("mindste effekt, der kan påvises: {figure}"), "size"),
    "detectable_before": Told(danish("mindste effekt, der kan påvises: {figure}"), "size"),
    "detectable_after": Told(danish("mindste effekt, der kan påvises: {figure}"), "size"),
    "power": Told(danish("chance for at påvise målet: {figure}"), "share"),
    "power_before": Told(danish("chance for at påvise målet: {figure}"), "share"),
    "power_after": Told(danish("chance for at påvise målet: {figure}"), "share"),
    "standard_error_before": Told(danish("standardfejl {figure}"), "size"),
    "standard_error_after": Told(danish("standardfejl {figure}"), "size"),
    "deviation": Told(danish("spredning mellem områder {figure}"), "number"),
    "selected_on_use": Told(danish("udvalgt på tidligere forbrug: {figure}"), "text"),
    "persons": Told(danish("personer: {figure}"), "persons"),
    "answers": Told(danish("svar: {figure}"), "persons"),
    "treated": Told(danish("indsats: {figure}"), "persons"),
    "comparison": Told(danish("sammenligning: {figure}"), "persons"),
    "matched": Told(danish("matchet: {figure}"), "persons"),
    "unmatched": Told(danish("uden match: {figure}"), "persons"),
    "censored": Told(danish("stoppet: {figure}"), "persons"),
    "days": Told(danish("dage: {figure}"), "count"),
    "items": Told(danish("spørgsmål: {figure}"), "count"),
    "imbalance": Told(danish("største standardiserede forskel {figure}"), "number"),
    "max_imbalance": Told(danish("aftalt højst {figure}"), "number"),
    "limit": Told(danish("grænse {figure}"), "number"),
    "ratio": Told(danish("forhold {figure}"), "number"),
    "ratio_low": Told(danish("forholdets nedre grænse {figure}"), "number"),
    "ratio_high": Told(danish("forholdets øvre grænse {figure}"), "number"),
    "response": Told(danish("svarprocent {figure}"), "share"),
    "min_response": Told(danish("aftalt mindst {figure}"), "share"),
    "max_gap": Told(danish("aftalt forskel højst {figure}"), "points"),
    "invited": Told(danish("kunne have svaret: {figure}"), "persons"),
    "answered": Told(danish("har svaret: {figure}"), "persons"),
    "effective": Told(danish("svar, der tæller fuldt: {figure}"), "count"),
    "largest_weight": Told(danish("største vægt {figure}"), "number"),
    "merged_strata": Told(danish("grupper slået sammen: {figure}"), "count"),
    "begun": Told(danish("skemaer begyndt: {figure}"), "persons"),
    "missing": Told(danish("ubesvaret: {figure}"), "persons"),
    "without_score": Told(danish("uden score: {figure}"), "persons"),
    "share": Told(danish("andel {figure}"), "share"),
    "item": Told(danish("spørgsmål {figure}"), "text"),
    "age": Told(danish("alder {figure}"), "number"),
    "sex": Told(danish("køn {figure}"), "number"),
    "benefit": Told(danish("ydelse {figure}"), "number"),
    "earlier_use": Told(danish("tidligere forbrug {figure}"), "number"),
    "tried": Told(danish("ombytninger prøvet: {figure}"), "count"),
    "weights": Told(danish("vægte: {figure}"), "text"),
    "drawn": Told(danish("{figure}"), "text"),
    "assumption": Told("", "text"),
    "estimator": Told(danish("beregnet ved {figure}"), "text"),
    "why": Told(danish("{figure}"), "reason"),
    "not_measurable": Told(danish("{figure}"), "reason"),
}
"""Figure → how it is told. `low` and `high` stand in the interval of `change`."""
FIGURES_OF = {
    "check.few_areas": {
        "treated": Told(danish("områder med indsats: {figure}"), "count"),
        "comparison": Told(danish("områder til sammenligning: {figure}"), "count"),
    },
}
"""Finding → figures that mean something else there."""
BETWEEN = {"last_window": danish("det sidste vindue før start")}
"""Names of what a change with its limits (`<name>_change`, `_low`, `_high`) is between; two windows are named by their ids."""
SIDES = {
    "_treated": danish("indsats"),
    "_comparison": danish("sammenligning"),
    "_before": danish("før"),
    "_after": danish("efter"),
}
"""What the end of a figure's name says of whom or when it is, where the whole name has no words of its own."""
CODES = {
    "signs": danish("fortegn"),
    "webb": danish("Webbs"),
    "all": danish("alle mulige"),
    "sample": danish("en stikprøve"),
    "person": danish("personer"),
    "area": danish("områder"),
    "yes": danish("ja"),
    "no": danish("nej"),
}
"""Words for figures that are text."""


def code_in_words(code: str, form: Formats) -> str:
    """A figure that is text: by its words, by the name of an estimator, or as it is."""
    return form.say(CODES[code]) if code in CODES else way_in_words(code, form)


def way_in_words(estimator: str, form: Formats) -> str:
    """The name of an estimator inside a sentence."""
    if estimator not in ESTIMATORS:
        return estimator
    name = form.say(ESTIMATORS[estimator].name)
    return f"{name[:1].lower()}{name[1:]}"


def phrase_of(told: Told, figure: str, form: Formats) -> str:
    """The phrase with its figure, and whom or when it is of."""
    said = form.say(told.phrase, figure=figure)
    return f"{said} ({form.say(told.side)})" if told.side else said


def told_of(name: str, finding: str = "") -> Told | None:
    """How a figure of a finding is told: by its whole name, or by the name without the side that ends it."""
    known = FIGURES | FIGURES_OF.get(finding, {})
    if name in known:
        return known[name]
    for end, side in SIDES.items():
        base = known.get(name.removesuffix(end)) if name.endswith(end) else None
        if base is not None and base.phrase:
            return Told(base.phrase, base.kind, side)
    return None


def place_of(name: str) -> int:
    """The place of a figure among the others: as the words stand here, and those without words last."""
    order = list(FIGURES)
    for candidate in (name, *(name.removesuffix(end) for end in SIDES)):
        if candidate in FIGURES:
            return order.index(candidate)
    return len(order)
