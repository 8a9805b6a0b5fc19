"""What must hold between the sections of a contract. Pure: a contract in, faults out, all of them at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from maalbar.contract.model import Contract
from maalbar.contract.paying import Outcome, ProRata, RateCard, Unpaid
from maalbar.contract.values import Section, Sourced
from maalbar.contract.yamlfile import Key
from maalbar.money import Money

ILLUSTRATIVE = "illustrative"


@dataclass(frozen=True)
class Fault:
    """What is wrong at which place of the file, and how to mend it."""

    key: Key
    what: str
    mend: str


def faults(contract: Contract) -> list[Fault]:
    """Every fault of a contract, in the order of the checks."""
    found = [
        _sources,
        _parties,
        _calendar,
        _baseline,
        _cohort,
        _deliveries,
        _outcomes,
        _currencies,
        _caps,
        _capital,
        _mandates,
        _value,
    ]
    return [fault for check in found for fault in check(contract)]


def _everything(value: object, key: Key = ()) -> Iterator[tuple[Key, object]]:
    """Every section, list and value of a contract with its place in the file."""
    yield key, value
    parts: dict[str | int, object] = {}
    if isinstance(value, Section):
        fields = type(value).model_fields
        parts = {field.alias or name: getattr(value, name) for name, field in fields.items()}
    elif isinstance(value, dict):
        parts = value
    elif isinstance(value, tuple):
        parts = dict(enumerate(value))
    for name, part in parts.items():
        yield from _everything(part, (*key, name))


def _sources(contract: Contract) -> Iterator[Fault]:
    """Every section names a source that exists."""
    for key, value in _everything(contract):
        if isinstance(value, Sourced) and value.source not in (*contract.sources, ILLUSTRATIVE):
            what = f"`{value.source}` is no source"
            yield Fault((*key, "source"), what, f"name a key of `sources` or `{ILLUSTRATIVE}`")


def _parties(contract: Contract) -> Iterator[Fault]:
    logins: dict[str, str] = {}
    for party_id, party in contract.parties.items():
        if party.answers and not party.approvers:
            yield Fault(
                ("parties", party_id),
                "a payer or investor without named approvers",
                "name at least one under `approvers`",
            )
        for person in contract.people_of(party_id):
            if logins.setdefault(person.user, party_id) != party_id:
                yield Fault(
                    ("parties", party_id),
                    f"the user `{person.user}` also answers for `{logins[person.user]}`",
                    "let one login answer for one party",
                )


def _calendar(contract: Contract) -> Iterator[Fault]:
    rows = contract.calendar.periods
    if len(rows) < 2:
        yield Fault(
            ("calendar", "periods"),
            "fewer than two periods",
            "list period 0 and at least one followed period",
        )
    for position, row in enumerate(rows):
        key: Key = ("calendar", "periods", position)
        if row.end <= row.start:
            yield Fault((*key, "to"), f"period {row.id} ends before it begins", "put `to` after `from`")
        if not row.end <= row.run_after <= row.data_due <= row.pay_by:
            yield Fault(
                key,
                f"period {row.id} is not in the order to, run_after, data_due, pay_by",
                "put the dates in that order",
            )
    for position, (before, row) in enumerate(pairwise(rows), start=1):
        if row.start != before.end:
            what = f"period {row.id} does not begin where period {before.id} ends"
            yield Fault(("calendar", "periods", position, "from"), what, f"write {before.end}")
    if len({row.id for row in rows}) < len(rows):
        yield Fault(("calendar", "periods"), "two periods have the same id", "give each its own")


def _baseline(contract: Contract) -> Iterator[Fault]:
    if not contract.baseline.windows:
        yield Fault(("baseline", "windows"), "no baseline window", "give at least one")
    first = contract.calendar.followed[0].start if contract.calendar.followed else None
    ids = {row.id for row in contract.calendar.periods}
    for position, row in enumerate(contract.baseline.windows):
        key: Key = ("baseline", "windows", position)
        if row.end <= row.start:
            yield Fault((*key, "to"), "ends before it begins", "put `to` after `from`")
        if first and row.end > first:
            yield Fault((*key, "to"), "reaches into the follow-up", f"end it on {first} at the latest")
        if row.id in ids:
            yield Fault((*key, "id"), f"`{row.id}` is also a period", "give the window an id of its own")


def _cohort(contract: Contract) -> Iterator[Fault]:
    cohort = contract.cohort
    if (cohort.kind == "open") == bool(cohort.waves):
        need = "no waves" if cohort.kind == "open" else "at least one wave"
        yield Fault(("cohort", "kind"), f"a cohort of kind {cohort.kind} has {need}", "change `kind` or `waves`")
    if cohort.kind == "frozen" and len(cohort.waves) > 1:
        yield Fault(("cohort", "waves"), "a frozen cohort has one wave", "use kind `waves`")
    last = contract.calendar.periods[-1].end
    for position, wave in enumerate(cohort.waves):
        if not contract.calendar.periods[0].start <= wave.entry < last:
            yield Fault(
                ("cohort", "waves", position, "entry"),
                "lies outside the calendar",
                "choose a day within the periods",
            )
    treated, comparison = cohort.arms.treated, cohort.arms.comparison
    for name, arm in (("treated", treated), ("comparison", comparison)):
        if bool(arm.areas) == bool(arm.attribute):
            yield Fault(("cohort", "arms", name), "an arm is given by areas or by an attribute", "give one of the two")
    both = sorted(set(treated.areas) & set(comparison.areas))
    if both:
        yield Fault(("cohort", "arms", "comparison", "areas"), f"area {both[0]} is in both arms", "leave it in one")


def _deliveries(contract: Contract) -> Iterator[Fault]:
    for source_id, delivery in contract.deliveries.items():
        for field in ("sender", "controller"):
            if getattr(delivery, field) not in contract.parties:
                yield Fault(
                    ("deliveries", source_id, field),
                    f"`{getattr(delivery, field)}` is no party",
                    "add it to `parties`",
                )


def _outcomes(contract: Contract) -> Iterator[Fault]:
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
        for field, role in (("payer", "payer"), ("recipient", "investor")):
            party = contract.parties.get(getattr(row, field))
            if party is None or role not in party.roles:
                what = f"`{getattr(row, field)}` is no {role} of this contract"
                yield Fault((*key, position, field), what, f"name a party with the role {role}")
        if pairs.count((row.payer, row.recipient)) > 1:
            yield Fault((*key, position), "the same payer and recipient twice", "add the shares together")


def _currencies(contract: Contract) -> Iterator[Fault]:
    for key, value in _everything(contract):
        if isinstance(value, Money) and value.currency != contract.terms.currency:
            yield Fault(key, f"{value.currency} in a contract in {contract.terms.currency}", "use one currency")
        if isinstance(value, Money) and value.minor < 0:
            yield Fault(key, "a negative amount", "write what is paid, and who pays it to whom")


def _caps(contract: Contract) -> Iterator[Fault]:
    for position, cap in enumerate(contract.terms.caps):
        key: Key = ("terms", "caps", position)
        for field in ("payer", "recipient"):
            party = getattr(cap, field)
            if party is not None and party not in contract.parties:
                yield Fault((*key, field), f"`{party}` is no party", "name a party of this contract")
        if cap.recipient and not cap.payer:
            yield Fault((*key, "recipient"), "a cap on a recipient alone", "name the payer too")
    scopes = [(cap.payer, cap.recipient) for cap in contract.terms.caps]
    if len(set(scopes)) < len(scopes):
        yield Fault(("terms", "caps"), "two caps on the same payer and recipient", "keep one")


def _capital(contract: Contract) -> Iterator[Fault]:
    for position, row in enumerate(contract.terms.capital.drawdowns):
        if row.investor not in contract.parties or "investor" not in contract.parties[row.investor].roles:
            yield Fault(
                ("terms", "capital", "drawdowns", position),
                f"`{row.investor}` is no investor",
                "name a party with the role investor",
            )


def _mandates(contract: Contract) -> Iterator[Fault]:
    ceilings = {row.payer: row for row in contract.mandates if row.ceiling}
    for position, row in enumerate(contract.mandates):
        if row.payer not in contract.parties:
            yield Fault(("mandates", position, "payer"), f"`{row.payer}` is no party", "name a payer of this contract")
    for payer, mandate in ceilings.items():
        caps = [cap for cap in contract.terms.caps if cap.payer == payer]
        if mandate.ceiling and not any(cap.maximum.minor <= mandate.ceiling.minor for cap in caps):
            mend = f"add a cap of at most {mandate.ceiling} or have the mandate raised"
            yield Fault(("terms", "caps"), f"`{payer}` can pay more than its mandate of {mandate.ceiling}", mend)


def _value(contract: Contract) -> Iterator[Fault]:
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
