"""Settled is not paid: what became of each amount after it was posted, as told by those who invoice and pay.

An amount is what one settlement makes one payer owe one recipient, after what the terms set off or net. What happens to it
is appended: sent, paid (in parts or whole), disputed, the dispute settled. Nothing here changes what is owed; that is a
correction, in a settlement of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, insert, select

from maalbar import ledger, proposals, terms
from maalbar.contract import Contract
from maalbar.contract.versions import in_force
from maalbar.errors import InvoiceRefused
from maalbar.schema import invoice_event, proposal
from maalbar.written_cpr import refuse_cpr
from transforms.settlement.payable import by_settlement, payable

NEXT = {
    "not_sent": ("sent",),
    "sent": ("paid", "disputed"),
    "disputed": ("settled_dispute",),
    "settled_dispute": ("paid", "disputed"),
    "part_paid": ("paid", "disputed"),
    "paid": (),
}
"""What may follow what; `part_paid` is where a payment leaves something."""
STATES = ("sent", "paid", "disputed", "settled_dispute")
"""What can be told."""


@dataclass(frozen=True)
class Debt:
    """What one settlement makes one payer owe one recipient. `amount` in minor units; negative: it goes back to the payer."""

    settlement: int
    payer: str
    recipient: str
    amount: int
    pay_by: date


@dataclass(frozen=True)
class Standing:
    """How a debt stands on a day: not_sent, sent, overdue, disputed or paid. `paid` and `left` are never negative."""

    debt: Debt
    state: str
    paid: int
    last_dated: date | None

    @property
    def left(self) -> int:
        return abs(self.debt.amount) - self.paid


@dataclass(frozen=True)
class Told:
    """What someone says has happened. `amount` in minor units, above 0, only where it is paid; None there: all that is left."""

    state: str
    dated: date
    by: str
    amount: int | None = None
    reference: str = ""


def standings(connection: Connection, contract: Contract, as_of: date) -> list[Standing]:
    """Every debt of the ledger as it stood at the end of a day, in order of settlement, payer and recipient."""
    return [
        _standing(debt, [row for row in events if row["dated"] <= as_of], as_of)
        for debt, events in _debts(connection, contract)
    ]


def record(
    connection: Connection, contract: Contract, settlement: int, payer: str, recipient: str, told: Told
) -> Standing:
    """Append what has happened to a debt, and return how it stands on that day. The caller holds the contract's lock.

    The newest event told once more is the same one. Raises InvoiceRefused when there is no such debt, the step may not
    follow, or more would be paid than is owed.
    """
    where = f"{contract.id} settlement {settlement}, {payer} to {recipient}"
    wanted = (settlement, payer, recipient)
    known = {(d.settlement, d.payer, d.recipient): (d, events) for d, events in _debts(connection, contract)}
    if wanted not in known:
        raise InvoiceRefused("nothing is owed", where=where, mend=f"see `maalbar invoices {contract.id}`")
    debt, events = known[wanted]
    left = abs(debt.amount) - _paid(events)
    amount = told.amount if told.amount is not None or told.state != "paid" else left
    row = {
        "contract": contract.id, "settlement": settlement, "payer": payer, "recipient": recipient,
        "sequence": len(events) + 1, "state": told.state, "dated": told.dated, "amount_minor": amount,
        "reference": told.reference, "recorded_by": told.by,
    }  # fmt: skip
    if not _is_told_again(events, told, left):
        _require_allowed(where, debt, events, told, amount, left)
        connection.execute(insert(invoice_event), row)
        events = [*events, row]
    return _standing(debt, events, told.dated)


def _require_allowed(
    where: str, debt: Debt, events: Sequence[dict[str, Any]], told: Told, amount: int | None, left: int
) -> None:
    if told.state not in STATES:
        raise InvoiceRefused(f"`{told.state}` is no state", where=where, mend=f"say {', '.join(STATES)}")
    before = _last_state(debt, events)
    if told.state not in NEXT[before]:
        can = " or ".join(NEXT[before]) or "nothing"
        raise InvoiceRefused(f"is {before}, and {told.state} cannot follow", where=where, mend=f"{can} can")
    if events and told.dated < events[-1]["dated"]:
        raise InvoiceRefused("is dated before what was told last", where=where, mend="give that day or a later one")
    if not told.by.strip():
        raise InvoiceRefused("nobody is named who tells it", where=where, mend="say by whom")
    refuse_cpr(InvoiceRefused, where, by=told.by)
    if (told.state == "paid") != (amount is not None):
        raise InvoiceRefused("only a payment has an amount", where=where, mend="leave the amount out")
    if amount is not None and not 0 < amount <= left:
        raise InvoiceRefused("that is not above 0 and at most what is left", where=where, mend="mend the amount")


def _is_told_again(events: Sequence[dict[str, Any]], told: Told, left: int) -> bool:
    """A command given twice, as after a lost connection, is one event."""
    if not events:
        return False
    last = events[-1]
    same = (last["state"], last["dated"], last["reference"]) == (told.state, told.dated, told.reference)
    if told.amount is None:
        return same and (told.state != "paid" or left == 0)
    return same and told.amount == last["amount_minor"]


def _debts(connection: Connection, contract: Contract) -> Iterator[tuple[Debt, list[dict[str, Any]]]]:
    """Every amount that a settlement makes two parties move, under the terms it was made under, and its events in order.

    What the terms set off against later payments is no debt of its own.
    """
    entries = ledger.entries(connection, contract.id)
    events: dict[tuple[int, str, str], list[dict[str, Any]]] = defaultdict(list)
    rows = select(invoice_event).where(invoice_event.c.contract == contract.id).order_by(invoice_event.c.sequence)
    for row in connection.execute(rows).mappings():
        events[row["settlement"], row["payer"], row["recipient"]].append(dict(row))
    settlements = _settlements(connection, contract)
    last = contract.calendar.followed[-1].id
    held = {n: (in_force(under, through).terms, through == last) for n, (under, through) in settlements.items()}
    rows_of = ((e["settlement"], (e["payer"], e["recipient"]), e["amount_minor"]) for e in entries)
    for due in payable(by_settlement(rows_of, held)).due:
        number = int(due.settlement)
        under, through = settlements[number]
        debt = Debt(number, due.payer, due.recipient, due.amount, under.period(through).pay_by)
        yield debt, events[number, due.payer, due.recipient]


def _settlements(connection: Connection, contract: Contract) -> dict[int, tuple[Contract, str]]:
    """Settlement → the terms it was made under, and the period it goes through; in order of number."""
    columns = (proposal.c.number, proposal.c.through, proposal.c.terms_digest)
    posted = select(*columns).where(proposal.c.contract == contract.id, proposal.c.state == proposals.POSTED)
    rows = connection.execute(posted.order_by(proposal.c.number)).all()
    under = {digest: terms.settled_under(connection, digest, contract) for digest in {row.terms_digest for row in rows}}
    return {row.number: (under[row.terms_digest], row.through) for row in rows}


def _standing(debt: Debt, events: Sequence[dict[str, Any]], as_of: date) -> Standing:
    state = _last_state(debt, events)
    if state not in ("paid", "disputed"):
        state = "overdue" if as_of > debt.pay_by else "not_sent" if state == "not_sent" else "sent"
    return Standing(debt, state, _paid(events), events[-1]["dated"] if events else None)


def _last_state(debt: Debt, events: Sequence[dict[str, Any]]) -> str:
    """The key of NEXT."""
    if not events:
        return "not_sent"
    if events[-1]["state"] == "paid" and _paid(events) < abs(debt.amount):
        return "part_paid"
    return str(events[-1]["state"])


def _paid(events: Sequence[dict[str, Any]]) -> int:
    return sum(row["amount_minor"] for row in events if row["state"] == "paid")
