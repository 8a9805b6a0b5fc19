"""The facts of the portfolio. Amounts are whole minor units, days local; no figure of a person is among them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from maalbar.documents.language import Language

State = Literal[
    "to_come", "awaited", "data_overdue", "delivered", "measured", "not_measurable", "proposed", "rejected", "approved",
    "disputed", "payment_overdue", "paid",
]  # fmt: skip


@dataclass(frozen=True)
class PeriodFact:
    """One followed period, and how far it has come.

    `to_come`: has not ended; `awaited`: data that are not due yet; `data_overdue`: data that should have come; `delivered`: all
    data, and not measured; `measured`, `not_measurable`: not proposed yet; `proposed`: awaits the parties; `rejected`: a party
    said no, and nobody has taken a way on; `approved`: posted, and owed; `disputed`: what was proposed, or an invoice;
    `payment_overdue` (also where no invoice has been sent), `paid`: by the invoices.
    """

    id: str
    start: date
    end: date
    state: State


@dataclass(frozen=True)
class ContractFact:
    """One contract. `settled_minor`: owed so far; `paid_minor`: paid of it; `cap_minor`: the most of all payers, None without."""

    id: str
    name: str
    is_illustrative: bool
    rehearsal_years: int | None
    currency: str
    periods: tuple[PeriodFact, ...]
    settled_minor: int
    paid_minor: int
    cap_minor: int | None
    next: tuple[Literal["starts", "data_due", "run_after", "pay_by"], date] | None
    """What is next in its calendar, and when; None after the last."""


@dataclass(frozen=True)
class PortfolioFacts:
    """All contracts as they stand, with what is due and paid at the end of a day."""

    as_of: date
    contracts: tuple[ContractFact, ...]
    language: Language = "da"
