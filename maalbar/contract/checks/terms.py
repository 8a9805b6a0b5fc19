"""Faults of the terms: caps, floors, premium, mandates, and what refers to periods and outcomes."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from maalbar.contract.checks.fault import Fault
from maalbar.contract.checks.outcomes import PAYS, RECEIVES, bounds_fit, followed, role, shares
from maalbar.contract.model import Agreement
from maalbar.contract.prices import ProRata
from maalbar.contract.yamlfile import Key


def caps(agreement: Agreement) -> Iterator[Fault]:
    for position, cap in enumerate(agreement.terms.caps):
        key: Key = ("terms", "caps", position)
        if cap.payer is not None:
            yield from role(agreement, cap.payer, PAYS, (*key, "payer"))
        if cap.recipient is not None:
            yield from role(agreement, cap.recipient, RECEIVES, (*key, "recipient"))
        if cap.recipient and not cap.payer:
            yield Fault((*key, "recipient"), "a cap on a recipient alone", "name the payer too")
        if cap.outcome is not None and cap.outcome not in agreement.outcomes:
            yield Fault((*key, "outcome"), f"there is no outcome `{cap.outcome}`", "name one of this contract")
        if (cap.per == "budget_year") != (cap.carry_over is not None):
            what = "what a yearly cap carries over must be said, and only there"
            yield Fault((*key, "carry_over"), what, "write `none`, `unused` or `excess` with `per: budget_year`")
        known = {period.year for period in agreement.calendar.followed}
        unknown = sorted(set(cap.in_years) - known)
        if cap.in_years and (cap.per != "budget_year" or unknown):
            what = f"no budget year {unknown[0]}" if unknown else "a maximum of a year belongs to `per: budget_year`"
            yield Fault((*key, "in_years"), what, f"use {', '.join(sorted(known))}, with `per: budget_year`")
    scopes = [(cap.outcome, cap.payer, cap.recipient, cap.per) for cap in agreement.terms.caps]
    if len(set(scopes)) < len(scopes):
        yield Fault(("terms", "caps"), "two caps on the same payer and recipient", "keep one")


def floors(agreement: Agreement) -> Iterator[Fault]:
    if len({floor.id for floor in agreement.terms.floors}) < len(agreement.terms.floors):
        yield Fault(("terms", "floors"), "two floors have the same id", "give each its own")
    for position, floor in enumerate(agreement.terms.floors):
        key: Key = ("terms", "floors", position)
        yield from role(agreement, floor.payer, PAYS, (*key, "payer"))
        yield from role(agreement, floor.recipient, RECEIVES, (*key, "recipient"))
        yield from followed(agreement, floor.due, (*key, "due"))
        if [floor.minimum, floor.share_of_capital, floor.return_].count(None) != 2:
            yield Fault(key, "a floor is an amount, a share of capital or a return", "give one of the three")
        drawn = any(row.investor == floor.recipient for row in agreement.terms.capital.drawdowns)
        if floor.minimum is None and not drawn and floor.recipient != agreement.terms.capital.receiver:
            what = f"`{floor.recipient}` has no capital that this could be of"
            yield Fault(key, what, "give its drawdowns, or a `minimum`")
        if floor.id in (*agreement.outcomes, "termination"):
            yield Fault((*key, "id"), f"`{floor.id}` is also an outcome", "give the floor an id of its own")
        for cap in agreement.terms.caps:
            inside = cap.outcome is None and cap.payer in (None, floor.payer)
            inside = inside and cap.recipient in (None, floor.recipient) and cap.per == "contract"
            if inside and floor.minimum and floor.minimum.minor > cap.maximum.minor:
                yield Fault((*key, "minimum"), f"above the cap of {cap.maximum}", "lower the floor or raise the cap")


def rules(agreement: Agreement) -> Iterator[Fault]:
    """What the terms say once for all outcomes."""
    terms, key = agreement.terms, ("terms",)
    if (terms.negative_difference == "set_off") != (terms.left_at_end is not None):
        what = "what becomes of a debt that is left belongs to `set_off`"
        yield Fault((*key, "left_at_end"), what, "write `claw_back` or `waive` with `set_off`")
    if terms.on_account is not None:
        yield from followed(agreement, terms.on_account.final, (*key, "on_account", "final"))
    if (terms.premium.kind == "rate") != (terms.premium.rate is not None):
        yield Fault((*key, "premium", "rate"), "a rate belongs to `kind: rate`", "give or remove `rate`")
    condition = terms.premium.condition
    if condition is not None:
        outcome = agreement.outcomes.get(condition.outcome)
        at: Key = (*key, "premium", "condition")
        if outcome is None:
            yield Fault((*at, "outcome"), f"there is no outcome `{condition.outcome}`", "name one of this contract")
        else:
            yield from bounds_fit(outcome, condition, at)
    weighted = [o.price.weight for o in agreement.outcomes.values() if isinstance(o.price, ProRata) and o.price.weight]
    if terms.pot is not None and sum(weighted) != 1:
        total = sum(weighted, Decimal(0)) * 100
        what = f"the weights sum to {total.normalize():f} %, not 100 %"
        yield Fault((*key, "pot"), what, "let the outcomes' weights sum to 100 %")
    yield from _indices(agreement, key)
    for position, row in enumerate(terms.responsibilities):
        yield from role(agreement, row.payer, PAYS, (*key, "responsibilities", position, "payer"))


def _indices(agreement: Agreement, key: Key) -> Iterator[Fault]:
    """An index has a value from the first period on, and rises in date."""
    begins = agreement.calendar.followed[0].start
    for name, index in agreement.terms.indices.items():
        if index.values[0].start > begins:
            what = f"the index has no value when the first period begins, on {begins}"
            yield Fault((*key, "indices", name), what, "begin its first value there or before")
        if index.base <= 0 or any(two.start <= one.start for one, two in pairwise(index.values)):
            yield Fault((*key, "indices", name), "an index rises in date from a positive base", "mend base or order")


def termination(agreement: Agreement) -> Iterator[Fault]:
    ending = agreement.terms.termination
    if ending is None:
        return
    key: Key = ("terms", "termination")
    first, last = agreement.calendar.periods[0].start, agreement.calendar.periods[-1].end
    if ending.stopped_on is not None and not first <= ending.stopped_on <= last:
        yield Fault((*key, "stopped_on"), "lies outside the calendar", "choose a day within the periods")
    *dated, rest = ending.redemption
    days = [row.before for row in dated]
    if rest.before is not None or None in days or any(b <= a for a, b in pairwise(d for d in days if d)):
        what = "the redemption does not cover every day"
        yield Fault((*key, "redemption"), what, "list it in order of `before`, the last without")
    yield from shares(agreement, ending.payments, (*key, "payments"))


def mandates(agreement: Agreement) -> Iterator[Fault]:
    # The lowest of a payer's ceilings counts.
    rows = sorted((row for row in agreement.mandates if row.ceiling), key=lambda row: row.ceiling or 0, reverse=True)
    ceilings = {row.payer: row for row in rows}
    for position, row in enumerate(agreement.mandates):
        if row.payer not in agreement.parties:
            yield Fault(("mandates", position, "payer"), f"`{row.payer}` is no party", "name a payer of this contract")
    for payer, mandate in ceilings.items():
        most = _most(agreement, payer)
        if mandate.ceiling and (most is None or most > mandate.ceiling.minor):
            mend = f"add a cap of at most {mandate.ceiling} or have the mandate raised"
            yield Fault(("terms", "caps"), f"`{payer}` can pay more than its mandate of {mandate.ceiling}", mend)
        for position, floor in enumerate(agreement.terms.floors):
            if mandate.ceiling and floor.payer == payer and floor.minimum and floor.minimum > mandate.ceiling:
                what = f"above the mandate of {mandate.ceiling}"
                yield Fault(("terms", "floors", position, "minimum"), what, "lower it or have the mandate raised")


def _most(agreement: Agreement, payer: str) -> int | None:
    """The most that a payer can come to pay by the caps of the whole contract, in minor units; None without limit."""
    caps = [cap for cap in agreement.terms.caps if cap.per == "contract" and cap.outcome is None]
    most = [cap.maximum.minor for cap in caps if cap.recipient is None and cap.payer in (None, payer)]
    ending = agreement.terms.termination
    rows = [row for outcome in agreement.outcomes.values() for row in outcome.payments]
    rows += list(ending.payments) if ending else []
    recipients = {row.recipient for row in rows if row.payer == payer}
    recipients |= {floor.recipient for floor in agreement.terms.floors if floor.payer == payer}
    pairs = {cap.recipient: cap.maximum.minor for cap in caps if cap.payer == payer and cap.recipient is not None}
    if recipients <= set(pairs):
        most.append(sum(pairs[recipient] for recipient in recipients))
    return min(most) if most else None


def value(agreement: Agreement) -> Iterator[Fault]:
    for position, row in enumerate(agreement.value.units if agreement.value else ()):
        key: Key = ("value", "units", position)
        outcome = agreement.outcomes.get(row.outcome)
        if outcome is None or outcome.contrast != "ratio":
            yield Fault(
                (*key, "outcome"),
                f"`{row.outcome}` is no outcome with a ratio",
                "name one whose units are counted",
            )
        if sum(row.bearers.values()) != 1:
            yield Fault((*key, "bearers"), "the shares do not sum to 100 %", "change the shares")
