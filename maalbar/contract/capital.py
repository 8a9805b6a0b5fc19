"""Capital: what investors put in, by date, in which order what comes in is handed on to them, and who stands behind it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from maalbar.contract.bounds import Condition
from maalbar.contract.values import Amount, Identifier, IsoDate, Percent, Section, Sourced


class CapitalFlow(Section):
    """Capital of one investor that moves on a day."""

    investor: Identifier
    dated: IsoDate
    amount: Amount


class Layer(Section):
    """Investors of one rank. They share what reaches the layer by what they have paid in."""

    id: Identifier
    investors: Annotated[tuple[Identifier, ...], Field(min_length=1)]


class Step(Section):
    """One step of the waterfall: fill this, then go on to the next."""

    to: Identifier
    """A layer."""
    what: Annotated[Literal["principal", "premium"], Field(alias="for")]
    return_: Annotated[Percent | None, Field(alias="return")] = None
    """Premium until the layer's yearly return on its dated cash flows reaches this; without it and `maximum`: the rest."""
    maximum: Amount | None = None
    """Premium of at most so much over the whole contract."""


class Guarantee(Sourced):
    """Covers principal that a layer has lost when the last period is settled."""

    guarantor: Identifier
    layer: Identifier
    share: Percent
    """Of the loss."""
    maximum: Amount | None = None


class Returns(Sourced):
    """The most that an investor's capital may earn a year, as the internal rate of return of its dated cash flows."""

    maximum: Percent
    investors: tuple[Identifier, ...] = ()
    """Those it holds for; all recipients where it is left out."""


class Capital(Sourced):
    """What the investors put in, and how it comes back."""

    drawdowns: tuple[CapitalFlow, ...]
    """Paid in."""
    returned: tuple[CapitalFlow, ...] = ()
    """Not spent, and gone back."""
    returns: Returns | None = None
    receiver: Identifier | None = None
    """The party that receives the payments and hands them on by `waterfall`."""
    layers: tuple[Layer, ...] = ()
    waterfall: tuple[Step, ...] = ()
    guarantee: Guarantee | None = None


class Premium(Sourced):
    """The risk premium, a line of its own beside the principal.

    `rate`: so much on top of each krone of principal that a payment repays. `after_capital`: payments first repay the capital
    that is drawn by the pay day, and everything beyond is premium.
    """

    kind: Literal["rate", "after_capital"] = "rate"
    rate: Percent | None = None
    condition: Condition | None = None
    """The premium is paid only in periods in which this holds; what it held back follows when it holds again."""
