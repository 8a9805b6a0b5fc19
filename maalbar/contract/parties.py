"""Who is in the contract, and what each statement in the file rests on."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from maalbar.contract.values import Flag, Identifier, IsoDate, Section, Sourced


class Source(Section):
    """A document, page or agreement that sections of the contract refer to by its key."""

    title: str
    """What the document, page or agreement is called, so that a reader can find it."""
    dated: IsoDate | None = None
    """The day it bears."""
    public: Flag = True
    """Whether anyone may read it. Recorded; nothing computes with it."""


class Status(Sourced):
    """How far the decision has come, and whose it is. `terms: illustrative` is printed on every page."""

    state: Literal["proposed", "recommended", "decided", "signed"]
    """How far the decision has come. Recorded; what binds the parties is `signatures`."""
    body: str
    """The body that has proposed, recommended or decided."""
    dated: IsoDate
    """The day it did so."""
    case_number: str | None = None
    """The body's own case number."""
    terms: Literal["illustrative", "agreed"]
    """`illustrative`: nobody has agreed to the terms, and every statement and approval says so. `agreed`: the parties have."""
    note: str | None = None
    """What a reader should know about the status."""


def plain_name(name: str) -> str:
    """A person's name as two spellings of it are compared: case, spaces and the composing of letters apart (Unicode NFKC)."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


class Approver(Section):
    """A person who may say yes or no for a party. `user` is the login in Airflow, `authority` the legal basis."""

    user: Identifier
    """The login in Airflow. One login answers for one party only."""
    name: str
    """The person's name, as it stands on the statement."""
    authority: str
    """On what authority the person answers: a body, a decision, a delegation."""


class Invoicing(Section):
    """How a party is invoiced and how it invoices. Administrative: no part of the terms, so a new GLN needs no new signatures."""

    public: Flag = True
    """Whether the party is an authority: one takes electronic invoices only, and needs a `gln` and an `order_reference`."""
    gln: Annotated[str | None, Field(pattern=r"^[0-9]{13}$")] = None
    """The EAN location number (GLN) that electronic invoices to the party go to: 13 digits."""
    order_reference: str | None = None
    """The payer's order or requisition number."""
    reference_person: str | None = None
    """The person or department at the payer who knows of the invoice, as the payer writes it."""
    account: str | None = None
    """The payer's own account string (kontering)."""
    circuit: Literal["health", "social", "regional_development", "administration"] | None = None
    """With a region: which of its closed circuits (kredsløb) bears the payment."""
    vat: Literal["outside_scope", "exempt"] | None = None
    """With a recipient: what its invoices are for VAT. `outside_scope`: no consideration for a supply. `exempt`: a supply that
    the law exempts. One for all that it receives: an invoice outside the scope may hold nothing else (EN 16931, BR-O-11)."""
    vat_reason: str | None = None
    """With `vat`: why, with the paragraph that is relied on."""


class Party(Sourced):
    """One of the contracting parties. Payers and investors must have approvers; a provider may have none."""

    name: str
    """The full name, as it stands on the statement."""
    short: str | None = None
    """For narrow tables; the name where it is not given."""
    roles: Annotated[
        tuple[Literal["payer", "investor", "intermediary", "guarantor", "provider", "evaluator"], ...],
        Field(min_length=1),
    ]
    """What the party does. `payer` pays, `investor` puts in capital and receives, `intermediary` receives for investors,
    `guarantor` covers a loss, `provider` delivers the intervention, `evaluator` delivers data or results."""
    cvr: str | None = None
    """The party's CVR number: eight digits of which the last is a check digit. It stands on what is invoiced."""
    invoicing: Invoicing | None = None
    """How it is invoiced and how it invoices. Left out: the invoice basis says what is missing. A change is no new terms."""
    start: Annotated[IsoDate | None, Field(alias="from")] = None
    """The first day as a party; from the beginning where it is left out."""
    end: Annotated[IsoDate | None, Field(alias="to")] = None
    """The first day no longer a party."""
    successor: Identifier | None = None
    """Who takes the party's place, its rights and its debts, from that day."""
    approvers: tuple[Approver, ...] = ()
    """Those who may answer for the party when a proposal waits. Payers, investors and intermediaries need at least one."""
    deputies: tuple[Approver, ...] = ()
    """Those who may answer in their place. A change of people is no change of terms."""
    four_eyes: Flag = False
    """Whether two different people must say yes for the party, one after the other. One of them is enough for a no."""
    note: str | None = None
    """What a reader should know about the party."""

    @property
    def label(self) -> str:
        return self.short or self.name

    @property
    def answers(self) -> bool:
        """Whether this party's yes is needed before anything is posted."""
        return bool({"payer", "investor", "intermediary"} & set(self.roles))

    def is_in_on(self, day: date) -> bool:
        """Whether it is a party on a day."""
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)


class Fact(Sourced):
    """Something known about the contract that nothing computes with, kept where the reader looks for it."""

    text: str
    """The fact in words."""
