"""Who is in the contract, and what each statement in the file rests on."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from maalbar.contract.values import Flag, Identifier, IsoDate, Section, Sourced


class Source(Section):
    """A document, page or agreement that sections of the contract refer to by its key."""

    title: str
    dated: IsoDate | None = None
    public: Flag = True


class Status(Sourced):
    """How far the decision has come, and whose it is. `terms: illustrative` is printed on every page."""

    state: Literal["proposed", "recommended", "decided", "signed"]
    body: str
    dated: IsoDate
    case_number: str | None = None
    terms: Literal["illustrative", "agreed"]
    note: str | None = None


class Approver(Section):
    """A person who may say yes or no for a party. `user` is the login in Airflow, `authority` the legal basis."""

    user: Identifier
    name: str
    authority: str


class Party(Sourced):
    """One of the contracting parties. Payers and investors must have approvers; a provider may have none."""

    name: str
    short: str | None = None
    """For narrow tables; the name where it is not given."""
    roles: Annotated[
        tuple[Literal["payer", "investor", "intermediary", "guarantor", "provider", "evaluator"], ...],
        Field(min_length=1),
    ]
    cvr: str | None = None
    start: Annotated[IsoDate | None, Field(alias="from")] = None
    """The first day as a party; from the beginning where it is left out."""
    end: Annotated[IsoDate | None, Field(alias="to")] = None
    """The first day no longer a party."""
    successor: Identifier | None = None
    """Who takes the party's place, its rights and its debts, from that day."""
    approvers: tuple[Approver, ...] = ()
    deputies: tuple[Approver, ...] = ()
    note: str | None = None

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
