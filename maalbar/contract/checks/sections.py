"""Faults that any section can have: its source, its parties, its currency."""

from __future__ import annotations

from collections.abc import Iterator

from maalbar.contract.checks.fault import Fault
from maalbar.contract.model import Agreement
from maalbar.contract.parties import plain_name
from maalbar.contract.values import Section, Sourced
from maalbar.contract.yamlfile import Key
from maalbar.money import Money

ILLUSTRATIVE = "illustrative"


def sources(contract: Agreement) -> Iterator[Fault]:
    """Every section names a source that exists."""
    for key, value in _everything(contract):
        if isinstance(value, Sourced) and value.source not in (*contract.sources, ILLUSTRATIVE):
            what = f"`{value.source}` is no source"
            yield Fault((*key, "source"), what, f"name a key of `sources` or `{ILLUSTRATIVE}`")


def parties(contract: Agreement) -> Iterator[Fault]:
    logins: dict[str, str] = {}
    for party_id, party in contract.parties.items():
        if party.answers and not party.approvers:
            yield Fault(
                ("parties", party_id),
                "a payer or investor without named approvers",
                "name at least one under `approvers`",
            )
        if party.four_eyes and len({plain_name(person.name) for person in contract.people_of(party_id)}) < 2:
            yield Fault(
                ("parties", party_id, "four_eyes"),
                "two must say yes, and not two people are named",
                "name another under `approvers` or `deputies`",
            )
        if party.start and party.end and party.end <= party.start:
            yield Fault(("parties", party_id, "to"), "ends before it begins", "put `to` after `from`")
        if party.successor is not None and (party.successor not in contract.parties or party.end is None):
            what = f"`{party.successor}` cannot take its place"
            yield Fault(("parties", party_id, "successor"), what, "name a party of this contract, and give `to`")
        for person in contract.people_of(party_id):
            if logins.setdefault(person.user, party_id) != party_id:
                yield Fault(
                    ("parties", party_id),
                    f"the user `{person.user}` also answers for `{logins[person.user]}`",
                    "let one login answer for one party",
                )


def rehearsal(contract: Agreement) -> Iterator[Fault]:
    """A rehearsal is signed by nobody, so no contract can call itself one: its name says whose copy it is."""
    copy = contract.rehearsal
    if copy is not None and contract.id != f"{copy.of}_demo":
        what = f"`{contract.id}` is no rehearsal of `{copy.of}`"
        yield Fault(("rehearsal",), what, f"a copy of it has the id {copy.of}_demo")


def titles(contract: Agreement) -> Iterator[Fault]:
    for outcome_id, outcome in contract.outcomes.items():
        if "da" not in outcome.title:
            yield Fault(("outcomes", outcome_id, "title"), "statements are in Danish", "give a title in `da`")


def currencies(contract: Agreement) -> Iterator[Fault]:
    for key, value in _everything(contract):
        if isinstance(value, Money) and value.currency != contract.terms.currency:
            yield Fault(key, f"{value.currency} in a contract in {contract.terms.currency}", "use one currency")
        if isinstance(value, Money) and value.minor < 0 and not _may_be_negative(key):
            yield Fault(key, "a negative amount", "write what is paid, and who pays it to whom")


def _may_be_negative(key: Key) -> bool:
    """What a tier or a point pays may go back to the payer."""
    return len(key) > 3 and key[0] == "outcomes" and key[2] == "price" and key[3] in ("tiers", "points")


def _everything(contract: Agreement) -> Iterator[tuple[Key, object]]:
    """Every section, list and value of a contract with its place in the file, in the order of the file."""
    left: list[tuple[Key, object]] = [((), contract)]
    while left:
        key, value = left.pop()
        yield key, value
        if isinstance(value, Section):
            fields = type(value).model_fields.items()
            left += [((*key, field.alias or name), getattr(value, name)) for name, field in reversed(fields)]
        elif isinstance(value, dict):
            left += [((*key, name), part) for name, part in reversed(value.items())]
        elif isinstance(value, tuple):
            left += [((*key, place), value[place]) for place in reversed(range(len(value)))]
