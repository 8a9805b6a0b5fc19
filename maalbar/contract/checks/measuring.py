"""Faults of what is measured: the cohort, its arms, the indicators."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from maalbar.contract.checks.fault import Fault
from maalbar.contract.delivering import Delivery
from maalbar.contract.model import Contract
from maalbar.contract.outcomes import Outcome
from maalbar.contract.yamlfile import Key, read_definition
from maalbar.settings import PROJECT

INDICATORS = PROJECT / "definitions" / "indicators"
COUNTED_FROM = ("difference_in_differences", "count")
"""Estimators that say nothing of a result found elsewhere: they are counted from deliveries."""
MADE_OF = {"stays": "contacts", "costs": "contacts"}
"""What indicators are counted from that no delivery fills itself → the table it is made of."""


def cohort(contract: Contract) -> Iterator[Fault]:
    cohort = contract.cohort
    if (cohort.kind == "open") == bool(cohort.waves):
        need = "no waves" if cohort.kind == "open" else "at least one wave"
        yield Fault(("cohort", "kind"), f"a cohort of kind {cohort.kind} has {need}", "change `kind` or `waves`")
    if cohort.kind == "frozen" and len(cohort.waves) > 1:
        yield Fault(("cohort", "waves"), "a frozen cohort has one wave", "use kind `waves`")
    treated, comparison = cohort.arms.treated, cohort.arms.comparison
    for name, arm in (("treated", treated), ("comparison", comparison)):
        if bool(arm.areas) == bool(arm.attribute):
            yield Fault(("cohort", "arms", name), "an arm is given by areas or by an attribute", "give one of the two")
        elif bool(arm.attribute) != (cohort.kind == "open") and bool(cohort.waves) != (cohort.kind == "open"):
            what = (
                f"an arm of a cohort of kind {cohort.kind} is given by {'an attribute' if arm.attribute else 'areas'}"
            )
            yield Fault(("cohort", "arms", name), what, "use areas for waves, an attribute for an open cohort")
    both = sorted(set(treated.areas) & set(comparison.areas))
    if both:
        yield Fault(("cohort", "arms", "comparison", "areas"), f"area {both[0]} is in both arms", "leave it in one")
    for position, unit in enumerate(cohort.own_units):
        if unit in cohort.own_units[:position]:
            yield Fault(("cohort", "own_units", position), f"unit `{unit}` is listed twice", "leave it once")


def _told_by_count(outcome: Outcome, key: Key) -> Iterator[Fault]:
    """What the measurement hands over is a number of units: rules on single claims need results that are handed in."""
    price = outcome.price
    names = ("milestones", "per_person", "success", "rates")
    for name in names:
        if getattr(price, name, None):
            what = "a count does not tell of single claims"
            yield Fault(
                (*key, name), what, "use `estimator: given` and hand the claims in with `maalbar settle --results`"
            )


def indicators(contract: Contract) -> Iterator[Fault]:
    """Every indicator is defined, and some delivery fills the table it counts from."""
    for outcome_id, outcome in contract.outcomes.items():
        key: Key = ("outcomes", outcome_id, "indicator")
        name, _, version = outcome.indicator.partition("@")
        file = INDICATORS / f"{name}.v{version}.yaml"
        if not file.is_file():
            near = difflib.get_close_matches(name, [path.stem.partition(".")[0] for path in INDICATORS.iterdir()], n=1)
            mend = f"did you mean `{near[0]}`?" if near else "write it under definitions/indicators"
            yield Fault(key, f"there is no definition {outcome.indicator}", mend)
            continue
        defined = read_definition(file)
        counted_from, better = str(defined.get("table")), defined.get("better")
        table = MADE_OF.get(counted_from, counted_from)
        if better is not None and better != outcome.better:
            what = f"{outcome.indicator} is better when {better}"
            yield Fault(("outcomes", outcome_id, "better"), what, f"write `better: {better}`")
        if outcome.estimator == "count":
            yield from _told_by_count(outcome, ("outcomes", outcome_id, "price"))
        if table == "given":
            if outcome.estimator in COUNTED_FROM:
                yield Fault(key, "nobody can count what others give", "name the indicator that is counted")
            continue
        yield from filled(contract, outcome.indicator, table, defined.get("sector"), key)
        if table == "surveys":
            yield from _scored(outcome, ("outcomes", outcome_id))


def filled(contract: Contract, indicator: str, table: str, sector: object, key: Key) -> Iterator[Fault]:
    """Some delivery fills the table, with contacts of the sector that is counted. `sector`: None where any counts."""
    mine = [delivery for delivery in contract.deliveries.values() if delivery.table == table]
    if not mine:
        what = f"{indicator} counts from {table}, which no delivery fills"
        yield Fault(key, what, f"add a delivery with `table: {table}`")
    elif sector is not None and not any(_may_tell(delivery, str(sector)) for delivery in mine):
        what = f"{indicator} counts contacts of the sector {sector}, which no delivery tells of"
        yield Fault(key, what, f"add a delivery of contacts with `constants: {{sector: {sector}}}`")


def _may_tell(delivery: Delivery, sector: str) -> bool:
    """Whether the delivery's contacts can be of that sector; a column without codes may hold any."""
    if "sector" in delivery.constants:
        return delivery.constants["sector"] == sector
    codes = delivery.codes.get("sector")
    return codes is None or sector in codes.values()


def _scored(outcome: Outcome, key: Key) -> Iterator[Fault]:
    """Scores are means of answers: no rate to compare, nothing to count, and asked of those who have entered alone."""
    if outcome.contrast == "ratio":
        yield Fault((*key, "contrast"), "a mean score has no ratio", "use `difference`")
    if outcome.estimator == "count":
        yield Fault((*key, "estimator"), "a score is not counted", "use `difference_in_differences`, or count claims")
    if outcome.censor:
        what = "answers count by the day they were given, whatever ends the follow-up of other outcomes"
        yield Fault((*key, "censor"), what, "remove `censor`")
    if "historical_baseline" in outcome.estimators:
        at = ("estimator",) if outcome.estimator == "historical_baseline" else ("fallback", "use")
        what = "those who would have entered earlier were not asked"
        yield Fault((*key, *at), what, "use difference_in_differences or another estimator")
