"""The ledger: entries in a chain, appended once, in order, by whoever holds the contract's lock."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Connection, insert, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from maalbar import ledger, proposals
from maalbar.database import contract_lock, transaction
from maalbar.errors import StoreDamaged
from maalbar.schema import ledger_entry, ledger_leg
from tests.owner import as_owner, tamper

pytestmark = pytest.mark.usefixtures("results_database")
DIGEST = "d" * 64


def _propose(connection: Connection, *amounts: int, contract: str = "tiny") -> int:
    """A proposal with one line per amount; returns its number."""
    row = {
        "contract": contract,
        "through": "1",
        "digest": DIGEST,
        "ledger_head": ledger.GENESIS,
        "terms_digest": "t",
        "measurements": {},
    }
    place = {"period": "1", "payer": "region", "recipient": "fund", "component": "principal"}
    return proposals.add(
        connection, row, [place | {"outcome": f"o{n}", "amount_minor": a} for n, a in enumerate(amounts)]
    )


def _post(connection: Connection, number: int, contract: str = "tiny") -> str:
    return ledger.append(connection, contract, number, DIGEST, proposals.lines(connection, contract, number))


def _three_entries() -> None:
    with contract_lock("tiny") as connection:
        _post(connection, _propose(connection, 500, 300))
        _post(connection, _propose(connection, -200))


def test_an_empty_ledger_has_no_entries_and_a_head_of_zeros():
    with transaction() as connection:
        assert ledger.head(connection, "tiny") == (0, "0" * 64)
        assert ledger.verify(connection, "tiny") == 0
        assert ledger.posted(connection, "tiny") == {}


def test_entries_are_numbered_without_gaps_and_each_names_the_one_before():
    _three_entries()
    with transaction() as connection:
        entries = ledger.entries(connection, "tiny")
        assert [(e["entry"], e["settlement"], e["line"], e["amount_minor"]) for e in entries] == [
            (1, 1, 1, 500),
            (2, 1, 2, 300),
            (3, 2, 1, -200),
        ]
        assert [e["previous_hash"] for e in entries] == [ledger.GENESIS, entries[0]["hash"], entries[1]["hash"]]
        assert ledger.head(connection, "tiny") == (3, entries[2]["hash"])
        assert ledger.verify(connection, "tiny") == 3


def test_what_is_posted_is_the_sum_by_what_it_concerns():
    _three_entries()
    with transaction() as connection:
        place = ("region", "fund", "principal")
        # The correction of -200 concerns the same outcome as the first 500.
        assert ledger.posted(connection, "tiny") == {("1", "o0", *place): 300, ("1", "o1", *place): 300}


def test_nothing_to_append_leaves_the_head_where_it_is():
    _three_entries()
    with contract_lock("tiny") as connection:
        before = ledger.head(connection, "tiny")
        assert _post(connection, _propose(connection)) == before[1]
        assert ledger.head(connection, "tiny") == before


def test_contracts_have_ledgers_of_their_own():
    _three_entries()
    with contract_lock("other") as connection:
        _post(connection, _propose(connection, 7, contract="other"), contract="other")
        assert [e["entry"] for e in ledger.entries(connection, "other")] == [1]
        assert ledger.verify(connection, "tiny") == 3


CHANGES = [
    "update ledger_entry set amount_minor = 1",
    "delete from ledger_entry",
    "truncate ledger_entry cascade",
    "update ledger_leg set amount_minor = 0",
    "delete from ledger_leg where entry = 3",
    "truncate ledger_leg",
]


@pytest.mark.fault("F65")
@pytest.mark.parametrize("statement", CHANGES)
def test_the_application_may_not_change_or_remove_an_entry_or_a_leg(statement):
    _three_entries()
    with pytest.raises(DBAPIError, match="permission denied"), transaction() as connection:
        connection.execute(text(statement))


@pytest.mark.parametrize("statement", CHANGES)
def test_the_owner_is_refused_by_the_database_itself(statement):
    _three_entries()
    with pytest.raises(DBAPIError, match="append-only"), as_owner() as connection:
        connection.execute(text(statement))
    with transaction() as connection:
        assert ledger.verify(connection, "tiny") == 3


def test_an_entry_takes_from_its_payer_what_it_gives_its_recipient():
    _three_entries()
    with transaction() as connection:
        assert ledger.legs(connection, "tiny") == {
            1: [("payer/region", -500), ("recipient/fund/principal", 500)],
            2: [("payer/region", -300), ("recipient/fund/principal", 300)],
            3: [("payer/region", 200), ("recipient/fund/principal", -200)],
        }
        assert ledger.balances(connection, "tiny") == {"payer/region": -600, "recipient/fund/principal": 600}


def test_a_party_that_pays_itself_has_both_legs_in_full():
    with contract_lock("tiny") as connection:
        number = _propose(connection, 700)
        lines = [line | {"recipient": "region"} for line in proposals.lines(connection, "tiny", number)]
        ledger.append(connection, "tiny", number, DIGEST, lines)
    with transaction() as connection:
        assert ledger.balances(connection, "tiny") == {"payer/region": -700, "recipient/region/principal": 700}


@pytest.mark.parametrize(
    "legs",
    [
        [],
        [(1, -500)],
        [(1, -500), (2, 400)],
        [(1, -400), (2, 400)],
    ],
    ids=["none", "one", "unbalanced", "not the entry's amount"],
)
def test_an_entry_that_does_not_balance_is_refused_when_it_would_be_committed(legs):
    sides = [{"contract": "tiny", "entry": 1, "leg": n, "account": f"a{n}", "amount_minor": a} for n, a in legs]
    with pytest.raises(IntegrityError, match="ledger entry 1 does not balance"), contract_lock("tiny") as connection:
        (line,) = proposals.lines(connection, "tiny", _propose(connection, 500))
        entry = {k: v for k, v in line.items() if k != "number"} | {"settlement": line["number"], "entry": 1, "form": 2}
        connection.execute(
            insert(ledger_entry), entry | {"proposal_digest": DIGEST, "previous_hash": ledger.GENESIS, "hash": "h"}
        )
        if sides:
            connection.execute(insert(ledger_leg), sides)
    with transaction() as connection:
        assert ledger.entries(connection, "tiny") == []


def test_an_entry_gets_no_further_leg_later():
    _three_entries()
    later = {"contract": "tiny", "entry": 3, "leg": 3, "account": "payer/town", "amount_minor": 0}
    with pytest.raises(IntegrityError), transaction() as connection:
        connection.execute(insert(ledger_leg), later)


@pytest.mark.parametrize(
    ("statement", "first_bad"),
    [
        ("update ledger_entry set amount_minor = 301 where entry = 2", 2),
        ("update ledger_entry set payer = 'town' where entry = 1", 1),
        ("update ledger_entry set hash = repeat('f', 64) where entry = 2", 2),
        ("delete from ledger_entry where entry = 2", 2),
        ("delete from ledger_entry where entry = 1", 1),
        ("update ledger_entry set entry = 9 where entry = 3", 3),
        ("update ledger_entry set form = 1 where entry = 2", 2),
        ("update ledger_leg set amount_minor = -301 where entry = 2 and leg = 1", 2),
        ("update ledger_leg set account = 'payer/town' where entry = 3 and leg = 1", 3),
        ("delete from ledger_leg where entry = 1", 1),
    ],
)
def test_verify_names_the_first_entry_that_someone_changed_or_took_out(statement, first_bad):
    _three_entries()
    tamper(statement)
    with transaction() as connection, pytest.raises(StoreDamaged, match=rf"entry {first_bad}\b"):
        ledger.verify(connection, "tiny")


def test_an_amount_changed_with_its_own_hash_made_anew_is_found_at_the_next_entry():
    _three_entries()
    with transaction() as connection:
        row = ledger.entries(connection, "tiny")[1] | {"amount_minor": 999}
    made_anew = ledger._hash(row, ledger.legs_of(row))
    tamper(
        f"update ledger_entry set amount_minor = 999, hash = '{made_anew}' where entry = 2",
        "update ledger_leg set amount_minor = 999 * sign(amount_minor) where entry = 2",
    )
    with transaction() as connection, pytest.raises(StoreDamaged, match=r"entry 3\b"):
        ledger.verify(connection, "tiny")


def test_a_leg_moved_to_another_account_with_the_hash_made_anew_is_not_the_entry_s_own():
    _three_entries()
    with transaction() as connection:
        row = ledger.entries(connection, "tiny")[2]
    made_anew = ledger._hash(row, [("payer/town", 200), ("recipient/fund/principal", -200)])
    tamper(
        f"update ledger_entry set hash = '{made_anew}' where entry = 3",
        "update ledger_leg set account = 'payer/town' where entry = 3 and leg = 1",
    )
    with transaction() as connection, pytest.raises(StoreDamaged, match="entry 3: its legs are not its own"):
        ledger.verify(connection, "tiny")


def test_a_settlement_posted_a_second_time_is_refused_by_its_key():
    _three_entries()
    with pytest.raises(IntegrityError, match="settlement_line"), contract_lock("tiny") as connection:
        _post(connection, 1)
    with transaction() as connection:
        assert ledger.verify(connection, "tiny") == 3


def test_a_line_that_nobody_proposed_cannot_be_posted():
    invented = {
        "line": 1,
        "period": "1",
        "outcome": "o",
        "payer": "region",
        "recipient": "fund",
        "component": "principal",
        "amount_minor": 1,
    }
    with pytest.raises(IntegrityError), contract_lock("tiny") as connection:
        ledger.append(connection, "tiny", 99, DIGEST, [invented])


def test_an_appending_transaction_that_fails_leaves_nothing():
    with pytest.raises(RuntimeError), contract_lock("tiny") as connection:
        _post(connection, _propose(connection, 500, 300))
        raise RuntimeError("the power goes")
    with transaction() as connection:
        assert ledger.entries(connection, "tiny") == []


def test_threads_that_append_at_once_wait_for_each_other():
    with contract_lock("tiny") as connection:
        numbers = [_propose(connection, *range(1, 6)) for _ in range(4)]
    together = Barrier(len(numbers))

    def append(number: int) -> None:
        together.wait()
        with contract_lock("tiny") as connection:
            _post(connection, number)

    with ThreadPoolExecutor(len(numbers)) as pool:
        list(pool.map(append, numbers))
    with transaction() as connection:
        assert ledger.verify(connection, "tiny") == 20
        # Each settlement's five lines stand together: nobody came in between.
        settlements = [e["settlement"] for e in ledger.entries(connection, "tiny")]
        assert sorted(numbers) == sorted(settlements[::5])
        assert all(len(set(settlements[start : start + 5])) == 1 for start in range(0, 20, 5))
