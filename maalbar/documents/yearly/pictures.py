"""The pictures of the yearly report as numbers: of each its drawing, what it says, and the table behind it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from maalbar.documents import effects
from maalbar.documents.content import Table
from maalbar.documents.course import NO_EFFECT, NOT_MEASURABLE, NOT_YET
from maalbar.documents.drawing import folded, signs_of
from maalbar.documents.facts import EffectFact
from maalbar.documents.formats import Formats
from maalbar.documents.language import danish
from maalbar.documents.yearly.content import Bar, Bars, Picture
from maalbar.documents.yearly.drawings import Groups, Intervals, Owed, Slot, groups_svg, intervals_svg, owed_svg
from maalbar.documents.yearly.facts import ArmsFact, PaidFact, Shown, YearlyFacts
from maalbar.documents.yearly.words import figure, verdict
from maalbar.suppressed import Suppressed

Drawn = tuple[Picture, str]
"""A picture, and its SVG."""
TREATED, COMPARISON = danish("Målgruppe"), danish("Sammenligning")
COMPARISON_FOLDED = danish("Sammen-|ligning")
NARROW = 6
"""Letters that a slot without a figure has room for beside each other."""
MOST_EFFECTS = 3
WIDE_SLOTS, NARROW_SLOTS = 5, 8
"""So many slots have room for `2026/27`, and so many for `26/27`."""


def pictured(facts: YearlyFacts) -> tuple[EffectFact, ...]:
    """The outcomes that have a picture: the leading one, and the next that are paid for, before those only shown."""
    lead, *others = facts.statement.effects
    ranked = sorted(others, key=lambda effect: not effect.paid)
    return (lead, *ranked[: MOST_EFFECTS - 1])


def effect_picture(facts: YearlyFacts, outcome: EffectFact, name: str, form: Formats) -> Drawn:
    """An outcome in each period of the contract, against what was expected without the intervention."""
    statement = facts.statement
    found = [
        (
            period,
            _slot_name(period, facts, form, len(statement.all_periods)),
            next((e for e in course if e.outcome == outcome.outcome), None),
        )
        for period, course in ((p, statement.course.get(p, ())) for p, _, _ in statement.all_periods)
    ]
    goal = effects.aimed(outcome, form)
    drawing = Intervals(
        tuple(_effect_slot(label, effect, form) for _, label, effect in found),
        folded(form.say(NO_EFFECT), NARROW),
        None if outcome.target is None else float(outcome.target),
        "" if goal is None else folded(form.say("Mål: {target}", target=goal), NARROW),
        outcome.contrast == "ratio",
        signs_of(form),
    )
    rows = tuple(_effect_row(period, effect, form) for period, _, effect in found)
    is_change = outcome.contrast not in ("count", "level")
    heading = form.say("{title}: effekt", title=outcome.title) if is_change else outcome.title
    headers = (form.say("Periode"), form.say("Ændring"), form.say(effects.INTERVAL))
    table = Table(heading, headers, rows, (False, True, True))
    alt = f"{heading}. " + "; ".join(
        f"{form.say('periode {period}', period=p)}: {c}{f' ({b})' if b != '–' else ''}" for p, c, b in rows
    )
    newest = next((e for p, _, e in found if p == statement.period), None)
    says = form.say("Lavere er bedre.") if outcome.better == "lower" else form.say("Højere er bedre.")
    if is_change:
        says = f"{form.say('Ændring i hver periode for sig, mod det ventede uden indsatsen.')} {says}"
    if newest is not None and newest.change is None:
        says = f"{says} {verdict(newest, form)}"
    return Picture(heading, says, f"{alt}.", name, table), intervals_svg(drawing)


def _slot_name(period: str, facts: YearlyFacts, form: Formats, slots: int) -> str:
    """`1|2026/27`: the id over the years of its window, shorter the more slots there are; before the start no id."""
    for known, start, end in facts.statement.all_periods:
        if known == period:
            last = end.year if (end.month, end.day) != (1, 1) else end.year - 1
            first = str(start.year) if slots <= WIDE_SLOTS else f"{start.year % 100:02}"
            years = str(start.year) if last == start.year else f"{first}/{last % 100:02}"
            return period if years == period or slots > NARROW_SLOTS else f"{period}|{years}"
    return form.say("Før|start")


def _effect_slot(label: str, effect: EffectFact | None, form: Formats) -> Slot:
    if effect is None:
        return Slot(label, "|".join(form.say(NOT_YET).split(" ")))
    if effect.change is None:
        return Slot(label, "|".join(form.say(NOT_MEASURABLE).split(" ")))
    low, high = (None if limit is None else float(limit) for limit in (effect.low, effect.high))
    return Slot(label, "", float(effect.change), low, high, effects.signed(effect, effect.change, form))


def _effect_row(period: str, effect: EffectFact | None, form: Formats) -> tuple[str, str, str]:
    if effect is None or effect.change is None:
        return period, form.say(NOT_YET if effect is None else NOT_MEASURABLE), "–"
    return period, effects.worded(effect, effect.change, form), effects.interval(effect, form) or "–"


def groups_picture(
    facts: YearlyFacts, arms: tuple[ArmsFact, ...], name: str, heading: str, digits: int, form: Formats
) -> Drawn:
    """Both groups in every window that there is, and empty places for those to come."""
    known = {arm.window for arm in arms}
    left = [ArmsFact(period, None, None) for period, _, _ in facts.statement.all_periods if period not in known]
    slots = tuple(
        _arms_slot(
            _slot_name(arm.window, facts, form, len(arms) + len(left)),
            arm,
            digits,
            form,
            is_measured=arm.window in known,
        )
        for arm in (*arms, *left)
    )
    names = (form.say(TREATED), form.say(COMPARISON_FOLDED))
    rows = tuple(
        (
            _slot_name(arm.window, facts, form, 0).replace("|", " "),
            *(figure(v, form, digits) for v in (arm.treated, arm.comparison)),
        )
        for arm in arms
    )
    headers = (form.say("Periode"), form.say(TREATED), form.say(COMPARISON))
    table = Table(heading, headers, rows, (False, True, True))
    alt = f"{heading}. " + "; ".join(
        f"{window}: {headers[1]} {one}, {headers[2]} {other}" for window, one, other in rows
    )
    return Picture(heading, "", f"{alt}.", name, table), groups_svg(Groups(slots, names, signs_of(form)))


def _arms_slot(label: str, arm: ArmsFact, digits: int, form: Formats, *, is_measured: bool) -> Slot:
    hidden = next((v.sign(form.language) for v in (arm.treated, arm.comparison) if isinstance(v, Suppressed)), "")
    is_bare = _number(arm.treated) is None and _number(arm.comparison) is None
    missing = "|".join(form.say(NOT_YET).split(" ")) if is_bare and not is_measured else ""
    if is_bare and is_measured and not hidden:
        missing = "|".join(form.say(NOT_MEASURABLE).split(" "))
    one, other = _number(arm.treated), _number(arm.comparison)
    return Slot(
        label, hidden or missing, one, text="" if one is None else figure(arm.treated, form, digits),
        other=other, other_text="" if other is None else figure(arm.comparison, form, digits),
    )  # fmt: skip


def _number(shown: Shown) -> float | None:
    return float(shown) if isinstance(shown, Decimal) else None


def owed_bars(facts: YearlyFacts, form: Formats) -> tuple[Bars, dict[str, str]]:
    """What each payer owes under its cap, by the period that it concerns, and the drawing of each."""
    heading = form.say("Afregnet til nu, og det højeste, der kan betales")
    rows, drawings, cells = [], {}, []
    for place, paid in enumerate(facts.paid, 1):
        name = f"owed-{place}"
        rows.append(Bar(_payer(paid), _told(paid, form), name))
        drawings[name] = owed_svg(Owed(_after(paid), paid.cap_minor), signs_of(form))
        amounts = [form.amount(amount, unit=False) for amount in paid.by_period.values()]
        cap = form.say("intet") if paid.cap_minor is None else form.amount(paid.cap_minor, unit=False)
        cells.append((_payer(paid), *amounts, form.amount(paid.settled_minor, unit=False), cap))
    periods = tuple(form.say("Periode {period}", period=p) for p in (facts.paid[0].by_period if facts.paid else ()))
    headers = (form.say("Betaler, {unit}", unit=form.unit), *periods, form.say("Afregnet i alt"), form.say("Loft"))
    table = Table(heading, headers, tuple(cells), (False, *(True for _ in headers[1:])))
    says = form.say("Rammen er loftet; det mørke er det, der skyldes. Tallet i det mørke er perioden.")
    return Bars(heading, says, tuple(rows), table), drawings


def _payer(paid: PaidFact) -> str:
    return paid.payer if paid.recipient is None else f"{paid.payer} → {paid.recipient}"


def _told(paid: PaidFact, form: Formats) -> str:
    settled = form.amount(paid.settled_minor)
    if paid.cap_minor is None:
        return form.say("{settled}; intet loft", settled=settled)
    return form.say(
        "{settled} af højst {cap}", settled=form.amount(paid.settled_minor, unit=False), cap=form.amount(paid.cap_minor)
    )


def _after(paid: PaidFact) -> tuple[tuple[str, int], ...]:
    """The sum after each period."""
    found, total = [], 0
    for period, amount in paid.by_period.items():
        total += amount
        found.append((period, total))
    return tuple(found)


def said(picture: Picture, text: str) -> Picture:
    """The picture with that sentence below its heading."""
    return replace(picture, says=text)
