"""A small rehearsal of Plads til Forskel, settled once through two periods, and a copy of its books for each test."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from maalbar import database, releases
from maalbar.contract import Contract, load_contract, write_rehearsal
from maalbar.contract.load import find_file
from maalbar.contract.yamlfile import read_yaml
from maalbar.database import transaction
from maalbar.flow import intake, measure, settle
from maalbar.flow.outgoing.decide import Answer, decide
from maalbar.local import postgres
from maalbar.settings import PROJECT
from maalbar.simulate import simulate

ANSWERED_AT = "2026-01-05T10:00:00+01:00"
FIRST, SECOND, DEPUTY = "frigiver-et", "frigiver-to", "frigiver-to-stedfortraeder"
PREPARER = "dataingenioer"
EFFECT = {"acute_contacts": 0.3, "life_satisfaction": 0.4, "health_literacy": 3.0}
SOURCES = ("population", "benefits", "hospital_contacts", "surveys")
OUTCOMES = ("acute_contacts", "hospital_contacts", "health_literacy", "life_satisfaction")
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Extracted:
    """An extract that is prepared, its files, what is asked about it, and the results that it was made of."""

    contract: Contract
    number: int
    again: int
    row: dict[str, Any]
    files: dict[str, bytes]
    effects: dict[tuple[str, str], dict[str, Any]]
    values: dict[tuple[str, str, str], dict[str, Any]]
    asked: dict[str, Any]


def contract_in(folder: Path, **changed: Any) -> Contract:
    """The rehearsal, written into a folder; `changed`: sections that are others than in the file."""
    path = write_rehearsal(PROJECT / "investments" / "plads_til_forskel.yaml", -6, folder)
    data = read_yaml(path).data
    data["outcomes"] = {name: outcome for name, outcome in data["outcomes"].items() if name in OUTCOMES}
    for name in set(data["deliveries"]) - set(SOURCES):
        del data["deliveries"][name]
    data["release"]["recipients"]["evaluator"]["crossed"] = "false"
    del data["value"]
    data |= changed
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return load_contract(path)


def settle_through(contract: Contract, home: Path, periods: list[str], people: int = 150, seed: int = 4) -> None:
    """Simulate, take in, measure, approve and post each period by itself."""
    simulate(contract, home / "landing" / contract.id, people=people, effect=EFFECT, seed=seed, periods=periods)
    for period in periods:
        intake.take_in(contract.id, period)
        measure.measure(contract.id, period)
        number = settle.propose(contract.id, period)["number"]
        settle.record_answers(contract.id, number, [yes(contract, party) for party in contract.answering])
        settle.post(contract.id, number)


def yes(contract: Contract, party: str) -> dict[str, Any]:
    user = contract.parties[party].approvers[0].user
    return {"party": party, "user": user, "answer": "approve", "answered_at": ANSWERED_AT, "comment": ""}


@contextmanager
def books(server: postgres.Postgres, template: str, patch: pytest.MonkeyPatch) -> Iterator[str]:
    """A database of its own, as the template has it; its name."""
    name = f"outgoing_{next(_numbers)}"
    administer(server, f"create database {name} template {template}")
    patch.setenv("MAALBAR_DATABASE_URL", server.url(name))
    yield name
    database.close()


def administer(server: postgres.Postgres, statement: str) -> None:
    with psycopg.connect(host=str(server.socket_folder), user="postgres", dbname="postgres", autocommit=True) as link:
        link.execute(statement)  # type: ignore[arg-type]


def digest_of(contract: Contract, number: int) -> str:
    with transaction() as connection:
        return str(releases.get(connection, contract.id, number).row["digest"])


def says(contract: Contract, number: int, user: str, answer: str = "approved", **more: str) -> str:
    """A person's answer to the release as it is; the state it comes to."""
    given = {"digest": digest_of(contract, number), "answered_at": ANSWERED_AT} | more
    return decide(contract.id, number, Answer(user, answer, **given))


def all_say_yes(contract: Contract, number: int) -> str:
    """Both who release, and every party where it is published."""
    state = [says(contract, number, user) for user in (FIRST, SECOND)][-1]
    with transaction() as connection:
        publishes = releases.get(connection, contract.id, number).row["publishes"]
    for party, told in contract.answering.items() if publishes else ():
        state = says(contract, number, told.approvers[0].user, party=party)
    return state


def change_file(contract: Contract, **changed: object) -> None:
    """Change the contract's file: `a__0__b="x"` sets what stands there."""
    path = find_file(contract.id)
    data = read_yaml(path).data
    for way, value in changed.items():
        place: Any = data
        *names, last = way.split("__")
        for name in names:
            place = place[int(name) if name.isdigit() else name]
        place[last] = value
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
