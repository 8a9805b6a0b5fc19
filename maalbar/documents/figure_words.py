"""The words, in Danish, for the figures of what was found when an effect was looked at.

A figure that has no words here is shown under its own name.
"""

from __future__ import annotations

from dataclasses import dataclass

from maalbar.documents.diagnosis import ESTIMATORS
from maalbar.documents.formats import HYPHEN

P_VALUE = f"p{HYPHEN}værdi"


@dataclass(frozen=True)
class Told:
    """How a figure is told: a phrase with `{}`, and what kind of number it is.

    `effect`: in the unit of the estimate, signed; `size`: without sign; `goal`: the same
    with all its decimals; `p`; `share`: percent of one; `points`: percentage
    points of one; `number`;
    `persons`: a count of persons, withheld where it is small; `count`: of anything else; `text`; `reason`: a refusal's code.
    """

    phrase: str
    kind: str


FIGURES = {
    "target": Told("mål {}", "goal"),
    "change": Told("ændring {}", "effect"),
    "effect": Told("ændring {}", "effect"),
    "difference": Told("forskel til hovedresultatet {}", "effect"),
    "standard_error": Told("standardfejl {}", "size"),
    "p_value": Told(f"{P_VALUE} {{}}", "p"),
    "smallest_p": Told(f"mindste {P_VALUE}, så få områder kan give: {{}}", "p"),
    "wild_p": Told(f"wild cluster bootstrap, {P_VALUE} {{}}", "p"),
    "permutation_p": Told(f"ombytning af områder, {P_VALUE} {{}}", "p"),
    "areas": Told("områder i alt: {}", "count"),
    "treated_areas": Told("områder med indsats: {}", "count"),
    "comparison_areas": Told("sammenligningsområder: {}", "count"),
    "windows": Told("vinduer før start: {}", "count"),
    "draws": Told("gentagelser: {}", "count"),
    "permutations": Told("ombytninger: {}", "count"),
    "assignments": Told("mulige ombytninger: {}", "count"),
    "freedom": Told("frihedsgrader: {}", "count"),
    "correlation": Told("andel af variationen mellem områder {}", "share"),
    "detectable": Told("mindste effekt, der kan påvises: {}", "size"),
    "detectable_before": Told("mindste effekt, der kan påvises: {}", "size"),
    "detectable_after": Told("mindste effekt, der kan påvises: {}", "size"),
    "power": Told("chance for at påvise målet: {}", "share"),
    "power_before": Told("chance for at påvise målet: {}", "share"),
    "power_after": Told("chance for at påvise målet: {}", "share"),
    "standard_error_before": Told("standardfejl {}", "size"),
    "standard_error_after": Told("standardfejl {}", "size"),
    "deviation": Told("spredning mellem områder {}", "number"),
    "selected_on_use": Told("udvalgt på tidligere forbrug: {}", "text"),
    "persons": Told("personer: {}", "persons"),
    "answers": Told("svar: {}", "persons"),
    "treated": Told("indsats: {}", "persons"),
    "comparison": Told("sammenligning: {}", "persons"),
    "matched": Told("matchet: {}", "persons"),
    "unmatched": Told("uden match: {}", "persons"),
    "censored": Told("stoppet: {}", "persons"),
    "days": Told("dage: {}", "count"),
    "items": Told("spørgsmål: {}", "count"),
    "imbalance": Told("største standardiserede forskel {}", "number"),
    "max_imbalance": Told("aftalt højst {}", "number"),
    "limit": Told("grænse {}", "number"),
    "ratio": Told("forhold {}", "number"),
    "ratio_low": Told("forholdets nedre grænse {}", "number"),
    "ratio_high": Told("forholdets øvre grænse {}", "number"),
    "response": Told("svarprocent {}", "share"),
    "min_response": Told("aftalt mindst {}", "share"),
    "max_gap": Told("aftalt forskel højst {}", "points"),
    "invited": Told("kunne have svaret: {}", "persons"),
    "answered": Told("har svaret: {}", "persons"),
    "effective": Told("svar, der tæller fuldt: {}", "count"),
    "largest_weight": Told("største vægt {}", "number"),
    "merged_strata": Told("grupper slået sammen: {}", "count"),
    "begun": Told("skemaer begyndt: {}", "persons"),
    "missing": Told("ubesvaret: {}", "persons"),
    "without_score": Told("uden score: {}", "persons"),
    "share": Told("andel {}", "share"),
    "item": Told("spørgsmål {}", "text"),
    "age": Told("alder {}", "number"),
    "sex": Told("køn {}", "number"),
    "benefit": Told("ydelse {}", "number"),
    "earlier_use": Told("tidligere forbrug {}", "number"),
    "tried": Told("ombytninger prøvet: {}", "count"),
    "weights": Told("vægte: {}", "text"),
    "drawn": Told("{}", "text"),
    "assumption": Told("", "text"),
    "estimator": Told("beregnet ved {}", "text"),
    "why": Told("{}", "reason"),
    "not_measurable": Told("{}", "reason"),
}
"""Figure → how it is told. `low` and `high` stand in the interval of `change`."""
FIGURES_OF = {
    "check.few_areas": {
        "treated": Told("områder med indsats: {}", "count"),
        "comparison": Told("områder til sammenligning: {}", "count"),
    },
}
"""Finding → figures that mean something else there."""
BETWEEN = {"last_window": "det sidste vindue før start"}
"""Names of what a change with its limits (`<name>_change`, `_low`, `_high`) is between; two windows are named by their ids."""
SIDES = {"_treated": "indsats", "_comparison": "sammenligning", "_before": "før", "_after": "efter"}
"""What the end of a figure's name says of whom or when it is, where the whole name has no words of its own."""
CODES = {
    "signs": "fortegn",
    "webb": "Webbs",
    "all": "alle mulige",
    "sample": "en stikprøve",
    "person": "personer",
    "area": "områder",
    "yes": "ja",
    "no": "nej",
    **{name: way.name.lower() for name, way in ESTIMATORS.items()},
}
"""Words for figures that are text."""


def told_of(name: str, finding: str = "") -> Told | None:
    """How a figure of a finding is told: by its whole name, or by the name without the side that ends it."""
    known = FIGURES | FIGURES_OF.get(finding, {})
    if name in known:
        return known[name]
    for end, side in SIDES.items():
        base = known.get(name.removesuffix(end)) if name.endswith(end) else None
        if base is not None and base.phrase:
            return Told(f"{base.phrase} ({side})", base.kind)
    return None


def place_of(name: str) -> int:
    """The place of a figure among the others: as the words stand here, and those without words last."""
    order = list(FIGURES)
    for candidate in (name, *(name.removesuffix(end) for end in SIDES)):
        if candidate in FIGURES:
            return order.index(candidate)
    return len(order)
