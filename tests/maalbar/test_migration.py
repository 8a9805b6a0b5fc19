"""Bringing a database to the newest version: with a ledger in it, beside another, and by someone who may not."""

from __future__ import annotations

import itertools

import psycopg
import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import OperationalError

from maalbar import database, ledger, proposals, results
from maalbar.contract import digest_of
from maalbar.database import contract_lock, transaction
from maalbar.errors import SetupError
from maalbar.local import postgres
from maalbar.schema import metadata
from maalbar.settings import PROJECT
from tests.owner import as_owner, tamper
from tests.processes import ended, start

DIGEST = "d" * 64
VERSIONS = PROJECT / "sql" / "results" / "versions"
FIRST_VERSION, SECOND_VERSION = VERSIONS / "0001_results.sql", VERSIONS / "0002_books.sql"
_numbers = itertools.count(1)


def _run(server: postgres.Postgres, database_name: str, *statements: str) -> None:
    place = str(server.socket_folder)
    with psycopg.connect(host=place, user="postgres", dbname=database_name, autocommit=True) as link:
        for statement in statements:
            link.execute(statement)  # type: ignore[call-overload]


@pytest.fixture
def unmigrated(embedded_postgres, migrated_template, home, monkeypatch):
    """The name of an empty database, to which the settings point. The server knows the role already."""
    name = f"unmigrated_{next(_numbers)}"
    _run(embedded_postgres, "postgres", f"create database {name}")
    monkeypatch.setenv("MAALBAR_DATABASE_URL", embedded_postgres.url(name))
    yield name
    database.close()
    _run(embedded_postgres, "postgres", f"drop database {name} with (force)")


def _entry(number: int, amount: int, previous: str) -> dict:
    row = {
        "contract": "tiny", "entry": number, "settlement": 1, "line": number, "period": "1", "outcome": f"o{number}",
        "payer": "region", "recipient": "fund", "component": "principal", "amount_minor": amount,
        "proposal_digest": DIGEST, "previous_hash": previous, "form": ledger.WITHOUT_LEGS,
    }  # fmt: skip
    return row | {"hash": ledger._hash(row, [])}


def test_a_ledger_from_before_there_were_legs_gets_them_and_keeps_its_hashes(embedded_postgres, unmigrated):
    _run(
        embedded_postgres, unmigrated, FIRST_VERSION.read_text(encoding="utf-8"),
        "create table schema_version (version_num varchar(32) primary key)",
        "insert into schema_version values ('0001')",
        "insert into proposal values "
        f"('tiny', 1, '1', '{DIGEST}', '{ledger.GENESIS}', 't', '{{}}', 'posted')",
        "insert into payment_line values "
        "('tiny', 1, 1, '1', 'o1', 'region', 'fund', 'principal', 500), "
        "('tiny', 1, 2, '1', 'o2', 'region', 'fund', 'principal', -200)",
    )  # fmt: skip
    first = _entry(1, 500, ledger.GENESIS)
    second = _entry(2, -200, first["hash"])
    columns = [name for name in first if name != "form"]
    for row in (first, second):
        written = ", ".join(f"'{row[name]}'" for name in columns)
        _run(embedded_postgres, unmigrated, f"insert into ledger_entry ({', '.join(columns)}) values ({written})")

    database.migrate()

    with contract_lock("tiny") as connection:
        assert ledger.verify(connection, "tiny") == 2
        assert ledger.head(connection, "tiny") == (2, second["hash"])
        assert ledger.balances(connection, "tiny") == {"payer/region": -300, "recipient/fund/principal": 300}
        proposal = {
            "contract": "tiny", "through": "2", "digest": DIGEST, "ledger_head": second["hash"], "terms_digest": "t",
            "measurements": {},
        }  # fmt: skip
        place = {"period": "2", "outcome": "o1", "payer": "region", "recipient": "fund", "component": "principal"}
        number = proposals.add(connection, proposal, [place | {"amount_minor": 50}])
        ledger.append(connection, "tiny", number, DIGEST, proposals.lines(connection, "tiny", number))
    with transaction() as connection:
        assert ledger.verify(connection, "tiny") == 3


def test_results_from_before_there_were_diagnostics_are_still_held_against_their_digest(embedded_postgres, unmigrated):
    effect = {
        "outcome": "contacts", "basis": "period", "change": "-0.07", "standard_error": "0.05", "low": "-0.16",
        "high": "0.04", "p_value": "0.2", "detectable": "0.1", "improvement": "0.07", "units": None, "not_measurable": None,
    }  # fmt: skip
    value = {
        "outcome": "contacts", "window_id": "1", "arm": "treated", "persons": 10, "person_days": 3650,
        "person_years": "10", "quantity": "5", "value": "0.5", "invited": None,
    }  # fmt: skip
    # As version 2 of the results database made it: these columns, no diagnostics.
    hashed = digest_of([[value], [effect], {"kind": "waves"}])

    def values_of(row: dict) -> str:
        return ", ".join("null" if cell is None else f"'{cell}'" for cell in row.values())

    _run(
        embedded_postgres, unmigrated, FIRST_VERSION.read_text(encoding="utf-8"), SECOND_VERSION.read_text(encoding="utf-8"),
        "create table schema_version (version_num varchar(32) primary key)",
        "insert into schema_version values ('0002')",
        "insert into measurement values ('tiny|1|r1', 'tiny', '1', 1, '{}', '2022-10-15', 't', '0.1.0')",
        f"insert into effect_estimate (measurement_id, {', '.join(effect)}) values ('tiny|1|r1', {values_of(effect)})",
        f"insert into indicator_value (measurement_id, {', '.join(value)}) values ('tiny|1|r1', {values_of(value)})",
        f"insert into measured values ('tiny|1|r1', '{{\"kind\": \"waves\"}}', '{hashed}', 2)",
    )  # fmt: skip

    database.migrate()

    def stands() -> bool:
        with transaction() as connection:
            row = connection.execute(text("select * from measured")).mappings().one()
            return results.is_as_hashed(connection, dict(row))

    assert stands()
    tamper("update effect_estimate set p_value = 0.02")
    assert not stands()


def test_before_it_is_migrated_one_line_says_what_to_do(tmp_path_factory, home, monkeypatch):
    with postgres.running(tmp_path_factory.mktemp("pg")) as server:
        monkeypatch.setenv("MAALBAR_DATABASE_URL", server.url("maalbar"))
        with (
            pytest.raises(SetupError, match="cannot take the role maalbar_writer — run `maalbar migrate`"),
            transaction(),
        ):
            pass
        database.close()


def test_a_connection_that_is_lost_before_its_role_is_taken_is_no_fault_of_the_installation(
    results_database, monkeypatch
):
    def lost(*_: object) -> None:
        raise psycopg.errors.AdminShutdown("terminating connection due to administrator command")

    database.close()
    with monkeypatch.context() as patch:
        patch.setattr(psycopg.Connection, "execute", lost)
        with pytest.raises(OperationalError), transaction():
            pass


def _migrate(url: str) -> None:
    import os

    os.environ["MAALBAR_DATABASE_URL"] = url
    database.migrate()


def test_databases_of_one_server_can_be_migrated_at_once(tmp_path_factory, home, monkeypatch):
    names = [f"at_once_{n}" for n in range(4)]
    with postgres.running(tmp_path_factory.mktemp("pg")) as server:
        _run(server, "postgres", *(f"create database {name}" for name in names))
        # Each of them wants to make the role, which the server does not have yet; two migrate the same one.
        running = [start(_migrate, server.url(name)) for name in (*names, names[0])]
        assert [ended(process) for process in running] == [0] * 5
        for name in names:
            monkeypatch.setenv("MAALBAR_DATABASE_URL", server.url(name))
            with transaction() as connection:
                assert connection.scalar(text("select current_user")) == "maalbar_writer"
        database.close()


def test_a_user_who_may_not_take_the_role_gets_one_line_and_migrates_when_it_is_granted(
    embedded_postgres, unmigrated, monkeypatch
):
    url = embedded_postgres.url(unmigrated)
    _run(embedded_postgres, "postgres", "create role limited login", f"alter database {unmigrated} owner to limited")
    monkeypatch.setenv("MAALBAR_DATABASE_URL", url.replace("postgres@", "limited@"))
    try:
        with pytest.raises(SetupError, match=r"may not make .* the role maalbar_writer .* let an administrator"):
            database.migrate()
        _run(embedded_postgres, "postgres", "grant maalbar_writer to limited")
        database.migrate()
        with transaction() as connection:
            row = {"digest": "d", "contract": "tiny", "body": {}}
            connection.execute(insert(metadata.tables["terms"]), row)
        with as_owner() as connection:
            assert connection.scalar(text("select current_user")) == "limited"
    finally:
        database.close()
        _run(
            embedded_postgres, unmigrated, "reassign owned by limited to postgres", "drop owned by limited",
            "drop role limited",
        )  # fmt: skip
