"""Posting file: the ledger's legs as postings (finansposteringer) for a finance system, balanced voucher by voucher.

A voucher is one ledger entry. Its payer is debited (a claim on it), its recipient credited (a debt to it); a correction that goes
back is the same with the sides exchanged. What is set off or netted is no posting: it says how a balance is paid, and the
invoice basis tells it. `docs/invoice-basis.md` describes the columns.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from maalbar import ledger
from maalbar.contract import Contract, find_contract
from maalbar.database import transaction
from maalbar.documents import cells
from maalbar.flow.invoice_basis import PARTS
from maalbar.flow.posted import Posted, Row, hand_out, posted
from maalbar.money import Money

COLUMNS = (
    "bilag", "bogføringsdato", "forfaldsdato", "konto", "part", "part_cvr", "tekst", "debet", "kredit", "beløb", "valuta",
    "kontrakt", "afregning", "postering", "ben", "periode", "budgetår", "ydelse", "del", "betaler", "modtager",
    "vilkår", "postering_sha256",
)  # fmt: skip


@dataclass(frozen=True)
class PostingFile:
    """What was written: so many vouchers, and the sum of their debits in minor units, corrections that go back with it."""

    vouchers: int
    debited: int
    currency: str
    head: str
    """The hash of the last entry in it, by which it can be held against the ledger."""
    content: bytes


def posting_file(contract_id: str, path: Path, settlement: int | None = None) -> PostingFile:
    """Write the postings of everything that is posted, or of one settlement, as one CSV.

    Raises SettlementRefused where nothing of that is posted, StoreDamaged where the ledger is not sound, SetupError where the
    file cannot be written.
    """
    contract = find_contract(contract_id)
    with transaction() as connection:
        settlements = posted(connection, contract, settlement)
        sides = ledger.legs(connection, contract_id)
    entries = [entry for one in settlements for entry in one.entries]
    rows = [row for one in settlements for row in _rows(contract, one, sides)]
    found = PostingFile(
        len(entries),
        sum(abs(entry["amount_minor"]) for entry in entries),
        contract.terms.currency,
        entries[-1]["hash"] if entries else ledger.GENESIS,
        cells.as_csv(COLUMNS, rows),
    )
    hand_out(path, found.content)
    return found


def _rows(contract: Contract, one: Posted, sides: dict[int, list[ledger.Leg]]) -> Iterator[list[cells.Cell]]:
    for entry in one.entries:
        for number, (account, amount) in enumerate(sides[entry["entry"]], start=1):
            yield _row(contract, one, entry, number, account, amount)


def _row(contract: Contract, one: Posted, entry: Row, leg: int, account: str, amount: int) -> list[cells.Cell]:
    under, currency = one.terms, one.terms.terms.currency
    period, party_id = under.period(entry["period"]), account.split("/")[1]
    party, part = under.parties[party_id], PARTS[entry["component"]]
    debit = -amount  # a leg is what its account gets: what the payer gives is a claim on it
    state = "illustrative" if contract.status.terms == "illustrative" else "aftalte"
    return [
        "-".join((contract.id, str(one.number), str(entry["entry"]))), one.approved_on, one.last.pay_by, account,
        party.name, party.cvr, f"{under.title_of(entry['outcome'])['da']}, periode {period.id}: {part}",
        Money(debit, currency) if debit >= 0 else None, Money(-debit, currency) if debit < 0 else None,
        Money(debit, currency), currency,
        contract.id, one.number, entry["entry"], leg, period.id, period.year, entry["outcome"], part,
        entry["payer"], entry["recipient"], "prøve" if contract.rehearsal else state, entry["hash"],
    ]  # fmt: skip
