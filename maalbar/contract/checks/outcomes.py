"""Faults of outcomes: who pays whom for them, their gates, fallbacks and plans."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from maalbar.contract.bounds import Bounds
from maalbar.contract.checks.fault import Fault
from maalbar.contract.checks.prices import FITTING, sound
from maalbar.contract.model import Agreement
from maalbar.contract.outcomes import Outcome, Share
from maalbar.contract.prices import Unpaid
from maalbar.contract.units import looked_at
from maalbar.contract.yamlfile import Key

PAYS = ("payer",)
RECEIVES = ("investor", "intermediary")


def outcomes(agreement: Agreement) -> Iterator[Fault]:
    """Every fault of every outcome but its price."""
    for outcome_id, outcome in agreement.outcomes.items():
        key: Key = ("outcomes", outcome_id)
        may_be_either = outcome.estimator in ("given", "trial")
        if not may_be_either and (outcome.estimator == "count") != (outcome.contrast is None):
            yield Fault(key, "a contrast belongs to an estimated effect, and only to it", "give or remove `contrast`")
        if isinstance(outcome.price, Unpaid) == bool(outcome.payments):
            what = "payments belong to a price, and a price to payments"
            yield Fault((*key, "payments"), what, "give both or neither")
        if outcome.payments:
            yield from shares(agreement, outcome.payments, (*key, "payments"))
        yield from _gate(agreement, outcome_id, outcome, (*key, "gate"))
        yield from _fallback(outcome, (*key, "fallback"))
        units = list(dict.fromkeys(figure.unit for figure in looked_at(agreement, outcome_id)))
        if outcome.contrast == "level" and len(units) > 1:
            what = f"its result is looked at in {' and in '.join(units)}"
            yield Fault(key, what, "write price, gates and conditions on one outcome in one unit")
        if outcome.deadweight is not None and outcome.contrast == "level" and outcome.better == "lower":
            what = "what would have come anyway cannot be taken off a level that is better when lower"
            yield Fault((*key, "deadweight"), what, "measure a difference or a ratio, or remove `deadweight`")
        known = {row.payer for row in agreement.terms.responsibilities}
        if outcome.sharing == "measured_saving" and not known & {row.payer for row in outcome.payments}:
            what = "no payer of this outcome has a responsibility"
            yield Fault((*key, "sharing"), what, "add its payers to `terms.responsibilities`")


def shares(agreement: Agreement, rows: tuple[Share, ...], key: Key) -> Iterator[Fault]:
    """Shares sum to all of it, between parties that pay and parties that receive."""
    total = sum((row.share for row in rows), Decimal(0)) * 100
    if total != 100:
        yield Fault(key, f"the shares sum to {total.normalize():f} %, not 100 %", "change the shares")
    pairs = [(row.payer, row.recipient) for row in rows]
    for position, row in enumerate(rows):
        if row.share == 0:
            yield Fault((*key, position, "share"), "a share of nothing", "leave the payment out")
        yield from role(agreement, row.payer, PAYS, (*key, position, "payer"))
        yield from role(agreement, row.recipient, RECEIVES, (*key, position, "recipient"))
        if pairs.count((row.payer, row.recipient)) > 1:
            yield Fault((*key, position), "the same payer and recipient twice", "add the shares together")


def role(agreement: Agreement, party_id: str, wanted: tuple[str, ...], key: Key) -> Iterator[Fault]:
    """The party is there and has one of the roles."""
    party = agreement.parties.get(party_id)
    if party is None or not set(wanted) & set(party.roles):
        what = f"`{party_id}` is no {wanted[0]} of this contract"
        yield Fault(key, what, f"name a party with the role {' or '.join(wanted)}")


def _gate(agreement: Agreement, outcome_id: str, outcome: Outcome, key: Key) -> Iterator[Fault]:
    gate = outcome.gate
    if gate is None:
        return
    if gate.outcome is not None and gate.outcome not in agreement.outcomes:
        yield Fault((*key, "outcome"), f"there is no outcome `{gate.outcome}`", "name one of this contract")
        return
    if gate.each_period is None and gate.pooled is None:
        yield Fault(key, "a gate that nothing opens", "give `each_period`, `pooled` or both")
    looked = agreement.outcomes[gate.outcome or outcome_id]
    for field, bounds in (("each_period", gate.each_period), ("pooled", gate.pooled)):
        if bounds is not None:
            yield from bounds_fit(looked, bounds, (*key, field))
    if gate.pooled_in and gate.pooled is None:
        yield Fault((*key, "pooled_in"), "periods to look at nothing in", "give `pooled` or remove `pooled_in`")
    for period in gate.pooled_in:
        yield from followed(agreement, period, (*key, "pooled_in"))


def bounds_fit(outcome: Outcome, bounds: Bounds, key: Key) -> Iterator[Fault]:
    """Bounds say something, in the unit of the outcome they look at."""
    yield from sound(bounds, key)
    fitting = ("units",) if outcome.contrast is None else FITTING[outcome.contrast]
    for figure in bounds.figures:
        if figure.unit not in fitting:
            yield Fault(key, f"{figure} does not fit the outcome", f"write it in {' or '.join(fitting)}")


def followed(agreement: Agreement, period: str, key: Key) -> Iterator[Fault]:
    """The period is one that effects are measured in."""
    known = [p.id for p in agreement.calendar.followed]
    if period not in known:
        yield Fault(key, f"`{period}` is no followed period", f"name one of {', '.join(known)}")


def _fallback(outcome: Outcome, key: Key) -> Iterator[Fault]:
    rule = outcome.fallback
    if rule is None:
        return
    if sum(rule.use.values()) != 1:
        yield Fault((*key, "use"), "the weights do not sum to 100 %", "change the weights")
    if rule.when == "not_measurable" and outcome.estimator in rule.use:
        what = f"`{outcome.estimator}` is not measurable where the fallback looks for it"
        yield Fault((*key, "use"), what, "name other estimators, or write `when: standard_error_above`")
    if (rule.when == "standard_error_above") != (rule.limit is not None):
        yield Fault((*key, "limit"), "a limit belongs to `standard_error_above`", "give or remove `limit`")
    if outcome.contrast is None:
        yield Fault(key, "units have no estimate to fall back from", "remove `fallback`")
