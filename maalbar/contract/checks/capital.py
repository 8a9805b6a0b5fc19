"""Faults of capital: who pays it in, and how it is handed on."""

from __future__ import annotations

from collections.abc import Iterator

from maalbar.contract.checks.fault import Fault
from maalbar.contract.checks.outcomes import role
from maalbar.contract.model import Agreement
from maalbar.contract.yamlfile import Key


def capital(agreement: Agreement) -> Iterator[Fault]:
    """Drawdowns and returns are of investors, and nobody gets back more than was paid in."""
    found = agreement.terms.capital
    key: Key = ("terms", "capital")
    for name, rows in (("drawdowns", found.drawdowns), ("returned", found.returned)):
        for position, row in enumerate(rows):
            if row.investor not in agreement.parties or "investor" not in agreement.parties[row.investor].roles:
                yield Fault(
                    (*key, name, position), f"`{row.investor}` is no investor", "name a party with the role investor"
                )
    for investor in dict.fromkeys(row.investor for row in found.returned):
        paid = sum(row.amount.minor for row in found.drawdowns if row.investor == investor)
        if sum(row.amount.minor for row in found.returned if row.investor == investor) > paid:
            yield Fault((*key, "returned"), f"`{investor}` gets back more than it paid in", "mend the amounts")


def waterfall(agreement: Agreement) -> Iterator[Fault]:
    """Receiver, layers, steps and guarantee go together and name what is there."""
    found = agreement.terms.capital
    key: Key = ("terms", "capital")
    if not bool(found.receiver) == bool(found.layers) == bool(found.waterfall):
        yield Fault(key, "a waterfall has a receiver, layers and steps", "give all three or none")
        return
    if found.receiver is not None:
        yield from role(agreement, found.receiver, ("intermediary", "investor"), (*key, "receiver"))
    ids = [layer.id for layer in found.layers]
    ranked = [investor for layer in found.layers for investor in layer.investors]
    if len(set(ids)) < len(ids) or len(set(ranked)) < len(ranked):
        yield Fault((*key, "layers"), "a layer or an investor stands twice", "let each have one place")
    for position, layer in enumerate(found.layers):
        for investor in layer.investors:
            yield from role(agreement, investor, ("investor",), (*key, "layers", position, "investors"))
    if found.returns is not None:
        for investor in found.returns.investors:
            yield from role(agreement, investor, ("investor", "intermediary"), (*key, "returns", "investors"))
    yield from _steps(agreement, key)


def _steps(agreement: Agreement, key: Key) -> Iterator[Fault]:
    """The steps of the waterfall and the guarantee name layers that are there."""
    found = agreement.terms.capital
    layers = [layer.id for layer in found.layers]
    for position, step in enumerate(found.waterfall):
        at: Key = (*key, "waterfall", position)
        if step.to not in layers:
            yield Fault((*at, "to"), f"there is no layer `{step.to}`", f"name one of {', '.join(layers)}")
        if step.what == "principal" and (step.return_ is not None or step.maximum is not None):
            yield Fault(at, "principal is what was paid in, and no other amount", "remove `return` and `maximum`")
    if found.guarantee is not None:
        yield from role(agreement, found.guarantee.guarantor, ("guarantor",), (*key, "guarantee", "guarantor"))
        if found.guarantee.layer not in layers:
            yield Fault((*key, "guarantee", "layer"), f"there is no layer `{found.guarantee.layer}`", "name a layer")
