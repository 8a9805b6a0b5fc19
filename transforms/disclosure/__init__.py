"""Disclosure control: which figures of a release are hidden, so that no reader can work out what may not be told.

    draft      what would leave, its true values, and how the figures hang together (`drafts.py`, made from tables by `tables.py`)
    statement  what a shown figure says of the quantities behind it: exactly, or between the bounds of its rounding
    need       what must stay uncertain, and how far: the rules of a profile (`needs.py`)
    system     all a reader knows, as linear relations: this draft, earlier releases, what is known anyway
    complement what is hidden further until every need holds
    audit      how far each need is left open, worked out anew from nothing but what is released

`protect` is the way through all of it, `protect_apart` for a draft of many tables. A release that is approved is kept as a
`Released`, and given to `protect` for the next.
Pure: the same draft, profile and earlier releases hide the same figures.
"""

from transforms.disclosure.apart import protect_apart
from transforms.disclosure.auditing import Audited, audit
from transforms.disclosure.drafts import Draft, Key, Part, Quantile, Quantity, Ratio, Relation, draft, key
from transforms.disclosure.needs import Need
from transforms.disclosure.protection import Protected, protect
from transforms.disclosure.released import Released, known_to
from transforms.disclosure.tables import Dimension, adds_up, crossed, stock_and_flow

__all__ = [
    "Audited", "Dimension", "Draft", "Key", "Need", "Part", "Protected", "Quantile", "Quantity", "Ratio", "Relation",
    "Released", "adds_up", "audit", "crossed", "draft", "key", "known_to", "protect", "protect_apart", "stock_and_flow",
]  # fmt: skip
