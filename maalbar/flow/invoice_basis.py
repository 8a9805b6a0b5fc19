"""Invoice basis: what each payer is to be invoiced by each recipient for a settlement, one file for one document.

One row is one entry of the ledger (a period, an outcome, principal or premium), so that every invoice line can be traced, and the
rows of a file sum to the ledger; a last row takes off what the terms set off or net, so that they also sum to what is moved.
`docs/invoice-basis.md` says where each column goes in OIOUBL and Peppol BIS Billing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import Connection

from maalbar.contract import Contract, find_contract
from maalbar.contract.parties import Invoicing, Party
from maalbar.contract.versions import in_force
from maalbar.database import transaction
from maalbar.documents import cells
from maalbar.errors import SettlementRefused
from maalbar.flow.invoices import Debt, standings
from maalbar.flow.posted import Posted, Row, hand_out, posted
from maalbar.money import Money
from transforms.settlement.lines import Pair

COLUMNS = (
    "dokument", "fakturareference", "linje", "kontrakt", "afregning",
    "betaler", "betaler_cvr", "betaler_gln", "ordrereference", "personreference", "kontering", "kredsløb",
    "modtager", "modtager_cvr", "tekst", "ydelse", "del", "periode", "periode_fra", "periode_til", "budgetår",
    "beløb", "dokumentbeløb", "valuta", "momskategori", "momsstatus", "momsbegrundelse", "forfaldsdato",
    "opgørelse", "opgørelse_sha256", "postering", "postering_sha256", "advarsel",
)  # fmt: skip
INVOICE, CREDIT_NOTE, INTERNAL, NONE = "Invoice", "CreditNote", "intern", "intet"
"""Money to the recipient; money back to the payer; a payment to oneself, which nobody invoices; nothing that moves."""
PARTS = {"principal": "hovedstol", "premium": "risikotillæg"}
CIRCUITS = {
    "health": "sundhed",
    "social": "social og specialundervisning",
    "regional_development": "regional udvikling",
    "administration": "fælles formål og administration",
}
VAT = {"outside_scope": ("O", "uden for momslovens område"), "exempt": ("E", "momsfritaget")}
"""The category of UNCL5305, and the same in words."""


@dataclass(frozen=True)
class Basis:
    """The basis of one document: one settlement, one payer, one recipient. `amount` in minor units: what is to be moved.

    `entries`: the numbers of the ledger entries it covers; `missing`: what an invoice needs and nobody has said, in Danish.
    """

    settlement: int
    payer: str
    recipient: str
    document: str
    amount: int
    entries: tuple[int, ...]
    missing: tuple[str, ...]
    name: str
    content: bytes


def invoice_basis(
    contract_id: str, folder: Path, settlement: int | None = None, payer: str | None = None
) -> list[Basis]:
    """Write the invoice basis of what is posted, one CSV for each settlement, payer and recipient.

    Raises SettlementRefused where nothing of that is posted, StoreDamaged where the ledger is not sound, SetupError where a file
    cannot be written.
    """
    contract = find_contract(contract_id)
    with transaction() as connection:
        found = bases(connection, contract, settlement)
    if payer is not None:
        found = [basis for basis in found if basis.payer == payer]
        if not found:
            known = ", ".join(party_id for party_id, party in contract.parties.items() if "payer" in party.roles)
            raise SettlementRefused(f"`{payer}` has nothing to pay", where=contract_id, mend=f"payers are {known}")
    for basis in found:
        hand_out(folder / basis.name, basis.content)
    return found


def bases(connection: Connection, contract: Contract, settlement: int | None = None) -> list[Basis]:
    """The same without writing: in order of settlement, payer and recipient. `contract`: its file as it stands.

    Terms, periods and pay day are those that a settlement was made under; how a party is invoiced is what the file says now.
    """
    settlements = posted(connection, contract, settlement)
    # As of the last day there is: what became of a debt does not matter here, only what is owed.
    debts = {_key(s.debt): s.debt for s in standings(connection, contract, date.max)}
    return [basis for one in settlements for basis in _of_settlement(contract, one, debts)]


def _of_settlement(contract: Contract, one: Posted, debts: dict[tuple[int, Pair], Debt]) -> Iterator[Basis]:
    by_pair: dict[Pair, list[Row]] = defaultdict(list)
    for entry in one.entries:
        by_pair[entry["payer"], entry["recipient"]].append(entry)
    for number, pair in debts:
        if number == one.number:
            by_pair[pair]  # a debt that older set-offs leave has no entry of its own
    parties = {**one.terms.parties, **in_force(contract, one.through).parties}
    for pair, entries in sorted(by_pair.items()):
        debt = debts.get((one.number, pair))
        document = Document(contract, one, pair, (parties[pair[0]], parties[pair[1]]), debt.amount if debt else 0)
        yield Basis(
            one.number, *pair, document.kind, document.amount, tuple(entry["entry"] for entry in entries),
            document.missing, f"fakturagrundlag__{document.reference}.csv", cells.as_csv(COLUMNS, document.rows(entries)),
        )  # fmt: skip


@dataclass(frozen=True)
class Document:
    """One document to be: who invoices whom for which settlement, and what it comes to. Rows as in `COLUMNS`."""

    contract: Contract
    settlement: Posted
    pair: Pair
    parties: tuple[Party, Party]
    amount: int

    @property
    def reference(self) -> str:
        return "__".join((self.contract.id, str(self.settlement.number), *self.pair))

    @property
    def kind(self) -> str:
        """What is sent: a debt that goes back to the payer is a credit note, and nobody invoices themselves."""
        if not self.amount:
            return NONE
        if self.pair[0] == self.pair[1]:
            return INTERNAL
        return INVOICE if self.amount > 0 else CREDIT_NOTE

    @property
    def missing(self) -> tuple[str, ...]:
        """What stands in the way of sending it, in Danish."""
        return tuple(self._warnings())

    def rows(self, entries: list[Row]) -> Iterator[list[cells.Cell]]:
        """One row for each entry, and one for what the terms take off or add before anything is moved."""
        for line, entry in enumerate(entries, start=1):
            period = self.settlement.terms.period(entry["period"])
            title = self.settlement.terms.title_of(entry["outcome"])["da"]
            part = PARTS[entry["component"]]
            yield self._row(
                line, f"{title}, periode {period.id}: {part}", entry["outcome"], part, entry["period"],
                entry["amount_minor"], (entry["entry"], entry["hash"]),
            )  # fmt: skip
        left = self.amount - sum(entry["amount_minor"] for entry in entries)
        if left:
            text = "Modregning efter vilkårene (det, der modregnes i senere betalinger eller udlignes mellem parterne)"
            yield self._row(len(entries) + 1, text, None, "modregning", self.settlement.through, left, (None, None))

    def _row(
        self, line: int, text: str, outcome: str | None, part: str, period_id: str, minor: int,
        entry: tuple[int | None, str | None],
    ) -> list[cells.Cell]:  # fmt: skip
        payer, recipient = self.parties
        told = payer.invoicing or Invoicing()
        period, currency = self.settlement.terms.period(period_id), self.settlement.terms.terms.currency
        issued = self.settlement.statement_of(period_id)
        return [
            self.kind, self.reference, line, self.contract.id, self.settlement.number,
            payer.name, payer.cvr, told.gln, told.order_reference, told.reference_person, told.account,
            CIRCUITS[told.circuit] if told.circuit else None,
            recipient.name, recipient.cvr, text, outcome, part, period.id, period.start, period.end - timedelta(days=1),
            period.year, Money(minor, currency), Money(-minor if self.kind == CREDIT_NOTE else minor, currency), currency,
            *self._vat(), self.settlement.last.pay_by,
            issued.id if issued else None, issued.sha256 if issued else None, *entry, "; ".join(self.missing) or None,
        ]  # fmt: skip

    def _vat(self) -> tuple[str | None, str | None, str | None]:
        told = self.parties[1].invoicing
        if told is None or told.vat is None:
            return None, None, None
        return (*VAT[told.vat], told.vat_reason)

    def _warnings(self) -> Iterator[str]:
        payer, recipient = self.parties
        told, theirs = payer.invoicing or Invoicing(), recipient.invoicing or Invoicing()
        if self.contract.rehearsal:
            yield "PRØVE med simulerede data: må ikke sendes"
        if self.contract.status.terms == "illustrative":
            yield "vilkår er illustrative, ikke aftalt: må ikke sendes"
        if not self.settlement.statement_of(self.settlement.through):
            yield "opgørelsen er ikke udstedt"
        if self.kind in (INTERNAL, NONE):
            return
        if told.public and not told.gln:
            yield "betalerens EAN/GLN mangler: en offentlig betaler modtager kun elektronisk faktura"
        if told.public and not (told.order_reference or told.reference_person):
            yield "ordre- eller personreference mangler"
        if not payer.cvr:
            yield "betalerens CVR mangler"
        if not recipient.cvr:
            yield "modtagerens CVR mangler"
        if not theirs.vat:
            yield "momsstatus er ikke angivet"


def _key(debt: Debt) -> tuple[int, Pair]:
    return debt.settlement, (debt.payer, debt.recipient)
