"""The research extract of a settled period: counts drawn anew from the frozen deliveries, effects as the parties approved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from maalbar import definitions
from maalbar.contract import Contract
from maalbar.contract.versions import in_force
from maalbar.definitions import related
from maalbar.documents.extract import ExtractFacts, OutcomeFact, WindowFact, extract_files
from maalbar.documents.extract.facts import Figure, Shown
from maalbar.documents.facts import EffectFact
from maalbar.documents.language import LANGUAGES
from maalbar.errors import ReleaseRefused
from maalbar.flow.answered import response_facts
from maalbar.flow.cohort_figures import cohort_facts
from maalbar.flow.evidence import Evidence
from maalbar.flow.figures import effect_fact, rate_facts
from maalbar.flow.measure import tables_of
from maalbar.flow.outgoing.material import Asked, Figures, Material, approved, last_posted, made_by
from maalbar.flow.statement import evidence_of
from maalbar.flow.statement_facts import of_period
from maalbar.suppressed import SUPPRESSED, Suppressed
from transforms import indicators
from transforms.disclosure import Draft, Key, Protected, draft, key
from transforms.extract import Divided, extract_draft, units
from transforms.extract.counted import DAYS_A_YEAR
from transforms.extract.units import of_period as units_of
from transforms.extract.units import until as units_until
from transforms.observed import Observed

PERSON_YEARS_TO = 5
"""Person-years are told to the nearest five: nearer, two windows would tell how few left between them."""
COMPARED = ("events", "amount", "rate", "mean")
"""What a change is a change of."""
BASES = ("period", "cumulative")


def gather(asked: Asked) -> Material:
    """The draft of an extract, and its files. Raises ReleaseRefused where no rows lie here, SourcesExpired where none do now."""
    contract, period = asked.contract, asked.period or last_posted(asked.contract)
    number = approved(contract.id, period)
    evidence, periods = evidence_of(contract.id, number)
    evidence = of_period(evidence, period, periods)
    frozen = evidence.measurements[period]
    if frozen["bundle"] is not None:
        mend = "have the extract released in the room that holds the deliveries"
        raise ReleaseRefused("was measured in another room", where=f"{contract.id} period {period}", mend=mend)
    held = in_force(evidence.contract, period)
    seen = Observed(held, tables_of(held, frozen["inputs"]), period)
    divided = Divided(held, seen, asked.recipient.crossed)
    measured = {row["outcome"] for row in evidence.values[period]}
    whole = draft(extract_draft(seen, divided, measured), *_units(evidence, period))
    passport = made_by(evidence.contract, number) | {
        "measurements": {period: frozen["measurement_id"]},
        "results": frozen["result_digest"],
        "as_known_at": frozen["as_known_at"].isoformat(),
        "measured_by": frozen["code_version"],
        "definitions": {f"{told.shelf}/{told.ref}": told.digest for told in related.of_contract(held)},
        "deliveries": {
            row["source"]: row["sha256"] for row in evidence.deliveries if row["delivery_id"] in _inputs(frozen)
        },
    }
    write = partial(_write, asked, evidence, period, whole, divided, passport)
    followed = tuple(p.id for p in held.calendar.until(period))
    return Material(whole, followed, passport, write, partial(_hidden_besides, evidence, period, whole))


def _inputs(frozen: Mapping[str, Any]) -> set[str]:
    return {delivery_id for delivery_id in frozen["inputs"].values() if delivery_id}


def _units(evidence: Evidence, period: str) -> Iterator[Any]:
    for outcome, counts, is_sum in _counted_by_the_piece(evidence, period):
        yield from units(outcome, counts, in_all=is_sum)


def _counted_by_the_piece(evidence: Evidence, period: str) -> Iterator[tuple[str, dict[str, int], bool]]:
    """(outcome, period → units, whether their sum is what is told of all periods)."""
    for outcome in evidence.contract.outcomes:
        counts = {}
        for p in evidence.contract.calendar.until(period):
            row = evidence.effect(p.id, outcome, "period") if p.id in evidence.effects else None
            if row is not None and row["units"] is not None:
                counts[p.id] = int(row["units"])
        in_all = evidence.effect(period, outcome, "cumulative")
        if period in counts:
            yield outcome, counts, in_all is not None and in_all["units"] == sum(counts.values())


def _hidden_besides(evidence: Evidence, period: str, whole: Draft, found: Protected) -> frozenset[Key]:
    """What is hidden although no rule of its own asks for it: what statements withhold, what a change beside it would give, and
    rates of groups whose persons are hidden."""
    hidden = {k for k in whole.shown if _is_withheld(evidence, period)(k)}
    totals = {
        dict(k.at)["outcome"]
        for k in {*hidden, *found.hidden}
        if k.measure in COMPARED and set(dict(k.at)) == {"outcome", "arm", "window"}
    }
    changed = totals & {row["outcome"] for row in evidence.effects[period] if row["change"] is not None}
    hidden |= {k for k in whole.shown if k.measure in COMPARED and dict(k.at)["outcome"] in changed}
    groups = {k.at for k in found.hidden if k.measure == "followed"}
    return frozenset(hidden | {k for k in whole.shown if k.measure == "rate" and _group(k, period) in groups})


def _group(rate: Key, period: str) -> tuple[tuple[str, str], ...]:
    """Where those who have entered are told of the group that a rate is of."""
    at = {name: code for name, code in rate.at if name not in ("outcome", "window")}
    return key("followed", at | {"until": period}).at


def _is_withheld(evidence: Evidence, period: str) -> Any:
    """Whether a statement withholds the figure of a key."""
    rates = {(r.outcome, r.window, r.arm) for r in rate_facts(evidence, period) if r.value is None}
    answers = {(r.outcome, r.window, r.arm): r for r in response_facts(evidence, period)}
    courses: dict[tuple[str, str], Any] = {
        (row.arm, row.period): row.counts for row in cohort_facts(evidence, period).followed
    }

    def is_withheld(k: Key) -> bool:
        at = dict(k.at)
        cell = (at.get("outcome", ""), at.get("window", ""), at.get("arm", ""))
        is_of_groups = bool(set(at) - {"outcome", "window", "arm"})
        match k.measure:
            case "rate" | "events" | "amount" | "mean":
                return cell in rates and not is_of_groups
            case "answers":
                return cell in answers and answers[cell].answers is None
            case "response":
                return cell in answers and answers[cell].percent is None
            case "persons" | "deaths":
                counts = courses.get((at["arm"], at["window"]), {})
                return k.measure in counts and counts[k.measure] is None
        return False

    return is_withheld


def _write(
    asked: Asked, evidence: Evidence, period: str, whole: Draft, divided: Divided, passport: Mapping[str, Any],
    figures: Figures,
) -> dict[str, bytes]:  # fmt: skip
    contract = evidence.contract
    divisors = {name: indicators.divisor(o.indicator) for name, o in contract.outcomes.items() if o.is_measured_here}
    facts = ExtractFacts(
        contract=contract.id,
        name=contract.name,
        recipient=asked.recipient.name,
        profile=asked.profile,
        through=period,
        dimensions=tuple(dimension.name for dimension in divided.dimensions),
        is_crossed=divided.is_crossed,
        outcomes=tuple(_outcome(contract, name, divisors.get(name, 1)) for name in contract.outcomes),
        windows=tuple(
            WindowFact(w.id, w.start, w.end, w.id in {b.id for b in contract.baseline.windows})
            for w in contract.windows_until(period)
        ),
        figures=dict(_told(whole, figures, divisors)),
        effects=tuple(_effects(evidence, period, figures)),
        passport=tuple(_flat(passport)),
        is_rehearsal=contract.rehearsal is not None,
    )
    return extract_files(facts)


def _outcome(contract: Contract, name: str, divisor: int) -> OutcomeFact:
    outcome = contract.outcomes[name]
    found = definitions.indicator(outcome.indicator)
    title = {language: outcome.title.get(language, outcome.title["da"]) for language in LANGUAGES}
    return OutcomeFact(
        name, title, outcome.indicator, definitions.digest(outcome.indicator), found.counts, found.unit,
        outcome.estimator, outcome.contrast or "count", divisor,
    )  # fmt: skip


def _told(whole: Draft, figures: Figures, divisors: Mapping[str, int]) -> Iterator[tuple[Figure, Shown]]:
    """Every figure of the tables by the name of its column."""
    for k, shown in figures.items():
        at = dict(k.at)
        if k.measure == "entered":
            yield Figure("attrition", key("", at | {"step": "entered"}).at), shown
        elif k.measure in ("events", "amount"):
            divisor = divisors[at["outcome"]] if k.measure == "amount" else 1
            if not isinstance(shown, Suppressed) and divisor != 1:
                shown = Decimal(shown) / divisor
            yield Figure("quantity", k.at), shown
        elif k.measure != "units":
            yield Figure(k.measure, k.at), shown
        if k.measure == "rate":
            years = whole.quantities[Key("days_of_outcome", k.at)].value / DAYS_A_YEAR
            nearest = int(years / PERSON_YEARS_TO + Decimal("0.5")) * PERSON_YEARS_TO
            yield Figure("person_years", k.at), SUPPRESSED if isinstance(shown, Suppressed) else nearest


def _effects(evidence: Evidence, period: str, figures: Figures) -> Iterator[dict[str, Shown | str | None]]:
    for outcome in evidence.contract.outcomes:
        for basis in BASES:
            row = evidence.effect(period, outcome, basis)
            if row is None:
                continue
            fact = effect_fact(evidence, period, outcome, basis)
            is_counted = fact.contrast == "count"
            yield {
                "outcome": outcome, "basis": basis, "contrast": fact.contrast, "estimator": fact.estimator,
                "change": None if is_counted else fact.change, "standard_error": row["standard_error"], "low": fact.low,
                "high": fact.high, "p_value": fact.p_value,
                "units": _units_told(fact, outcome, basis, period, figures) if is_counted else None,
                "not_measurable": fact.not_measurable,
            }  # fmt: skip


def _units_told(fact: EffectFact, outcome: str, basis: str, period: str, figures: Figures) -> Shown | None:
    if fact.change is None:
        return None if fact.not_measurable and not fact.not_measurable.startswith("few_counted") else SUPPRESSED
    k = units_of(outcome, period) if basis == "period" else units_until(outcome, period)
    return figures.get(k, SUPPRESSED)


def _flat(passport: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in passport.items():
        if isinstance(value, Mapping):
            yield from ((f"{name}: {part}", str(said)) for part, said in value.items())
        else:
            yield name, str(value)
