"""How far each period of each contract has come, from the first day of its calendar to the last krone."""

from __future__ import annotations

import json
from datetime import date

from maalbar.database import contract_lock
from maalbar.documents.portfolio.facts import State
from maalbar.flow import settle
from maalbar.flow.invoices import Told, record, standings
from maalbar.flow.portfolio import portfolio_facts
from tests.cli.test_commands import maalbar
from tests.flow.measured import measured, settled


def states(contract, day: date) -> list[State]:
    (fact,) = portfolio_facts([contract], day).contracts
    return [period.state for period in fact.periods]


def test_a_contract_with_nothing_measured_is_there_with_its_calendar(results_database, tiny_contract):
    contract = tiny_contract()
    first = contract.calendar.followed[0]
    (fact,) = portfolio_facts([contract], first.start).contracts
    assert {period.state for period in fact.periods} == {"to_come"}
    assert (fact.settled_minor, fact.paid_minor) == (0, 0)
    assert states(contract, first.end)[0] == "waiting"
    assert states(contract, date.max)[0] == "late", "the data were due and nothing is measured"
    assert portfolio_facts([contract], date.max).contracts[0].next is None


def test_a_period_goes_from_measured_over_proposed_and_approved_to_paid(results_database, tiny_contract):
    contract = tiny_contract()
    first = contract.calendar.followed[0]
    measured(contract, "1", "0.05")
    assert states(contract, first.pay_by)[0] == "measured"
    settle.propose(contract.id, "1")
    assert states(contract, first.pay_by)[0] == "proposed"
    settled(contract, "1")
    (fact,) = portfolio_facts([contract], first.pay_by).contracts
    assert fact.periods[0].state == "approved"
    # 25,000 kr. are owed for an improvement of 5 %, as the tests of what is handed out have it.
    assert (fact.settled_minor, fact.paid_minor) == (25_000_00, 0)
    with contract_lock(contract.id) as connection:
        for row in standings(connection, contract, first.pay_by):
            debt = row.debt
            for state in ("sent", "paid"):
                told = Told(state, first.pay_by, "Rita")
                record(connection, contract, debt.settlement, debt.payer, debt.recipient, told)
    (fact,) = portfolio_facts([contract], first.pay_by).contracts
    assert (fact.periods[0].state, fact.paid_minor) == ("paid", 25_000_00)


def test_what_is_sent_and_not_paid_in_time_is_overdue(results_database, tiny_contract):
    contract = tiny_contract()
    first = contract.calendar.followed[0]
    measured(contract, "1", "0.05")
    settled(contract, "1")
    with contract_lock(contract.id) as connection:
        for row in standings(connection, contract, first.pay_by):
            told = Told("sent", first.pay_by, "Rita")
            record(connection, contract, row.debt.settlement, row.debt.payer, row.debt.recipient, told)
    assert states(contract, first.pay_by)[0] == "approved"
    assert states(contract, date.max)[0] == "overdue"


def test_the_command_writes_the_page_and_tells_the_states(results_database, tiny_contract, tmp_path):
    contract = tiny_contract()
    day = contract.calendar.followed[0].start.isoformat()
    run = maalbar("portfolio", "--out", str(tmp_path / "all.html"), "--as-of", day, "--json")
    assert (run.returncode, run.stderr) == (0, "")
    assert json.loads(run.stdout)["contracts"]["tiny"]["1"] == "to_come"
    page = (tmp_path / "all.html").read_bytes()
    assert b"Tiny" in page
    maalbar("portfolio", "--out", str(tmp_path / "again.html"), "--as-of", day)
    assert (tmp_path / "again.html").read_bytes() == page
    refused = maalbar("portfolio", "--out", str(tmp_path / "all.docx"))
    assert refused.returncode != 0 and "is neither .html nor .pdf" in refused.stderr
