"""What a contract has come to so far: the table that a demonstration ends with, as plain rows."""

from __future__ import annotations

from dataclasses import dataclass

from maalbar import ledger
from maalbar.contract import Contract, find_contract
from maalbar.contract.versions import in_force
from maalbar.database import transaction
from maalbar.documents.language import SOURCE
from maalbar.flow.amounts import as_line
from maalbar.flow.closed import given_up_of
from maalbar.flow.entitle import due
from maalbar.flow.statement import folder_of
from maalbar.schema import statement
from transforms.settlement.caps import within
from transforms.settlement.investors import InvestorReturn, investor_returns


@dataclass(frozen=True)
class CapStand:
    """A cap on the whole contract, and what is posted and what is given up under it, in minor units."""

    outcome: str | None
    payer: str | None
    recipient: str | None
    paid: int
    given_up: int
    maximum: int

    @property
    def left(self) -> int:
        """What may still be paid: what is given up counts under a cap as what is paid does."""
        return self.maximum - self.paid - self.given_up


@dataclass(frozen=True)
class Report:
    """The ledger of a contract, summed. `payments`: (period, outcome, payer, recipient) → minor units, zeros included."""

    contract: Contract
    payments: dict[tuple[str, str, str, str], int]
    caps: tuple[CapStand, ...]
    investors: tuple[InvestorReturn, ...]
    entries: int
    head: str
    statements: tuple[str, ...]


def report(contract_id: str) -> Report:
    """Sum the ledger of a contract, after checking its hash chain. Raises StoreDamaged when the chain is broken."""
    today = find_contract(contract_id)
    contract = in_force(today, today.calendar.followed[-1].id)
    with transaction() as connection:
        ledger.verify(connection, contract_id)
        found = due(connection, today)
        given_up = given_up_of(connection, today, found.settlement.lines) if found else {}
        entries = ledger.entries(connection, contract_id)
        head = ledger.head(connection, contract_id)[1]
        issued = connection.execute(
            statement.select()
            .where(statement.c.contract == contract_id, statement.c.kind == "pdf", statement.c.language == SOURCE)
            .order_by(statement.c.number, statement.c.period)
        )
        paths = tuple(str(folder_of(contract_id, row.number) / row.file_name) for row in issued)
    payments = {
        (period.id, outcome_id, share.payer, share.recipient): 0
        for period in contract.calendar.followed
        for outcome_id, outcome in contract.outcomes.items()
        for share in outcome.payments
    }
    for e in entries:
        key = (e["period"], e["outcome"], e["payer"], e["recipient"])
        payments[key] = payments.get(key, 0) + e["amount_minor"]
    caps = tuple(
        CapStand(
            cap.outcome,
            cap.payer,
            cap.recipient,
            sum(e["amount_minor"] for e in entries if within((e["outcome"], e["payer"], e["recipient"]), cap)),
            sum(amount for key, amount in given_up.items() if within(key[1:4], cap)),
            cap.maximum.minor,
        )
        for cap in contract.terms.caps
        if cap.per == "contract"
    )
    return Report(
        contract,
        payments,
        caps,
        investor_returns(contract, [as_line(e) for e in entries], contract.calendar.periods[-1].id),
        len(entries),
        head,
        paths,
    )
