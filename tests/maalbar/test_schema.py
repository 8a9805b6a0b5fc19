"""The results database that the migrations make is the one the code believes in, and it refuses to forget."""

from __future__ import annotations

from datetime import date

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from maalbar import database, proposals, schema
from maalbar.database import transaction
from tests.owner import as_owner

APPEND_ONLY = (
    "ledger_entry",
    "approval",
    "payment_line",
    "delivery",
    "quarantine_release",
    "refusal",
    "delivery_figure",
    "delivery_check",
    "decision",
    "measurement",
    "measured",
    "bundle",
    "indicator_value",
    "effect_estimate",
    "diagnostic",
    "ledger_leg",
    "terms",
    "invoice_event",
    "signature_seen",
    "statement",
    "proposal",
    "disagreement",
    "waived_line",
    "question_put",
    "answer_given",
    "correction",
    "restatement",
    "erasure",
    "tombstone",
    "object_replaced",
    "measured_again",
    "access_log",
    "release",
    "release_file",
    "release_answer",
    "release_event",
)
DELIVERY = {
    "delivery_id": "tiny|contacts|2022-10-15|0123456789ab",
    "contract": "tiny",
    "source": "contacts",
    "as_of": date(2022, 10, 15),
    "sha256": "0" * 64,
    "canonical_sha256": "1" * 64,
    "rows_in": 10,
    "rows_accepted": 7,
    "rows_quarantined": 2,
    "rows_collapsed": 1,
}


def test_the_migrated_database_is_the_one_the_code_describes(results_database):
    with transaction() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"compare_type": True, "compare_server_default": True, "version_table": "schema_version"},
        )
        assert compare_metadata(context, schema.metadata) == []


def test_a_column_that_the_code_does_not_know_would_be_seen(results_database):
    with as_owner() as connection:
        connection.execute(text("alter table statement add column remark text"))
        context = MigrationContext.configure(connection, opts={"version_table": "schema_version"})
        ((kind, _, table, column),) = compare_metadata(context, schema.metadata)
    assert (kind, table, column.name) == ("remove_column", "statement", "remark")


def test_migrating_again_changes_nothing(results_database):
    with transaction() as connection:
        connection.execute(insert(schema.delivery), DELIVERY)
    database.migrate()
    with transaction() as connection:
        assert connection.scalar(text("select count(*) from delivery")) == 1


def _changes(table: str) -> tuple[str, ...]:
    column = next(column.name for column in schema.metadata.tables[table].columns if column.identity is None)
    return (f"update {table} set {column} = {column}", f"delete from {table}", f"truncate {table} cascade")


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_the_application_may_not_change_or_delete_what_is_appended(results_database, table):
    for change in _changes(table):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction() as connection:
            connection.execute(text(change))


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_the_database_itself_refuses_its_owner_too(results_database, table):
    for change in _changes(table):
        with pytest.raises(IntegrityError, match="is append-only"), as_owner() as connection:
            connection.execute(text(change))


def test_every_table_is_append_only():
    assert set(schema.metadata.tables) == set(APPEND_ONLY)


def test_what_the_application_may_do_is_read_append_and_move_the_state_of_a_proposal(results_database):
    granted = text(
        "select table_name, privilege_type from information_schema.role_table_grants where grantee = 'maalbar_writer'"
    )
    columns = text(
        "select table_name, column_name from information_schema.role_column_grants "
        "where grantee = 'maalbar_writer' and privilege_type = 'UPDATE'"
    )
    with transaction() as connection:
        assert {tuple(row) for row in connection.execute(granted)} == {
            (table, may) for table in APPEND_ONLY for may in ("SELECT", "INSERT")
        } | {("schema_version", "SELECT")}  # a backup holds it
        assert {tuple(row) for row in connection.execute(columns)} == {("proposal", "state")}
        assert connection.scalar(text("select current_user")) == "maalbar_writer"


@pytest.mark.parametrize("state", ["superseded", "rejected", "posted"])
def test_a_proposal_that_is_closed_stays_what_it_is(results_database, state):
    with transaction() as connection:
        row = dict.fromkeys(("through", "digest", "ledger_head", "terms_digest"), "x")
        number = proposals.add(connection, row | {"contract": "tiny", "measurements": {}}, [])
        proposals.set_state(connection, "tiny", number, state)
    for other in {"open", "superseded", "rejected", "posted"} - {state}:
        with (
            pytest.raises(IntegrityError, match=f"a proposal that is {state} is append-only"),
            as_owner() as connection,
        ):
            proposals.set_state(connection, "tiny", number, other)


def test_an_error_of_the_database_does_not_list_the_parameters_of_its_statement(results_database):
    with pytest.raises(IntegrityError) as refused, transaction() as connection:
        connection.execute(insert(schema.delivery), DELIVERY | {"sha256": None})
    assert DELIVERY["canonical_sha256"] not in str(refused.value).split("DETAIL")[0]
    assert "parameters hidden" in str(refused.value)


def test_the_role_stays_when_a_transaction_is_rolled_back(results_database):
    with pytest.raises(RuntimeError), transaction() as connection:
        connection.execute(text("select 1"))
        raise RuntimeError("the power goes")
    with transaction() as connection:
        assert connection.scalar(text("select current_user")) == "maalbar_writer"


def test_a_delivery_whose_rows_do_not_add_up_cannot_be_stored(results_database):
    with pytest.raises(IntegrityError, match="row_account"), transaction() as connection:
        connection.execute(insert(schema.delivery), DELIVERY | {"rows_accepted": 8})


def test_a_ledger_entry_without_its_proposed_line_cannot_be_stored(results_database):
    entry = dict.fromkeys(
        ("contract", "period", "outcome", "payer", "recipient", "proposal_digest", "previous_hash", "hash"),
        "x",
    )
    with pytest.raises(IntegrityError, match="foreign key"), transaction() as connection:
        connection.execute(
            insert(schema.ledger_entry),
            entry | {"entry": 1, "settlement": 1, "line": 1, "form": 2, "component": "principal", "amount_minor": 100},
        )
