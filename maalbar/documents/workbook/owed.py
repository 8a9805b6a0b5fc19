"""Owed: what one outcome comes to after each period, by its own terms and before any cap; and what is due of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from maalbar.contract.outcomes import Outcome
from maalbar.contract.prices import EffectPrice, ProRata, SavingsShare, UnitPrice
from maalbar.documents.workbook import effect_prices, unit_prices
from maalbar.documents.workbook.claims import index_on
from maalbar.documents.workbook.figures import holds, looked_at
from maalbar.documents.workbook.formulas import ZERO, Formula, f, whole
from maalbar.documents.workbook.moment import Moment, OutcomeSoFar, UnitsSoFar
from maalbar.money import minor_per_major


def count(moment: Moment, outcome_id: str, so_far: OutcomeSoFar) -> None:
    """Count the verified units of a period, before any outcome is priced, since gates may look at another outcome."""
    so_far.counted_before = so_far.counted_net
    so_far.counted_now = moment.units.column("N", moment.period, outcome_id)
    if so_far.counted_now == ZERO:
        return
    so_far.counted = moment.book.step("counted", f"{so_far.counted}+{so_far.counted_now}", "number")
    net = moment.units.column("O", moment.period, outcome_id)
    so_far.counted_net = moment.book.step("counted_net", f"{so_far.counted_net}+{net}", "number")


def owe(moment: Moment, outcome_id: str, everyone: Mapping[str, OutcomeSoFar]) -> None:
    """Bring an outcome's standing to the end of a period."""
    outcome, so_far = moment.terms.outcomes[outcome_id], everyone[outcome_id]
    _begin_terms(moment, outcome, so_far)
    before = so_far.earned
    _earn(moment, outcome_id, outcome, so_far)
    _release(moment, outcome_id, outcome, everyone, before)
    _fall_due(moment, outcome, so_far)


def _earn(moment: Moment, outcome_id: str, outcome: Outcome, so_far: OutcomeSoFar) -> None:
    price, book, before = outcome.price, moment.book, so_far.earned
    if isinstance(price, UnitPrice):
        amount = unit_prices.amount_so_far(moment, outcome_id, price, so_far)
        so_far.earned = book.step("earned", f"{so_far.base}+{whole(amount, moment.rounding)}")
        return
    if not isinstance(price, EffectPrice):
        return
    part = _part(moment, outcome_id, price)
    index = f("1")
    if price.index is not None:
        index = index_on(book, moment.terms, price.index, moment.terms.period(moment.period).start)
    so_far.indexed = book.step("part", f"{so_far.indexed}+{part}*{index}", "share")
    measured = book.measured(moment.period, outcome_id, moment.result(outcome_id))
    if isinstance(price, ProRata) and price.target.unit == "units":
        now = effect_prices.attained(moment, outcome_id, price, so_far.counted_net, 0)
        base = effect_prices.attained(moment, outcome_id, price, so_far.counted_base, 0)
        reached = book.step("attained", f"{now}-{base}", "share")
        most = effect_prices.maximum_of(moment, outcome_id, price)
        total = f"{so_far.base}+{whole(f'{most}*{reached}', moment.rounding)}"
        so_far.earned = book.step("earned", f"IF({measured},{total},{before})")
    elif isinstance(price, SavingsShare) and price.tariff:
        _by_tariff(moment, outcome_id, price, measured, so_far)
    elif moment.stop is None or moment.stop > moment.terms.period(moment.period).start:
        _by_effect(moment, outcome_id, price, (part, index), so_far)


def _by_effect(
    moment: Moment, outcome_id: str, price: EffectPrice, now: tuple[Formula, Formula], so_far: OutcomeSoFar
) -> None:
    """Apply a price to the figure: over all periods so far, or adding the period's own amount; then the terms' floor."""
    terms, book, before, (part, index) = moment.terms.terms, moment.book, so_far.earned, now
    per_period = terms.basis == "per_period"
    there, value = looked_at(moment, outcome_id, "period" if per_period else "cumulative")
    if isinstance(price, SavingsShare):
        minor = minor_per_major(terms.currency)
        so_far.figure = book.step("saved", f"IF({there},{value}*{minor},{so_far.figure})", "exact")
        added = _counted(moment, so_far.figure)
        new = f"{so_far.saved}+{added}" if per_period else f"{so_far.figure}-{so_far.saved_base}"
        so_far.saved = book.step("saved_so_far", f"IF({there},{new},{so_far.saved})", "exact")
        amount = effect_prices.of_savings(moment, outcome_id, price, so_far.saved, so_far.base)
    else:
        least = -1 if terms.floor == "none" or (per_period and terms.floor == "running_total") else 0
        worth = effect_prices.worth(moment, outcome_id, price, value, least)
        full = book.step("full", f"IF({there},{worth},0)", "exact")
        if per_period:
            own = _counted(moment, f"{full}*{index}*{part}")
            so_far.summed = amount = book.step("summed", f"{so_far.summed}+{own}", "exact")
        else:
            amount = book.step("amount", f"{full}*{so_far.indexed}", "exact")
    so_far.earned = book.step("earned", f"IF({there},{_floored(moment, so_far.base, amount, before)},{before})")


def _by_tariff(moment: Moment, outcome_id: str, price: SavingsShare, measured: Formula, so_far: OutcomeSoFar) -> None:
    """Savings as avoided units weighted by the tariff of their day; they add up over the periods on either basis."""
    book, before, span = moment.book, so_far.earned, moment.units.spans.get((moment.period, outcome_id))
    saved = ZERO
    if span is not None:
        sheet = book.sheet("units")
        units, rates = (f"{sheet}!${c}${span[0]}:${c}${span[1]}" for c in ("O", "L"))
        saved = f(f"SUMPRODUCT({units},{rates})")
    added = book.step("saved", f"IF({measured},{_counted(moment, saved)},0)", "exact")
    so_far.saved = book.step("saved_so_far", f"{so_far.saved}+{added}", "exact")
    amount = effect_prices.of_savings(moment, outcome_id, price, so_far.saved, so_far.base)
    so_far.earned = book.step("earned", f"IF({measured},{_floored(moment, so_far.base, amount, before)},{before})")


def _counted(moment: Moment, amount: str) -> str:
    """A loss counts unless the floor is of each period."""
    return f"MAX({amount},0)" if moment.terms.terms.floor == "each_period" else amount


def _floored(moment: Moment, base: str, amount: str, before: str) -> str:
    """Nothing is the least: for what the period adds, for the sum so far, or nowhere."""
    total = f"{base}+{whole(amount, moment.rounding)}"
    least = {"each_period": before, "running_total": "0", "none": ""}[moment.terms.terms.floor]
    return f"MAX({total},{least})" if least else total


def _begin_terms(moment: Moment, outcome: Outcome, so_far: OutcomeSoFar) -> None:
    """Let what is earned stand where an amendment has changed what the amount follows from. In place."""
    terms = moment.terms.terms
    price = outcome.price.model_copy(update={"source": ""})  # another source pays nothing else
    new: tuple[Any, ...] = (price,)
    if isinstance(outcome.price, EffectPrice):
        new = (price, outcome.deadweight, outcome.fallback, terms.basis, terms.floor, terms.uncertainty, terms.pot)
    if so_far.terms == new:
        return
    was = so_far.terms[0] if so_far.terms else None
    so_far.terms = new
    so_far.units.amount_before = so_far.units.amount
    if not (isinstance(outcome.price, UnitPrice) and isinstance(was, type(outcome.price))):
        so_far.base = so_far.earned
        so_far.units = UnitsSoFar(consumed=so_far.arrived, worth=so_far.arrived_worth)
        so_far.indexed = so_far.summed = so_far.saved = ZERO
        so_far.counted_base, so_far.saved_base = so_far.counted_before, so_far.figure


def _part(moment: Moment, outcome_id: str, price: EffectPrice) -> Formula:
    """The part of a price that a period earns at full effect, less what an early end cuts off."""
    book, title = moment.book, moment.title(outcome_id)
    if price.earned == "evenly":
        part = f(f"1/{book.term('periods', '', moment.periods, 'number')}")
    elif price.earned == "every_period":
        part = f("1")
    elif price.earned == "parts":
        if moment.period not in price.parts:
            return ZERO
        part = book.term(
            "part_of_period", f"{title}: {moment.period}", price.parts[moment.period], "share", price.source
        )
    else:
        part = f(str(int(moment.is_last)))
    window = moment.terms.period(moment.period).window
    if moment.stop is None or moment.stop >= window.end:
        return part
    first = book.term("first_day", moment.period, window.start, "date")
    return f(f"{part}*MAX({book.term('stopped_on', '', moment.stop, 'date')}-{first},0)/{window.days}")


def _release(
    moment: Moment, outcome_id: str, outcome: Outcome, everyone: Mapping[str, OutcomeSoFar], before: Formula
) -> None:
    """Let through what the gate allows."""
    so_far, gate, book = everyone[outcome_id], outcome.gate, moment.book
    if gate is None:
        so_far.released = so_far.earned
        return
    looked = gate.outcome or outcome_id
    counts, formula = everyone[looked], f"MIN({so_far.released},{so_far.earned})"
    if gate.each_period is not None:
        opens = holds(moment, looked, "gate_period", gate.each_period, "period", counts.counted_now)
        through = f"MIN(MAX({so_far.released}+({so_far.earned}-{before}),MIN({so_far.earned},0)),{so_far.earned})"
        formula = f"IF({opens}=1,{through},{formula})"
    if gate.pooled is not None and (not gate.pooled_in or moment.period in gate.pooled_in):
        opens = holds(moment, looked, "gate_pooled", gate.pooled, "cumulative", counts.counted)
        formula = f"IF({opens}=1,{so_far.earned},{formula})"
    so_far.released = book.step("gate", formula)


def _fall_due(moment: Moment, outcome: Outcome, so_far: OutcomeSoFar) -> None:
    """Wait for the first day of payment, and pay on account until the final settlement."""
    book, so_far.owed = moment.book, so_far.released
    not_before = getattr(outcome.price, "not_before", None)
    if not_before is not None:
        first = book.term("not_before", book.about, not_before, "date", outcome.price.source)
        so_far.owed = book.step("due", f"IF({moment.paid_by()}<{first},0,{so_far.owed})")
    interim = moment.terms.terms.on_account
    order = [period.id for period in moment.terms.calendar.periods]
    if interim is not None and order.index(moment.period) < order.index(interim.final):
        share = book.term("on_account", "", interim.share, "share", interim.source)
        so_far.owed = book.step("on_account", whole(f"{so_far.owed}*{share}", moment.rounding))
