"""How far each period of each contract has come, from the first day of its calendar to the last krone."""

from __future__ import annotations

import json
from datetime import date

import pytest
from sqlalchemy import insert

from maalbar.database import contract_lock, transaction
from maalbar.documents.portfolio.facts import State
from maalbar.flow import settle
from maalbar.flow.invoices import Told, record, standings
from maalbar.flow.portfolio import portfolio_facts, write
from maalbar.schema import delivery
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
    assert states(contract, first.end)[0] == "awaited"
    assert states(contract, date.max)[0] == "data_overdue", "the data were due and have not come"
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
    for state in ("sent", "paid"):
        told_of_all(contract, first.pay_by, state)
    (fact,) = portfolio_facts([contract], first.pay_by).contracts
    assert (fact.periods[0].state, fact.paid_minor) == ("paid", 25_000_00)


def test_what_is_next_is_nothing_that_is_done(results_database, tiny_contract):
    contract = tiny_contract()
    first = contract.calendar.followed[0]
    day = first.end

    def following():
        (fact,) = portfolio_facts([contract], day).contracts
        return fact.next

    assert following() == ("run_after", first.run_after)
    measured(contract, "1", "0.05")
    assert following() == ("pay_by", first.pay_by)


def told_of_all(contract, day: date, state: str) -> None:
    with contract_lock(contract.id) as connection:
        for row in standings(connection, contract, day):
            debt = row.debt
            record(connection, contract, debt.settlement, debt.payer, debt.recipient, Told(state, day, "Rita"))


def test_what_has_been_delivered_and_not_measured_is_not_called_overdue(results_database, tiny_contract):
    contract = tiny_contract()
    first = contract.calendar.followed[0]
    sources = list(contract.deliveries)
    for place, source in enumerate(sources, 1):
        with transaction() as connection:
            connection.execute(
                insert(delivery),
                {
                    "delivery_id": f"tiny|{source}", "contract": contract.id, "source": source, "as_of": first.data_due,
                    "sha256": f"{place:064}", "canonical_sha256": f"{place:064}",
                    "rows_in": 0, "rows_accepted": 0, "rows_quarantined": 0, "rows_collapsed": 0,
                },
            )  # fmt: skip
        found = [states(contract, day)[0] for day in (first.data_due, date.max)]
        assert found == (["delivered"] * 2 if source == sources[-1] else ["awaited", "data_overdue"])


@pytest.mark.parametrize("is_sent", [True, False])
def test_what_is_not_paid_in_time_is_overdue_whether_or_not_an_invoice_was_sent(
    results_database, tiny_contract, is_sent
):
    contract = tiny_contract()
    first = contract.calendar.followed[0]
    measured(contract, "1", "0.05")
    settled(contract, "1")
    if is_sent:
        told_of_all(contract, first.pay_by, "sent")
    assert states(contract, first.pay_by)[0] == "approved"
    assert states(contract, date.max)[0] == "payment_overdue"


def test_what_a_payer_disputes_is_told_as_disputed_and_not_as_overdue(results_database, tiny_contract):
    contract = tiny_contract()
    first = contract.calendar.followed[0]
    measured(contract, "1", "0.05")
    settled(contract, "1")
    for state in ("sent", "disputed"):
        told_of_all(contract, first.pay_by, state)
    assert states(contract, date.max)[0] == "disputed"


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


def test_its_page_is_written_over_the_one_before_and_a_contract_that_cannot_be_read_takes_none_with_it(
    results_database, tiny_contract, investments
):
    contract = tiny_contract()
    (investments / "broken.yaml").write_text("id: broken\n")
    day = contract.calendar.followed[0].end
    measured(contract, "1", "0.05")
    before = [path.read_bytes() for path in write(day)]
    settled(contract, "1")
    paths = write(day)
    assert [path.name for path in paths] == ["portfolio.da.html", "portfolio.en.html"]
    assert all(b"Tiny" in path.read_bytes() for path in paths)
    assert [path.read_bytes() for path in paths] != before
    assert {path.name for path in paths[0].parent.iterdir()} == {path.name for path in paths}
