"""What a settlement corrects of periods that were closed before it: each payment and each effect, before and after."""

from __future__ import annotations

from collections.abc import Iterator

from maalbar.documents.facts import CorrectedEffect
from maalbar.documents.money_facts import CorrectedPayment
from maalbar.flow.evidence import Evidence
from maalbar.flow.figures import effect_fact, paid_basis
from maalbar.flow.restated_facts import is_of_few

Key = tuple[str, str, str, str, str]


def corrected_payments(evidence: Evidence) -> tuple[CorrectedPayment, ...]:
    """The lines of this statement that change what earlier settlements have posted, in the order of calendar and contract.

    Before is the sum of what was posted for the same period, outcome, payer, recipient and part (principal, premium).
    """
    contract, number = evidence.contract, evidence.proposal["number"]
    posted: dict[Key, int] = {}
    for entry in evidence.entries:
        if entry["settlement"] < number:
            posted[_key(entry)] = posted.get(_key(entry), 0) + entry["amount_minor"]
    closed = {key[0] for key in posted}
    moved: dict[Key, int] = {}
    for line in evidence.lines:
        if line["period"] in closed and line["amount_minor"]:
            moved[_key(line)] = moved.get(_key(line), 0) + line["amount_minor"]
    periods, outcomes = [p.id for p in contract.calendar.periods], [*contract.outcomes]
    in_order = sorted(
        moved,
        key=lambda key: (periods.index(key[0]), outcomes.index(key[1]) if key[1] in outcomes else len(outcomes), key),
    )
    return tuple(
        CorrectedPayment(
            period=key[0],
            title=contract.title_of(key[1])[evidence.language],
            payer=contract.parties[key[2]].name,
            recipient=contract.parties[key[3]].name,
            component=key[4],
            before_minor=posted.get(key, 0),
            after_minor=posted.get(key, 0) + moved[key],
        )
        for key in in_order
    )


def corrected_effects(evidence: Evidence, period_id: str) -> Iterator[CorrectedEffect]:
    """The outcomes that this settlement rests on and an earlier one found to be others, on the basis they are paid on.

    They are told of in the newest period's statement. What is not told of: a number of units that differs by few.
    """
    before = evidence.before
    if before is None or period_id != evidence.proposal["through"]:
        return
    small = evidence.contract.quality.small_cell
    for period, was_measured in before.measurements.items():
        now_measured = evidence.measurements.get(period)
        if now_measured is None or now_measured["measurement_id"] == was_measured["measurement_id"]:
            continue
        for outcome in evidence.contract.outcomes:
            basis = paid_basis(evidence, outcome)
            was, now = (effect_fact(of, period, outcome, basis) for of in (before, evidence))
            seen = ((fact.change, fact.low, fact.high, fact.not_measurable) for fact in (was, now))
            if len({*seen}) > 1 and not is_of_few(was, now, small):
                yield CorrectedEffect(period, was, now)


def _key(row: dict[str, object]) -> Key:
    period, outcome, payer, recipient, component = (
        str(row[name]) for name in ("period", "outcome", "payer", "recipient", "component")
    )
    return period, outcome, payer, recipient, component
