"""Which definitions a contract's figures rest on: its indicators, and whatever these and the cohort name in turn."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from maalbar import definitions
from maalbar.contract import Contract
from maalbar.contract.model import digest_of
from maalbar.definitions.definition import FOLDER, read

Place = tuple[str, str]
_REF = re.compile(r"[a-z0-9_]+@[0-9]+")
PENSION_AGE = "folkepension@1"
"""The age at which `censor: pension_age` ends the follow-up."""


@dataclass(frozen=True)
class Told:
    """A definition in words, da and en, and the SHA-256 of what it says. `shelf`: its folder under `definitions/`."""

    shelf: str
    ref: str
    title: dict[str, str]
    counts: dict[str, str]
    digest: str


def of_contract(contract: Contract) -> tuple[Told, ...]:
    """Every definition behind the figures of a contract, each once: indicators first, what they rest on after them."""
    places: list[Place] = [("indicators", outcome.indicator) for outcome in contract.outcomes.values()]
    places += _of_cohort(contract)
    found: dict[Place, None] = dict.fromkeys(places)
    for place in places:
        found |= dict.fromkeys(_named_in(*place))
    return tuple(told(*place) for place in found)


def of_cohort(contract: Contract) -> tuple[Told, ...]:
    """Those that the cohort is selected, described, standardised or followed by."""
    return tuple(told(*place) for place in dict.fromkeys(_of_cohort(contract)))


def _of_cohort(contract: Contract) -> Iterator[Place]:
    cohort = contract.cohort
    for use in (cohort.eligibility.earlier_use if cohort.eligibility else None, cohort.known_before):
        if use is not None:
            yield "indicators", use.indicator
    if cohort.standard.population != "cohort":
        yield "populations", cohort.standard.population
    if any("pension_age" in outcome.censor for outcome in contract.outcomes.values()):
        yield "pension_ages", PENSION_AGE


def told(shelf: str, ref: str) -> Told:
    """A definition by its folder and its `name@version`. Raises ContractError when there is no such file."""
    said = read(shelf, ref)
    digest = definitions.digest(ref) if shelf == "indicators" else digest_of(_plain(said))
    return Told(shelf, ref, said["title"], said["counts"], digest)  # type: ignore[arg-type]


def _named_in(shelf: str, ref: str) -> Iterator[Place]:
    """The definitions that one names, and those that these name. A key is called as the folder that it points into."""
    for key, value in _texts("", read(shelf, ref)):
        name, _, version = value.partition("@")
        shelves = sorted(path.parent.name for path in FOLDER.glob(f"*/{name}.v{version}.yaml"))
        place = next((one for one in shelves if key and one.startswith(key)), "indicators")
        if place in shelves and (place, value) != (shelf, ref):
            yield place, value
            yield from _named_in(place, value)


def _texts(key: str, said: Any) -> Iterator[tuple[str, str]]:
    """Every reference that a file holds, with the key it stands under."""
    if isinstance(said, dict):
        for name, value in said.items():
            yield from _texts(str(name), value)
    elif isinstance(said, list | tuple):
        for value in said:
            yield from _texts(key, value)
    elif isinstance(said, str) and _REF.fullmatch(said):
        yield key, said


def _plain(said: Any) -> Any:
    """As JSON has it: keys and what is neither text nor a number as text."""
    if isinstance(said, dict):
        return {str(key): _plain(value) for key, value in said.items()}
    if isinstance(said, list | tuple):
        return [_plain(value) for value in said]
    return said if said is None or isinstance(said, str | int) else str(said)
