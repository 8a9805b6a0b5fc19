"""Who is in the contract, and what each statement in the file rests on."""

from __future__ import annotations

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


class Approver(Section):
    """A person who may say yes or no for a party. `user` is the login in Airflow, `authority` the legal basis."""

    user: Identifier
    """The login in Airflow. One login answers for one party only."""
    name: str
    """The person's name, as it stands on the statement."""
    authority: str
    """On what authority the person answers: a body, a decision, a delegation."""


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
    """The party's CVR number. Recorded; nothing computes with it."""
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
