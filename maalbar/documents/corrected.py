"""What a statement corrects of earlier periods: before, after and difference, line by line and effect by effect."""

from __future__ import annotations

from maalbar.documents import effects
from maalbar.documents.content import Block, Note, Table
from maalbar.documents.facts import CorrectedEffect, EffectFact, StatementFacts
from maalbar.documents.formats import NBSP, Formats, rounded
from maalbar.documents.language import danish
from maalbar.documents.money_facts import CorrectedPayment

COMPONENTS = {"principal": danish("hovedstol"), "premium": danish("risikotillæg")}
NOT_MEASURABLE = danish("ikke målbar")
ABSENT = "–"


def corrected_blocks(facts: StatementFacts, form: Formats) -> tuple[Block, ...]:
    """Both tables and what they mean; nothing where nothing was corrected."""
    blocks: list[Block] = []
    if facts.corrected_payments:
        blocks.append(_payments(facts.corrected_payments, form))
    if facts.corrected_effects:
        blocks.append(_effects(facts.corrected_effects, form))
    if blocks:
        blocks.append(
            Note(
                form.say(
                    "Forskellen er bogført for sig i denne afregning; det, der var bogført, og opgørelserne over det står "
                    "uændret."
                )
                if facts.approved
                else form.say(
                    "Forskellen bogføres for sig, når forslaget er godkendt; det, der er bogført, ændres ikke."
                )
            )
        )
    return tuple(blocks)


def _payments(corrected: tuple[CorrectedPayment, ...], form: Formats) -> Table:
    rows = tuple(
        (
            row.period,
            row.title,
            f"{row.payer} → {row.recipient}",
            form.say(COMPONENTS[row.component]),
            form.amount(row.before_minor),
            form.amount(row.after_minor),
            form.amount(row.difference_minor, signed=True),
        )
        for row in corrected
    )
    before, after = (sum(getattr(row, f"{when}_minor") for row in corrected) for when in ("before", "after"))
    sums = (form.amount(before), form.amount(after), form.amount(after - before, signed=True))
    headers = (
        form.say("Periode"), form.say("Resultat"), form.say("Betaler → modtager"), form.say("Art"), form.say("Før"),
        form.say("Efter"), form.say("Forskel"),
    )  # fmt: skip
    total = (form.say("I alt"), "", "", "", *sums)
    numeric = (False, False, False, False, True, True, True)
    return Table(form.say("Betalinger, der er rettet"), headers, rows, numeric, total)


def _effects(corrected: tuple[CorrectedEffect, ...], form: Formats) -> Table:
    rows = tuple(
        (row.period, row.now.title, _told(row.was, form), _told(row.now, form), _apart(row, form)) for row in corrected
    )
    headers = (form.say("Periode"), form.say("Resultat"), form.say("Før"), form.say("Efter"), form.say("Forskel"))
    caption = form.say("Effekter, der er målt om, med {interval}", interval=form.say(effects.INTERVAL))
    return Table(caption, headers, rows, (False, False, True, True, True))


def _told(effect: EffectFact, form: Formats) -> str:
    """`−7 % (−20 % til +8 %)`."""
    if effect.change is None:
        return form.say(NOT_MEASURABLE)
    change = effects.signed(effect, effect.change, form)
    if effect.low is None or effect.high is None:
        return change
    low, high = (effects.signed(effect, limit, form) for limit in (effect.low, effect.high))
    return f"{change} ({form.say('{low} til {high}', low=low, high=high)})"


def _apart(row: CorrectedEffect, form: Formats) -> str:
    """How far the new change is from the old as both are shown, so that a reader who subtracts gets it.

    Percentage points of a ratio, else in the unit of the effect.
    """
    if row.was.change is None or row.now.change is None:
        return ABSENT
    whole = 100 if row.now.contrast == "ratio" else 1
    digits = [effects.digits(effect) for effect in (row.was, row.now)]
    was, now = (
        rounded(e.change * whole, d) for e, d in zip((row.was, row.now), digits, strict=True) if e.change is not None
    )
    number = form.number(now - was, max(digits), signed=True)
    if row.now.contrast == "ratio":
        return form.say("{number}~procentpoint", number=number)
    return f"{number}{NBSP}{row.now.unit}" if row.now.contrast == "difference" else number
