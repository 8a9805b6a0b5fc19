"""The facts of a statement that are money: who pays whom, what is transferred, invested, posted and corrected.

Amounts are whole minor units (øre).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal


@dataclass(frozen=True)
class PaymentFact:
    """What one payer pays one recipient by this statement, and where it stands against the cap.

    `cap_minor` is the cap of this payer (to this recipient, where the terms have one), `settled_minor` and `left_minor`
    are counted within that cap's scope. Settled is owed, this statement with it; whether it is paid, invoices tell. A negative
    amount goes back to the payer.
    """

    payer: str
    recipient: str
    amount_minor: int
    pay_by: date
    settled_minor: int
    cap_minor: int | None
    left_minor: int | None
    is_set_off: bool = False
    """Whether a negative amount is set off against later payments, and not paid back now."""
    given_up_minor: int = 0
    """What recipients have given up within the cap's scope: it counts under it as what is settled does, and leaves less."""


@dataclass(frozen=True)
class TransferFact:
    """Money that one party sends another by a day; without a day it is still to be set off against later payments."""

    sender: str
    receiver: str
    amount_minor: int
    pay_by: date | None


@dataclass(frozen=True)
class InvestorFact:
    """An investor's money so far: paid in as agreed (less what came back unspent), and settled for it, principal and premium.

    `yearly_return` is the internal rate of return of its dated cash flows; None before the last period is settled.
    """

    investor: str
    paid_in_minor: int
    principal_minor: int
    premium_minor: int
    yearly_return: Decimal | None = None

    @property
    def due_minor(self) -> int:
        return self.principal_minor + self.premium_minor


@dataclass(frozen=True)
class LedgerFact:
    """One posted line: what it concerns, who pays whom, principal or premium."""

    entry: int
    settlement: int
    period: str
    outcome: str
    payer: str
    recipient: str
    component: Literal["principal", "premium"]
    amount_minor: int


@dataclass(frozen=True)
class CorrectedPayment:
    """What was posted for one line of an earlier period, and what it is with this statement, in minor units."""

    period: str
    title: str
    payer: str
    recipient: str
    component: str
    before_minor: int
    after_minor: int

    @property
    def difference_minor(self) -> int:
        return self.after_minor - self.before_minor
