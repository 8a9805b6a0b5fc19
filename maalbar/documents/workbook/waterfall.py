"""Waterfall: how the receiver of the payments hands them on to layers of investors, each step a formula.

It follows `transforms.settlement.waterfall`, after all periods are computed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from maalbar.contract.capital import Capital, Layer, Step
from maalbar.contract.model import Agreement
from maalbar.documents.workbook.book import Book
from maalbar.documents.workbook.floors import Flow, capital_flows, outstanding
from maalbar.documents.workbook.formulas import ZERO, Formula, f, total, up, whole
from maalbar.documents.workbook.given import Key
from maalbar.documents.workbook.words import called

Part = tuple[str, str, str, str]
"""(period, investor, component, source): source is `payments` or `guarantee`."""
Handed = dict[Part, list[Formula]]


@dataclass
class LayerSoFar:
    """What a layer has got, dated and by component."""

    flows: list[Flow] = field(default_factory=list)
    got: dict[str, list[Formula]] = field(default_factory=lambda: defaultdict(list))


def handed_on(book: Book, agreement: Agreement, periods: Sequence[str], lines: Mapping[Key, Formula]) -> Handed:
    """What each investor is handed, in minor units; empty without a waterfall. `agreement`: the newest terms."""
    capital, found = agreement.terms.capital, Handed()
    if not capital.waterfall:
        return found
    so_far = {layer.id: LayerSoFar() for layer in capital.layers}
    layers = {layer.id: layer for layer in capital.layers}
    receivers = {agreement.acting_for(str(capital.receiver), period.id) for period in agreement.calendar.periods}
    held = ZERO
    for period in periods:
        book.period, book.about = period, book.names[str(capital.receiver)]
        come = total(amount for key, amount in lines.items() if key[0] == period and key[3] in receivers)
        held = book.step("held", total([held, come]))
        day = agreement.period(period).pay_by
        for step in capital.waterfall:
            layer = layers[step.to]
            if capital_flows(book, capital, day, layer.investors):
                held = _filled(book, capital, step, layer, so_far[layer.id], held, day, found)
        if period == agreement.calendar.followed[-1].id:
            _guaranteed(book, capital, layers, so_far, day, found)
    return found


def _filled(
    book: Book, capital: Capital, step: Step, layer: Layer, so_far: LayerSoFar, held: Formula, day: date, found: Handed
) -> Formula:
    """Take what one step may still take; what is left of what is held. Parts go into `found` and `so_far`."""
    wanted, paid_in = _wanted(book, capital, step, layer, so_far, day), _paid_in(book, capital, layer.investors, day)
    book.about = _named(book, layer)
    room = f"MAX({held},0)" if wanted is None else f"MIN({wanted},MAX({held},0))"
    part = book.step(f"handed_{step.what}", f"IF({paid_in}=0,0,{room})")
    _share(book, capital, layer, step.what, part, "payments", day, found)
    so_far.got[step.what].append(part)
    so_far.flows.append((book.term("pay_by", book.period, day, "date"), part))
    book.about = book.names[str(capital.receiver)]
    return book.step("held", f"{held}-{part}")


def _wanted(book: Book, capital: Capital, step: Step, layer: Layer, so_far: LayerSoFar, day: date) -> Formula | None:
    """What a step may still take; None where it takes the rest."""
    book.about = about = _named(book, layer)
    if step.what == "principal":
        paid_in = _paid_in(book, capital, layer.investors, day)
        return book.step("handed_room", f"MAX({paid_in}-{total(so_far.got['principal'])},0)")
    if step.maximum is not None:
        most = book.amount("waterfall_most", about, step.maximum.minor, capital.source)
        return book.step("handed_room", f"MAX({most}-{total(so_far.got['premium'])},0)")
    if step.return_ is None:
        return None
    rate = book.term("waterfall_return", about, step.return_, "share", capital.source)
    flows = [*capital_flows(book, capital, day, layer.investors), *so_far.flows]
    needed = outstanding(flows, rate, book.term("pay_by", book.period, day, "date"))
    return book.step("handed_room", f"MAX({up(needed)},0)")


def _guaranteed(
    book: Book,
    capital: Capital,
    layers: Mapping[str, Layer],
    so_far: Mapping[str, LayerSoFar],
    day: date,
    found: Handed,
) -> None:
    """What the guarantee covers of the principal that its layer has lost."""
    promise = capital.guarantee
    if promise is None:
        return
    layer = layers[promise.layer]
    book.about = about = _named(book, layer)
    paid_in = _paid_in(book, capital, layer.investors, day)
    if paid_in == ZERO:
        return
    lost = book.step("lost", f"MAX({paid_in}-{total(so_far[layer.id].got['principal'])},0)")
    share = book.term("guarantee_share", about, promise.share, "share", promise.source)
    covered = str(whole(f"{lost}*{share}", "half_up"))
    if promise.maximum is not None:
        covered = f"MIN({covered},{book.amount('guarantee_most', about, promise.maximum.minor, promise.source)})"
    _share(book, capital, layer, "principal", book.step("guaranteed", covered), "guarantee", day, found)


def _share(
    book: Book, capital: Capital, layer: Layer, what: str, amount: Formula, source: str, day: date, found: Handed
) -> None:
    """Investors of a layer share by what they have paid in."""
    weights = [((layer.id, "", who), _paid_in(book, capital, (who,), day)) for who in layer.investors]
    rule = "guaranteed_part" if source == "guarantee" else f"handed_{what}_part"
    for (_, _, who), part in book.split(rule, amount, weights).items():
        found.setdefault((book.period, who, what, source), []).append(part)


def _paid_in(book: Book, capital: Capital, investors: Sequence[str], day: date) -> Formula:
    flows = capital_flows(book, capital, day, investors)
    return f(f"-({total(amount for _, amount in flows)})") if flows else ZERO


def _named(book: Book, layer: Layer) -> str:
    return f"{called('layer', book.language)} {layer.id}"
