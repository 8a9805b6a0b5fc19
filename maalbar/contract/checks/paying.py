"""Faults of paying: prices and shares, caps, capital, mandates, calculated value."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from maalbar.contract.checks.fault import Fault
from maalbar.contract.model import Contract
from maalbar.contract.paying import Outcome, ProRata, RateCard, Unpaid
from maalbar.contract.yamlfile import Key


def outcomes(contract: Contract) -> Iterator[Fault]:
    for outcome_id, outcome in contract.outcomes.items():
        key: Key = ("outcomes", outcome_id)
        if (outcome.estimator == "count") != (outcome.contrast is None):
            yield Fault(key, "a contrast belongs to an estimated effect, and only to it", "give or remove `contrast`")
        yield from _price(outcome, (*key, "price"))
        if isinstance(outcome.price, Unpaid) == bool(outcome.payments):
            what = "payments belong to a price, and a price to payments"
            yield Fault((*key, "payments"), what, "give both or neither")
        yield from _payments(contract, outcome, (*key, "payments"))


def _price(outcome: Outcome, key: Key) -> Iterator[Fault]:
    price = outcome.price
    if isinstance(price, RateCard) != (outcome.estimator == "count") and not isinstance(price, Unpaid):
        what = f"a {price.kind} cannot be paid on estimator {outcome.estimator}"
        yield Fault(key, what, "use pro_rata for effects, rate_card for counts")
    if not isinstance(price, ProRata):
        return
    if (price.target.unit == "%") != (outcome.contrast == "ratio"):
        what = f"unit {price.target.unit} does not fit contrast {outcome.contrast}"
        mend = "a ratio has its target in %, a difference in the unit of the indicator"
        yield Fault((*key, "target"), what, mend)
    if price.target.number == 0:
        yield Fault((*key, "target"), "a target of nothing", "give the improvement that earns the full price")


def _payments(contract: Contract, outcome: Outcome, key: Key) -> Iterator[Fault]:
    total = sum((row.share for row in outcome.payments), Decimal(0)) * 100
    if outcome.payments and total != 100:
        yield Fault(key, f"the shares sum to {total.normalize():f} %, not 100 %", "change the shares")
    pairs = [(row.payer, row.recipient) for row in outcome.payments]
    for position, row in enumerate(outcome.payments):
        if row.share == 0:
            yield Fault((*key, position, "share"), "a share of nothing", "leave the payment out")
        for field, role in (("payer", "payer"), ("recipient", "investor")):
            party = contract.parties.get(getattr(row, field))
            if party is None or role not in party.roles:
                what = f"`{getattr(row, field)}` is no {role} of this contract"
                yield Fault((*key, position, field), what, f"name a party with the role {role}")
        if pairs.count((row.payer, row.recipient)) > 1:
            yield Fault((*key, position), "the same payer and recipient twice", "add the shares together")


def caps(contract: Contract) -> Iterator[Fault]:
    for position, cap in enumerate(contract.terms.caps):
        key: Key = ("terms", "caps", position)
        for field, role in (("payer", "payer"), ("recipient", "investor")):
            named = getattr(cap, field)
            if named is not None and role not in getattr(contract.parties.get(named), "roles", ()):
                yield Fault(
                    (*key, field), f"`{named}` is no {role} of this contract", f"name a party with the role {role}"
                )
        if cap.recipient and not cap.payer:
            yield Fault((*key, "recipient"), "a cap on a recipient alone", "name the payer too")
    scopes = [(cap.payer, cap.recipient) for cap in contract.terms.caps]
    if len(set(scopes)) < len(scopes):
        yield Fault(("terms", "caps"), "two caps on the same payer and recipient", "keep one")


def capital(contract: Contract) -> Iterator[Fault]:
    for position, row in enumerate(contract.terms.capital.drawdowns):
        if row.investor not in contract.parties or "investor" not in contract.parties[row.investor].roles:
            yield Fault(
                ("terms", "capital", "drawdowns", position),
                f"`{row.investor}` is no investor",
                "name a party with the role investor",
            )


def mandates(contract: Contract) -> Iterator[Fault]:
    ceilings = {row.payer: row for row in contract.mandates if row.ceiling}
    for position, row in enumerate(contract.mandates):
        if row.payer not in contract.parties:
            yield Fault(("mandates", position, "payer"), f"`{row.payer}` is no party", "name a payer of this contract")
    for payer, mandate in ceilings.items():
        caps = [cap for cap in contract.terms.caps if cap.payer == payer]
        if mandate.ceiling and not any(cap.maximum.minor <= mandate.ceiling.minor for cap in caps):
            mend = f"add a cap of at most {mandate.ceiling} or have the mandate raised"
            yield Fault(("terms", "caps"), f"`{payer}` can pay more than its mandate of {mandate.ceiling}", mend)


def value(contract: Contract) -> Iterator[Fault]:
    for position, row in enumerate(contract.value.units if contract.value else ()):
        key: Key = ("value", "units", position)
        outcome = contract.outcomes.get(row.outcome)
        if outcome is None or outcome.contrast != "ratio":
            yield Fault(
                (*key, "outcome"),
                f"`{row.outcome}` is no outcome with a ratio",
                "name one whose units are counted",
            )
        if sum(row.bearers.values()) != 1:
            yield Fault((*key, "bearers"), "the shares do not sum to 100 %", "change the shares")
