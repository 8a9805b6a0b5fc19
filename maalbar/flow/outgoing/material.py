"""What a kind of release gives to be prepared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from maalbar import proposals
from maalbar.contract import Contract
from maalbar.contract.releasing import Recipient
from maalbar.database import transaction
from maalbar.definitions import DisclosureProfile
from maalbar.errors import ReleaseRefused, SettlementRefused
from maalbar.flow.statement import newest
from maalbar.proposals import POSTED
from maalbar.settings import PROJECT
from maalbar.store import sha256_of
from maalbar.suppressed import Suppressed
from maalbar.version import code_version
from transforms.disclosure import Draft, Key, Protected
from transforms.disclosure.statements import Written

Figures = Mapping[Key, Written | Suppressed]


@dataclass(frozen=True)
class Asked:
    """What is to be released: to whom, by which rules, through which period (None: all that are settled)."""

    contract: Contract
    recipient: Recipient
    profile: DisclosureProfile
    period: str | None


def _nothing_more(_: Protected) -> frozenset[Key]:
    return frozenset()


@dataclass(frozen=True)
class Material:
    """`made_from`: the passport, plain data; its `settlement` is the one whose figures these are.

    `hides`: keys of figures that are hidden besides, once it is known which are. `write`: the files, name → bytes, made of
    what may leave and of nothing else.
    """

    draft: Draft
    periods: tuple[str, ...]
    made_from: dict[str, Any]
    write: Callable[[Figures], dict[str, bytes]]
    hides: Callable[[Protected], frozenset[Key]] = _nothing_more


def approved(contract_id: str, period: str) -> int:
    """The newest posted settlement that tells of a period. Raises ReleaseRefused: what no party has approved does not leave."""
    number = newest(contract_id, period)
    with transaction() as connection:
        state = proposals.get(connection, contract_id, number)["state"]
    if state != POSTED:
        what = f"period {period} is not approved and posted, and nothing of it may leave"
        raise ReleaseRefused(what, where=contract_id, mend="release it when the parties have approved the settlement")
    return number


def last_posted(contract: Contract) -> str:
    """The last period that the parties have approved a settlement of. Raises ReleaseRefused where there is none."""
    for period in reversed(contract.calendar.followed):
        try:
            approved(contract.id, period.id)
        except (ReleaseRefused, SettlementRefused):
            continue
        return period.id
    mend = "release when the parties have approved a settlement"
    raise ReleaseRefused("no period is approved and posted", where=contract.id, mend=mend)


def made_by(contract: Contract, settlement: int) -> dict[str, Any]:
    """What every release is made from: terms, settlement, and the code that made it."""
    return {
        "settlement": settlement,
        "terms": contract.digest,
        "code_version": code_version(),
        "lock_sha256": sha256_of((PROJECT / "requirements.lock").read_bytes()),
    }
