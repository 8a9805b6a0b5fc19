"""Faults of who is selected, and of what an estimator needs of the cohort: dated areas, earlier use, standards, censoring."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from maalbar.contract.checks.fault import Fault
from maalbar.contract.checks.measuring import filled
from maalbar.contract.checks.prices import FITTING
from maalbar.contract.measuring import Arm, EarlierUse
from maalbar.contract.model import Contract
from maalbar.contract.outcomes import Outcome
from maalbar.contract.prices import Unpaid
from maalbar.contract.yamlfile import Key, read_definition
from maalbar.settings import PROJECT

DEFINITIONS = PROJECT / "definitions"
FILLED_BY = {"contacts": "contacts", "stays": "contacts"}
"""What earlier use can be counted from, and the table that a delivery fills for it."""
SECTOR_OF = {"stays": "hospital"}
"""What is counted of one sector alone, without its definition saying so."""
OF_PERSONS = ("matched_comparison", "historical_baseline")
"""Estimators that look at the persons of a cohort on the day of entry."""


def entry(contract: Contract) -> Iterator[Fault]:
    """Dated areas, earlier use, what is shown of it, and the standard."""
    cohort, key = contract.cohort, ("cohort",)
    for name, arm in (("treated", cohort.arms.treated), ("comparison", cohort.arms.comparison)):
        yield from _dates(arm, (*key, "arms", name, "dates"))
    use = cohort.eligibility.earlier_use if cohort.eligibility else None
    for field, asked in ((("eligibility", "earlier_use"), use), (("known_before",), cohort.known_before)):
        if asked is not None:
            yield from _earlier_use(contract, asked, (*key, *field))
    standard = cohort.standard
    if standard.population != "cohort" and _definition("populations", standard.population) is None:
        what = f"there is no population {standard.population}"
        yield Fault((*key, "standard", "population"), what, "name one of definitions/populations, or `cohort`")
    bands = standard.age_bands
    rule = cohort.eligibility
    youngest = rule.min_age if rule and rule.min_age and not rule.benefit_codes else 0
    if not bands or bands[0] > youngest:
        what = "no age band holds the youngest who can enter"
        yield Fault((*key, "standard", "age_bands"), what, f"begin with the band from {youngest}")
    elif any(after <= before for before, after in pairwise(bands)):
        yield Fault(
            (*key, "standard", "age_bands"), "the age bands do not rise", "give the lowest age of each, in order"
        )


def estimators(contract: Contract) -> Iterator[Fault]:
    """What the estimators of each outcome rest on is there, and is not what they cannot carry. Results that others have found
    rest on what those others had."""
    for outcome_id, outcome in contract.outcomes.items():
        if not outcome.is_measured_here:
            continue
        key: Key = ("outcomes", outcome_id)
        named: set[str] = {outcome.estimator, *(outcome.fallback.use if outcome.fallback else ())}
        yield from _given(outcome, named, key)
        yield from _regression_to_the_mean(contract, outcome, key)
        if outcome.contrast == "level":
            what = f"{outcome.estimator} finds a change, and a level is none"
            yield Fault((*key, "contrast"), what, "use `difference` or `ratio`, or `estimator: given`")
        if "historical_baseline" in named and contract.baseline.windows and not contract.historical_windows:
            what = "those who would have entered earlier are selected on months that nothing promises data of"
            mend = f"begin the baseline {_earlier(contract)} months earlier, with a window of its own"
            at: Key = ("estimator",) if outcome.estimator == "historical_baseline" else ("fallback", "use")
            yield Fault((*key, *at), what, mend)
        if contract.cohort.kind == "open":
            for name in sorted(named & set(OF_PERSONS)):
                what = f"an open cohort has no persons on a day of entry, as {name} needs"
                yield Fault((*key, "estimator"), what, "use kind `frozen` or `waves`, or another estimator")
            if outcome.censor or outcome.clusters == "area":
                what = "an open cohort has no areas, and nobody in it is followed"
                field = "censor" if outcome.censor else "clusters"
                yield Fault((*key, field), what, f"remove `{field}`, or use kind `frozen` or `waves`")
        elif "left_municipality" in outcome.censor and not _tells(contract, "population", "municipality"):
            what = "no delivery tells the municipality that is left"
            yield Fault((*key, "censor"), what, "add the column `municipality` to the delivery of the population")


def _dates(arm: Arm, key: Key) -> Iterator[Fault]:
    """Each dated area is one of the arm's, on the list for some time, and not twice on one day."""
    for position, row in enumerate(arm.dates):
        at: Key = (*key, position)
        if row.area not in arm.areas:
            yield Fault((*at, "area"), f"`{row.area}` is no area of the arm", "add it to `areas`")
        if row.start is None and row.end is None:
            yield Fault(at, "an area is dated without a date", "give `from`, `to` or both")
        if row.start and row.end and row.end <= row.start:
            yield Fault((*at, "to"), "ends before it begins", "put `to` after `from`")
        for other in arm.dates[:position]:
            apart = (row.end and other.start and row.end <= other.start) or (
                other.end and row.start and other.end <= row.start
            )
            if other.area == row.area and not apart:
                yield Fault(at, f"{row.area} is on the list twice on one day", "let its dates follow each other")


def _earlier_use(contract: Contract, rule: EarlierUse, key: Key) -> Iterator[Fault]:
    """Something is counted, from contacts that are delivered, over some months that data are promised of."""
    if contract.cohort.kind == "open":
        yield Fault(key, "nobody enters an open cohort", "use kind `frozen` or `waves`")
    for field in ("at_least", "months"):
        if getattr(rule, field) < 1:
            yield Fault((*key, field), "asks for nothing", "give at least 1")
    defined = _definition("indicators", rule.indicator)
    if defined is None:
        what, mend = f"there is no definition {rule.indicator}", "write it under definitions/indicators"
        yield Fault((*key, "indicator"), what, mend)
    elif (table := FILLED_BY.get(str(defined.get("table")))) is None:
        what = f"{rule.indicator} is counted from {defined.get('table')}"
        yield Fault((*key, "indicator"), what, "earlier use is counted from contacts or hospital stays")
    else:
        yield from filled(
            contract,
            rule.indicator,
            table,
            SECTOR_OF.get(str(defined["table"]), defined.get("sector")),
            (*key, "indicator"),
        )
    first = contract.baseline.windows[0].start if contract.baseline.windows else None
    if contract.cohort.waves and first and rule.since(contract.cohort.waves[0].entry) < first:
        what = (
            f"looks back to {rule.since(contract.cohort.waves[0].entry)}, and nothing promises data before the baseline"
        )
        yield Fault((*key, "months"), what, f"look back to {first} at most, or begin the baseline earlier")


def _given(outcome: Outcome, named: set[str], key: Key) -> Iterator[Fault]:
    """`matching` and `trial` stand where they are used, and only there; a trial's result is in the outcome's unit."""
    for field, estimator in (("matching", "matched_comparison"), ("trial", "trial")):
        if (getattr(outcome, field) is not None) != (estimator in named):
            what = f"`{field}` belongs to the estimator {estimator}, and it to `{field}`"
            yield Fault((*key, field), what, "give both or neither, in `estimator` or in `fallback.use`")
    if outcome.trial is None or outcome.contrast is None:
        return
    fitting = FITTING[outcome.contrast]
    for field in ("change", "standard_error"):
        figure = getattr(outcome.trial, field)
        if figure.unit not in fitting:
            what = f"{figure} does not fit contrast {outcome.contrast}"
            yield Fault((*key, "trial", field), what, f"write it in {' or '.join(fitting)}")


def _regression_to_the_mean(contract: Contract, outcome: Outcome, key: Key) -> Iterator[Fault]:
    """Whoever is selected on a high year has a lower one next, whatever is done: a change alone cannot be paid for."""
    rule = contract.cohort.eligibility
    if rule is None or rule.earlier_use is None:
        return
    mend = (
        "use difference_in_differences, matched_comparison or historical_baseline, which are selected in the same way"
    )
    if outcome.estimator == "before_after":
        what = "before_after takes regression to the mean for an effect, and the cohort is selected on earlier use"
        yield Fault((*key, "estimator"), what, mend)
    is_paid = not isinstance(outcome.price, Unpaid)
    if is_paid and outcome.fallback and "before_after" in outcome.fallback.use:
        what = "a price would be paid for regression to the mean, since the cohort is selected on earlier use"
        yield Fault((*key, "fallback", "use"), what, mend)


def _earlier(contract: Contract) -> int:
    rule = contract.cohort.eligibility
    return rule.earlier_use.months if rule and rule.earlier_use else 0


def _definition(shelf: str, ref: str) -> Mapping[str, Any] | None:
    """What a definition says; None where there is no such file."""
    name, _, version = ref.partition("@")
    path = DEFINITIONS / shelf / f"{name}.v{version}.yaml"
    return read_definition(path) if path.is_file() else None


def _tells(contract: Contract, table: str, column: str) -> bool:
    mine = [delivery for delivery in contract.deliveries.values() if delivery.table == table]
    return any(column in {*delivery.columns, *delivery.constants} for delivery in mine)
