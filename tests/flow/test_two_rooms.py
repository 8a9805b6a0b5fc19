"""A contract that is measured in one room and paid in another: to the øre, and on every page, as if there were one room."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from maalbar import proposals, results
from maalbar.bundle import WITHHELD, open_sealed
from maalbar.cli.traced import lines as trace_lines
from maalbar.contract import Contract, load_contract, write_rehearsal
from maalbar.contract.versions import in_force
from maalbar.database import transaction
from maalbar.documents.facts import StatementFacts
from maalbar.flow import intake, settle, statement_facts
from maalbar.flow.bundles import write_bundle
from maalbar.flow.bundles_in import measured_in_either_room, take_in_bundle
from maalbar.flow.evidence import gather
from maalbar.flow.measure import measure
from maalbar.flow.trace import trace
from maalbar.flow.verify import verify
from maalbar.schema import indicator_value, measured
from maalbar.settings import PROJECT
from maalbar.simulate import simulate
from tests.flow.course import ANSWERED_AT, EFFECT
from tests.flow.rooms import TODAY, Rooms, two_rooms

PERIODS = ("1", "2", "3")


@dataclass
class Paid:
    """What one room proposed and said of each period."""

    lines: list[dict[str, Any]] = field(default_factory=list)
    facts: dict[str, StatementFacts] = field(default_factory=dict)


@dataclass
class Two:
    """The rooms after the same three periods were settled in both, and the bundles that went between them."""

    contract: Contract
    rooms: Rooms
    bundles: dict[str, Path]
    measuring: Paid
    paying: Paid


@pytest.fixture(scope="module")
def two(embedded_postgres, migrated_template, tmp_path_factory) -> Iterator[Two]:
    """A small rehearsal of Plads til Forskel with many cells of few persons, measured once and paid in both rooms."""
    folder = tmp_path_factory.mktemp("rooms")
    original = PROJECT / "investments" / "plads_til_forskel.yaml"
    contract = load_contract(write_rehearsal(original, -6, folder / "investments"))
    with (
        pytest.MonkeyPatch.context() as patch,
        two_rooms(embedded_postgres, migrated_template, folder, contract.id) as rooms,
    ):
        patch.setenv("MAALBAR_INVESTMENTS", str(folder / "investments"))
        bundles = {}
        with rooms.measuring.entered() as home:
            simulate(contract, home / "landing" / contract.id, people=150, effect=EFFECT, seed=4, periods=list(PERIODS))
            for period in PERIODS:
                intake.take_in(contract.id, period)
                bundles[period] = folder / f"{period}.bundle"
                write_bundle(measure(contract.id, period), bundles[period])
            here = _settled(contract)
        with rooms.paying.entered():
            for path in bundles.values():
                take_in_bundle(path, TODAY)
            there = _settled(contract)
        yield Two(contract, rooms, bundles, here, there)


def _settled(contract: Contract) -> Paid:
    """Propose all periods, note what the statements would say, approve and post."""
    proposed = settle.propose(contract.id, PERIODS[-1])
    assert proposed is not None
    number, paid = proposed["number"], Paid()
    with transaction() as connection:
        evidence = gather(connection, contract, number)
    for period in PERIODS:
        held = statement_facts.of_period(evidence, period, list(PERIODS))
        assert held.contract == in_force(contract, period)
        paid.facts[period] = statement_facts.statement_facts(held, period)
    paid.lines = evidence.lines
    answer = {"answer": "approve", "answered_at": ANSWERED_AT, "comment": ""}
    settle.record_answers(
        contract.id,
        number,
        [answer | {"party": p, "user": told.approvers[0].user} for p, told in contract.answering.items()],
    )
    settle.post(contract.id, number)
    return paid


def _said(two: Two, period: str) -> dict[str, Any]:
    return json.loads(two.bundles[period].read_bytes().partition(b"\n")[2])


def test_the_same_is_paid_to_the_oere_as_if_it_were_measured_here(two):
    assert two.paying.lines == two.measuring.lines
    assert sum(line["amount_minor"] for line in two.paying.lines) > 0


@pytest.mark.parametrize("period", PERIODS)
def test_the_statement_says_the_same_except_for_where_it_was_measured(two, period):
    here, there = two.measuring.facts[period], two.paying.facts[period]
    assert replace(there, passport={}) == replace(here, passport={})
    assert there.passport["målt i"] == "The research machine"
    assert {name for name in there.passport if name.startswith("leverance")} == {
        name for name in here.passport if name.startswith("leverance")
    }
    hashes = [name for name in here.passport if name.startswith(("leverance", "definition", "vilkår"))]
    assert [there.passport[name] for name in hashes] == [here.passport[name] for name in hashes]


def test_there_is_something_to_withhold_and_it_is_withheld(two):
    said = _said(two, "3")
    text = two.bundles["3"].read_text(encoding="utf-8")
    assert text.count(f'"{WITHHELD}"') > 50
    cohort = said["results"]["cohort"]
    counts = [v for row in cohort["windows"] for k, v in row.items() if k not in ("arm", "window_id")]
    counts += [row["persons"] for row in cohort["attrition"]] + list(cohort["members"].values())
    counts += list(cohort["deaths"].values())
    counts += [
        row[name] for row in said["results"]["values"] for name in ("persons", "invited") if row[name] is not None
    ]
    counts += [count for row in said["passport"]["deliveries"] for count in row["rows"].values()]
    numbers = [count for count in counts if count != WITHHELD]
    assert len(numbers) > 50 and not [count for count in numbers if 0 < count < 5]
    assert not [
        row for row in said["results"]["values"] if row["quantity"] != WITHHELD and 0 < float(row["quantity"]) < 5
    ]


def test_no_hash_covers_what_is_withheld(two):
    text = two.bundles["3"].read_text(encoding="utf-8")
    with two.rooms.measuring.entered(), transaction() as connection:
        whole = results.latest(connection, two.contract.id)["3"]
    of_waves = re.findall(r"[0-9a-f]{64}", json.dumps(whole["cohort"]["waves"]))
    assert len(of_waves) > 1
    assert not [digest for digest in (*of_waves, whole["result_digest"]) if digest in text]


def test_a_null_of_the_paying_room_stands_for_what_is_withheld_and_never_for_zero(two):
    hidden = select(func.count()).select_from(indicator_value).where(indicator_value.c.quantity.is_(None))
    with two.rooms.paying.entered(), transaction() as connection:
        assert connection.execute(hidden).scalar_one() > 0
    with two.rooms.measuring.entered(), transaction() as connection:
        assert connection.execute(hidden).scalar_one() == 0


def test_the_books_of_the_paying_room_can_be_verified_without_the_deliveries(two):
    with two.rooms.paying.entered():
        found = verify(two.contract.id)
    sources = {row["delivery_id"] for period in PERIODS for row in _said(two, period)["passport"]["deliveries"]}
    assert (found.settlements, found.files, found.bundles, found.held_elsewhere) == (1, 0, 3, len(sources))


def test_a_trace_ends_at_hashes_that_the_measuring_room_can_show(two):
    with two.rooms.paying.entered():
        there = trace(two.contract.id, 1)
    with two.rooms.measuring.entered():
        here = trace(two.contract.id, 1)
    assert {row["held"] for row in there.deliveries} == {"in the measuring room"}
    assert {row["held"] for row in here.deliveries} == {"here"}
    told = [{name: row[name] for name in ("source", "sha256", "as_of")} for row in there.deliveries]
    assert told == [{name: row[name] for name in ("source", "sha256", "as_of")} for row in here.deliveries]
    assert (there.owed, there.explanation, there.code) == (here.owed, here.explanation, here.code)
    assert any("by “The research machine”; came in the bundle" in line for line in trace_lines(there))


def test_the_same_bundle_twice_is_one(two):
    with two.rooms.paying.entered():
        assert take_in_bundle(two.bundles["2"], TODAY) == f"{two.contract.id}|2|r1"
        with transaction() as connection:
            assert connection.execute(select(func.count()).select_from(measured)).scalar_one() == len(PERIODS)


def test_writing_a_bundle_again_gives_the_same_bytes(two, tmp_path):
    with two.rooms.measuring.entered():
        write_bundle(f"{two.contract.id}|2|r1", tmp_path / "again.bundle")
    assert (tmp_path / "again.bundle").read_bytes() == two.bundles["2"].read_bytes()


def test_a_bundle_that_lies_for_the_period_is_taken_in_where_it_would_have_been_measured(two):
    with two.rooms.paying.entered() as home:
        folder = home / "landing" / two.contract.id / "bundles"
        folder.mkdir(parents=True)
        (folder / f"{two.contract.id}__1__r1.bundle").write_bytes(two.bundles["1"].read_bytes())
        assert measured_in_either_room(two.contract.id, "1", TODAY) == f"{two.contract.id}|1|r1"
        assert measured_in_either_room(two.contract.id, "2", TODAY) == f"{two.contract.id}|2|r1", (
            "none lies: it is measured"
        )


def test_what_the_paying_room_holds_is_the_digest_that_was_signed(two):
    with two.rooms.paying.entered(), transaction() as connection:
        stands = results.latest(connection, two.contract.id)
        assert proposals.all_of(connection, two.contract.id)[0]["state"] == proposals.POSTED
    for period in PERIODS:
        sealed = open_sealed(two.bundles[period].read_bytes(), "x")
        assert stands[period]["result_digest"] == sealed.bundle.results.digest
