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
    """The cap is on this outcome. Left out: on all of them."""
    payer: Identifier | None = None
    """The cap is on what this payer pays. Left out: on all payers together."""
    recipient: Identifier | None = None
    """The cap is on what `payer` pays this recipient. Needs `payer`."""
    per: Literal["contract", "budget_year"] = "contract"
    """`contract`: over the whole contract. `budget_year`: in each budget year; a year is the period's `budget_year`."""
    carry_over: Literal["none", "unused", "excess"] | None = None
    """With `per: budget_year`: what crosses into the next year: nothing, room that was not used, or what was cut off.

    With `none` and `unused` what the cap cuts off is lost for good; with `excess` it is paid in a later year that has room.
    """
    in_years: dict[str, Amount] = {}
    """With `per: budget_year`: the budget years that have a maximum of their own, as appropriations do."""
    maximum: Amount
    """The most. What a cap cuts is taken from what the period adds, in proportion; what was granted before stays."""

    def most_in(self, year: str | None) -> int:
        """The most in minor units: in a budget year, or over the contract where there is none."""
        return self.in_years.get(year or "", self.maximum).minor


class Floor(Sourced):
    """The least that is paid: what is missing in period `due` is added as a line of its own. A cap is stronger."""

    id: Identifier
    """Its name: its payment line stands under it. Not the id of an outcome."""
    title: dict[Literal["da", "en"], str]
    """What the line is called on statements."""
    payer: Identifier
    """Who pays what is missing."""
    recipient: Identifier
    """Who must get the least."""
    minimum: Amount | None = None
    """The least that `payer` pays `recipient` over the whole contract, all outcomes together. Give one of the three."""
    share_of_capital: Percent | None = None
    """Instead of `minimum`: of the recipient's capital drawn by the pay day."""
    return_: Annotated[Percent | None, Field(alias="return")] = None
    """Instead of `minimum`: until the recipient's capital has earned so much a year."""
    due: str
    """The period in which it is made up."""


class OnAccount(Sourced):
    """Interim payments: until period `final` only a share of what is entitled is paid."""

    share: Percent
    """The part of what is entitled so far that is paid before `final`."""
    final: str
    """The period that settles in full: the id of a followed period."""


class IndexValue(Section):
    """The index from a day on."""

    start: Annotated[IsoDate, Field(alias="from")]
    """The first day it is in force; it stays so until the next."""
    value: Number
    """The index on that day."""


class Index(Sourced):
    """A price index: an amount follows `value / base`, with the value in force on the day of the claim or the period's first."""

    title: str
    """Whose index, and which."""
    base: Number
    """The index of the prices as they are written; above nothing."""
    values: Annotated[tuple[IndexValue, ...], Field(min_length=1)]
    """In order of day. An amount before the first value is refused, not guessed."""


class Responsibility(Section):
    """Which part of the saving on a task a payer gets, between two days."""

    task: Identifier
    """The task, as in the column `task` of the results."""
    payer: Identifier
    """Who bears the cost of the task."""
    share: Percent
    """The payer's part of what is saved on it."""
    start: Annotated[IsoDate | None, Field(alias="from")] = None
    """The first day; from the beginning where it is left out. A period that is partly covered counts by its days."""
    end: Annotated[IsoDate | None, Field(alias="to")] = None
    """The first day it no longer holds; to the end where it is left out."""


class Redemption(Section):
    """The part of the capital still outstanding that is redeemed if the contract stops before a day."""

    before: IsoDate | None = None
    """It holds for a stop before this day."""
    share: Percent
    """The part of the capital still outstanding (drawn, not returned, not repaid) that is redeemed."""


class Termination(Sourced):
    """Early end: what happens if the contract is stopped, agreed beforehand; `stopped_on` is filled in when it is."""

    redemption: Annotated[tuple[Redemption, ...], Field(min_length=1)]
    """In order of day; the last without `before`."""
    payments: Annotated[tuple[Share, ...], Field(min_length=1)]
    """Who redeems whose capital, in shares that sum to 100 %."""
    stopped_on: IsoDate | None = None
    """The first day that no longer counts."""


class Terms(Sourced):
    """How payments are computed."""

    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    """The currency of every amount in the file, by ISO 4217. Amounts are computed in its smallest unit."""
    basis: Literal["cumulative", "per_period"]
    """`cumulative`: on the effect of all periods so far, less what earlier periods have earned. `per_period`: each by itself."""
    floor: Literal["each_period", "running_total", "none"]
    """Where nothing is the least: for what each period adds, for the sum so far (negative periods count), or nowhere."""
    uncertainty: Uncertainty
    """What an effect is paid on: the estimate, its lower limit, or the estimate only where the interval holds no zero."""
    negative_difference: Literal["claw_back", "set_off"]
    """What is owed back: paid back by the pay day, or set off against what is paid later."""
    left_at_end: Literal["claw_back", "waive"] | None = None
    """With `set_off`: what becomes of a debt that the last settlement leaves."""
    rounding: Literal["half_up", "half_even"] = "half_up"
    """What half of the smallest unit becomes: `half_up` away from zero, `half_even` to the even neighbour."""
    netting: Literal["gross", "net"] = "gross"
    """`gross`: every payment is made, also one to oneself. `net`: opposite payments of two parties are one transfer."""
    pot: Amount | None = None
    """What the outcomes' weights are weights of."""
    person_maximum: Amount | None = None
    """The most that one person brings over all outcomes."""
    premium: Premium
    """How each payment is divided into principal and risk premium."""
    caps: tuple[Cap, ...]
    """The most that is paid. Applied in a fixed order, whatever the order here; an empty list for none."""
    floors: tuple[Floor, ...] = ()
    """The least that is paid. Left out: nothing is guaranteed."""
    on_account: OnAccount | None = None
    """Interim payments. Left out: each period pays in full."""
    indices: dict[Identifier, Index] = {}
    """Price indices that prices refer to."""
    responsibilities: tuple[Responsibility, ...] = ()
    """Which payer bears which task, for outcomes with `sharing: measured_saving`."""
    termination: Termination | None = None
    """What an early end costs, agreed beforehand. Left out: the contract says nothing about it."""
    capital: Capital
    """What investors pay in, get back unspent, and how what is paid reaches them."""
    outside: tuple[str, ...] = ()
    """Money that stands outside the contract and is only mentioned."""


class Mandate(Sourced):
    """What a payer's body has recommended or decided, and the most it allows."""

    payer: Identifier
    """The party whose mandate it is."""
    body: str
    """The body that has recommended or decided."""
    dated: IsoDate
    """The day it did so."""
    state: Literal["recommended", "decided"]
    """`recommended` by a body that cannot decide, or `decided`."""
    ceiling: Amount | None = None
    """The most the payer may be bound to. The payer then needs a cap on the contract of at most this much."""
    case_number: str | None = None
    """The body's own case number."""
    confirmed: Flag = False
    """Whether the payer has confirmed it. Recorded; nothing computes with it."""


class Amendment(Sourced):
    """A change of terms from a period on. What was settled before keeps the terms it was settled under."""

    id: Identifier
    """Its name, on statements and in `maalbar check`."""
    from_period: str
    """The first followed period in which the changes hold."""
    dated: IsoDate
    """The day it was agreed."""
    body: str
    """The body that agreed to it."""
    case_number: str | None = None
    """The body's own case number."""
    retroactive: Flag = False
    """Whether `from_period` may already be paid: then the change moves it, by signed differences, once all have signed."""
    note: str | None = None
    """What it changes, in words; printed on the statement."""
    changes: dict[str, Any]
    """Path into the file (`outcomes.acute_contacts.price.maximum`) → the new value, as it would be written there."""


class Signature(Section):
    """A party's name on the hash of the terms. It binds from `dated`, and says nothing of terms with another hash."""

    party: Identifier
    """A payer, an investor or an intermediary."""
    name: Annotated[str, Field(min_length=1)]
    """The person who signed."""
    authority: Annotated[str, Field(min_length=1)]
    """On what authority: a body, a decision, a delegation."""
    dated: IsoDate
    """The day of the signature."""
    terms: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """The hash that was signed, in full. `maalbar sign` writes it."""


class StressAcceptance(Sourced):
    """The parties' written acceptance that the terms pay more than a tenth of the maximum when nothing works."""

    at_most: Percent
    """Of the maximum."""
    body: str
    """The body that accepted it."""
    dated: IsoDate
    """The day it did so."""
    note: str
    """Why it was accepted."""


class UnitValue(Section):
    """What one avoided unit of an outcome is reckoned to be worth, and who would have borne it."""

    outcome: Identifier
    """An outcome with `contrast: ratio`, whose avoided units are counted."""
    amount: Amount
    """What one avoided unit is reckoned to be worth."""
    bearers: dict[str, Percent]
    """Who would have borne the cost, in shares that sum to 100 %. Names are free: a bearer need not be a party."""


class Value(Sourced):
    """Calculated value, shown and never paid: money that is not set free, since others fill the bed."""

    units: tuple[UnitValue, ...]
    """What one avoided unit of each outcome is worth."""
