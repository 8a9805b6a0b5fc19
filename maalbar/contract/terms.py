"""Terms: the rules that hold for all outcomes together, and what each payer's body has allowed."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from maalbar.contract.capital import Capital, Premium
from maalbar.contract.outcomes import Share
from maalbar.contract.prices import Uncertainty
from maalbar.contract.values import (
    Amount,
    Flag,
    Identifier,
    IsoDate,
    Number,
    Percent,
    Section,
    Sourced,
)


class Cap(Sourced):
    """The most that is ever paid: for an outcome, by one payer, by one payer to one recipient, or in the whole contract."""

    outcome: Identifier | None = None
    payer: Identifier | None = None
    recipient: Identifier | None = None
    per: Literal["contract", "budget_year"] = "contract"
    carry_over: Literal["none", "unused", "excess"] | None = None
    """With `per: budget_year`: what crosses into the next year: nothing, room that was not used, or what was cut off."""
    maximum: Amount


class Floor(Sourced):
    """The least that is paid: what is missing in period `due` is added as a line of its own. A cap is stronger."""

    id: Identifier
    title: dict[Literal["da", "en"], str]
    payer: Identifier
    recipient: Identifier
    minimum: Amount | None = None
    share_of_capital: Percent | None = None
    """Instead of `minimum`: of the recipient's capital drawn by the pay day."""
    return_: Annotated[Percent | None, Field(alias="return")] = None
    """Instead of `minimum`: until the recipient's capital has earned so much a year."""
    due: str
    """The period in which it is made up."""


class OnAccount(Sourced):
    """Interim payments: until period `final` only a share of what is entitled is paid."""

    share: Percent
    final: str


class IndexValue(Section):
    start: Annotated[IsoDate, Field(alias="from")]
    value: Number


class Index(Sourced):
    """A price index: an amount follows `value / base`, with the value in force on the day of the claim or the period's first."""

    title: str
    base: Number
    values: Annotated[tuple[IndexValue, ...], Field(min_length=1)]


class Responsibility(Section):
    """Which part of the saving on a task a payer gets, between two days."""

    task: Identifier
    payer: Identifier
    share: Percent
    start: Annotated[IsoDate | None, Field(alias="from")] = None
    end: Annotated[IsoDate | None, Field(alias="to")] = None


class Redemption(Section):
    """The part of the capital still outstanding that is redeemed if the contract stops before a day."""

    before: IsoDate | None = None
    share: Percent


class Termination(Sourced):
    """Early end: what happens if the contract is stopped, agreed beforehand; `stopped_on` is filled in when it is."""

    redemption: Annotated[tuple[Redemption, ...], Field(min_length=1)]
    """In order of day; the last without `before`."""
    payments: Annotated[tuple[Share, ...], Field(min_length=1)]
    stopped_on: IsoDate | None = None
    """The first day that no longer counts."""


class Terms(Sourced):
    """How payments are computed."""

    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    basis: Literal["cumulative", "per_period"]
    """`cumulative`: on the effect of all periods so far, less what is already paid. `per_period`: each by itself."""
    floor: Literal["each_period", "running_total", "none"]
    """Where nothing is the least: for what each period adds, for the sum so far (negative periods count), or nowhere."""
    uncertainty: Uncertainty
    """What an effect is paid on: the estimate, its lower limit, or the estimate only where the interval holds no zero."""
    negative_difference: Literal["claw_back", "set_off"]
    """What is owed back: paid back by the pay day, or set off against what is paid later."""
    left_at_end: Literal["claw_back", "waive"] | None = None
    """With `set_off`: what becomes of a debt that the last settlement leaves."""
    rounding: Literal["half_up", "half_even"] = "half_up"
    netting: Literal["gross", "net"] = "gross"
    """`gross`: every payment is made, also one to oneself. `net`: opposite payments of two parties are one transfer."""
    pot: Amount | None = None
    """What the outcomes' weights are weights of."""
    person_maximum: Amount | None = None
    """The most that one person brings over all outcomes."""
    premium: Premium
    caps: tuple[Cap, ...]
    floors: tuple[Floor, ...] = ()
    on_account: OnAccount | None = None
    indices: dict[Identifier, Index] = {}
    responsibilities: tuple[Responsibility, ...] = ()
    termination: Termination | None = None
    capital: Capital
    outside: tuple[str, ...] = ()
    """Money that stands outside the contract and is only mentioned."""


class Mandate(Sourced):
    """What a payer's body has recommended or decided, and the most it allows."""

    payer: Identifier
    body: str
    dated: IsoDate
    state: Literal["recommended", "decided"]
    ceiling: Amount | None = None
    case_number: str | None = None
    confirmed: Flag = False


class Amendment(Sourced):
    """A change of terms from a period on. What was settled before keeps the terms it was settled under."""

    id: Identifier
    from_period: str
    dated: IsoDate
    body: str
    case_number: str | None = None
    retroactive: Flag = False
    """Whether `from_period` may already be paid: then the change moves it, by signed differences, once all have signed."""
    note: str | None = None
    changes: dict[str, Any]
    """Path into the file (`outcomes.acute_contacts.price.maximum`) → the new value, as it would be written there."""


class Signature(Section):
    """A party's name on the hash of the terms. It binds from `dated`, and says nothing of terms with another hash."""

    party: Identifier
    name: str
    authority: str
    dated: IsoDate
    terms: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class StressAcceptance(Sourced):
    """The parties' written acceptance that the terms pay more than a tenth of the maximum when nothing works."""

    at_most: Percent
    """Of the maximum."""
    body: str
    dated: IsoDate
    note: str


class UnitValue(Section):
    """What one avoided unit of an outcome is reckoned to be worth, and who would have borne it."""

    outcome: Identifier
    amount: Amount
    bearers: dict[str, Percent]


class Value(Sourced):
    """Calculated value, shown and never paid: money that is not set free, since others fill the bed."""

    units: tuple[UnitValue, ...]
