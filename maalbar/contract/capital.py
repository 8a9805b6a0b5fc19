"""Capital: what investors put in, by date, in which order what comes in is handed on to them, and who stands behind it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from maalbar.contract.bounds import Condition
from maalbar.contract.values import Amount, Identifier, IsoDate, Percent, Section, Sourced


class CapitalFlow(Section):
    """Capital of one investor that moves on a day."""

    investor: Identifier
    """A party with the role investor."""
    dated: IsoDate
    """The day the money moves."""
    amount: Amount
    """How much."""


class Layer(Section):
    """Investors of one rank. They share what reaches the layer by what they have paid in."""

    id: Identifier
    """Its name, for `waterfall` and `guarantee`."""
    investors: Annotated[tuple[Identifier, ...], Field(min_length=1)]
    """Who stands in the layer."""


class Step(Section):
    """One step of the waterfall: fill this, then go on to the next."""

    to: Identifier
    """A layer."""
    what: Annotated[Literal["principal", "premium"], Field(alias="for")]
    """Whether the step repays capital (`principal`, at most what the layer has paid in) or rewards it (`premium`)."""
    return_: Annotated[Percent | None, Field(alias="return")] = None
    """Premium until the layer's yearly return on its dated cash flows reaches this; without it and `maximum`: the rest."""
    maximum: Amount | None = None
    """Premium of at most so much over the whole contract."""


class Guarantee(Sourced):
    """Covers principal that a layer has lost when the last period is settled."""

    guarantor: Identifier
    """A party with the role guarantor."""
    layer: Identifier
    """The layer whose loss of principal is covered: a key of `layers`."""
    share: Percent
    """Of the loss."""
    maximum: Amount | None = None
    """The most the guarantee pays. Left out: no limit."""


class Returns(Sourced):
    """The most that an investor's capital may earn a year, as the internal rate of return of its dated cash flows."""

    maximum: Percent
    """The highest yearly return. What would exceed it is not paid, and cut as by a cap."""
    investors: tuple[Identifier, ...] = ()
    """Those it holds for; all recipients where it is left out."""


class Capital(Sourced):
    """What the investors put in, and how it comes back."""

    drawdowns: tuple[CapitalFlow, ...]
    """Paid in."""
    returned: tuple[CapitalFlow, ...] = ()
    """Not spent, and gone back."""
    returns: Returns | None = None
    """A limit on what investors earn. Left out: no limit."""
    receiver: Identifier | None = None
    """The party that receives the payments and hands them on by `waterfall`."""
    layers: tuple[Layer, ...] = ()
    """Ranks of investors for the waterfall."""
    waterfall: tuple[Step, ...] = ()
    """In which order what the receiver gets is handed on. Left out: recipients keep what they are paid."""
    guarantee: Guarantee | None = None
    """Who covers a layer's loss. Left out: nobody."""


class Premium(Sourced):
    """The risk premium, a line of its own beside the principal.

    `rate`: so much on top of each krone of principal that a payment repays. `after_capital`: payments first repay the capital
    that is drawn by the pay day, and everything beyond is premium.
    """

    kind: Literal["rate", "after_capital"] = "rate"
    """How a payment is divided: premium as a `rate` of the principal, or only `after_capital` is repaid."""
    rate: Percent | None = None
    """With `kind: rate`: premium per krone of principal. Principal is the amount granted over one plus the rate."""
    condition: Condition | None = None
    """The premium is paid only in periods in which this holds; what it held back follows when it holds again.

    What a floor makes up and what an early end redeems is owed whatever the condition, with its premium.
    """
