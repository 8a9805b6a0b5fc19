"""Faults of who releases: two people are two, and a recipient's rules are known."""

from __future__ import annotations

from collections.abc import Iterator

from maalbar.contract.checks.fault import Fault
from maalbar.contract.model import Contract
from maalbar.contract.parties import plain_name
from maalbar.contract.yamlfile import read_definition
from maalbar.settings import PROJECT

PROFILES = PROJECT / "definitions" / "disclosure"
PUBLIC = "public@"


def releasers(contract: Contract) -> Iterator[Fault]:
    """A login, and a name, is one person's; whoever releases answers for no party, whose yes is another safeguard."""
    if contract.release is None:
        return
    key = ("release", "releasers")
    parties = {person.user: party_id for party_id in contract.parties for person in contract.people_of(party_id)}
    logins: set[str] = set()
    names: set[str] = set()
    for person in contract.release.people:
        if person.user in logins:
            yield Fault(key, f"the user `{person.user}` stands twice", "let two different people release")
        elif plain_name(person.name) in names:
            yield Fault(key, f"`{person.name}` has two logins", "let two different people release")
        if person.user in parties:
            what = f"the user `{person.user}` also answers for `{parties[person.user]}`"
            yield Fault(key, what, "let another person release: a party's yes is asked beside")
        logins.add(person.user)
        names.add(plain_name(person.name))


def recipients(contract: Contract) -> Iterator[Fault]:
    """Every recipient's profile is defined, and what is published is under one that allows it."""
    if contract.release is None:
        return
    known = sorted(path.stem.replace(".v", "@") for path in PROFILES.glob("*.yaml"))
    for recipient_id, recipient in contract.release.recipients.items():
        if recipient.profile not in known:
            what, mend = f"there is no disclosure profile {recipient.profile}", f"name one of {', '.join(known)}"
            yield Fault(("release", "recipients", recipient_id, "profile"), what, mend)
            continue
        may_be_published = read_definition(PROFILES / f"{recipient.profile.replace('@', '.v')}.yaml")["is_published"]
        if recipient.publishes and may_be_published != "true":
            what, mend = f"{recipient.profile} is never published", "say `publishes: false`, or name another profile"
            yield Fault(("release", "recipients", recipient_id, "publishes"), what, mend)
        if not recipient.publishes and recipient.profile.startswith(PUBLIC):
            what, mend = "what the public may be told is published", "leave `publishes` out"
            yield Fault(("release", "recipients", recipient_id, "publishes"), what, mend)
