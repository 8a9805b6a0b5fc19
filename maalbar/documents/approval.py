"""What an approver reads before answering: for whom, what was measured, one table, and where to read on; in Markdown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from maalbar.contract import Contract
from maalbar.documents import effects
from maalbar.documents.facts import EffectFact
from maalbar.documents.formats import Formats, plain
from maalbar.documents.language import LOCALES, SOURCE, Language


def approval_text(
    contract: Contract,
    proposal: dict[str, Any],
    lines: list[dict[str, Any]],
    language: Language = SOURCE,
    *,
    measured: Sequence[EffectFact] = (),
    party_id: str | None = None,
) -> tuple[str, str]:
    """(subject, body) of a proposal with its payment lines: who pays whom for which period, and what is being approved.

    `measured`: the effects that the newest period is paid on. `party_id`: for whom the reader answers; None for any reader.
    """
    form = Formats(LOCALES[language], contract.terms.currency)
    total = sum(line["amount_minor"] for line in lines)
    period = contract.period(proposal["through"])
    told = form.say(
        "{name}: opgørelse {period} ({span}), {amount}",
        name=contract.name, period=proposal["through"], span=form.span(period.start, period.end), amount=form.amount(total),
    )  # fmt: skip
    sums: dict[tuple[str, str, str, str], int] = defaultdict(int)
    for line in lines:
        sums[line["period"], line["outcome"], line["payer"], line["recipient"]] += line["amount_minor"]
    rows = [
        f"| {p} | {contract.title_of(o)[language]} "
        f"| {contract.parties[a].name} | {contract.parties[b].name} | {form.amount(amount)} |"
        for (p, o, a, b), amount in sorted(sums.items())
    ]
    heads = [form.say(word) for word in ("Periode", "Resultat", "Betaler", "Modtager", "Beløb")]
    table = [f"| {' | '.join(heads)} |", "|---|---|---|---|---:|", *rows]
    body = [
        *([form.say("**ØVELSE med simulerede tal.**"), ""] if contract.rehearsal else []),
        *([form.say("Vilkår er illustrative, ikke aftalt."), ""] if contract.status.terms == "illustrative" else []),
        *([_answers_for(contract, party_id, lines, form), ""] if party_id else []),
        *(f"- {_measured(effect, form, is_first=len(proposal['measurements']) == 1)}" for effect in measured),
        *([""] if measured else []),
        *(table if rows else [form.say("Der er intet at betale for perioden. Et ja lukker den.")]),
        "",
        form.say("I alt **{amount}**, betales senest {day}.", amount=form.amount(total), day=form.day(period.pay_by)),
        "",
        form.say(
            "Udkastet til hele opgørelsen, med usikkerhed, forbehold og hvert trin i beregningen, skriver kommandoen "
            "`maalbar statement {contract} {period}`; bed om det hos den, der driver målingen. Tidligere opgørelser står i "
            "menuen under «Outcomes».",
            contract=contract.id, period=proposal["through"],
        ),
        "",
        form.say(
            "Du siger ja eller nej til forslag {number} med fingeraftrykket `{digest}`.",
            number=proposal["number"], digest=proposal["digest"][:16],
        ),
    ]  # fmt: skip
    return plain(told), plain("\n".join(body))


def _answers_for(contract: Contract, party_id: str, lines: list[dict[str, Any]], form: Formats) -> str:
    """`Du svarer for Herning Kommune, som betaler 273.915,89 kr.`: all that the party pays and receives by the proposal."""
    pays = sum(line["amount_minor"] for line in lines if line["payer"] == party_id)
    gets = sum(line["amount_minor"] for line in lines if line["recipient"] == party_id)
    said = []
    if pays:
        amount = form.amount(abs(pays))
        paid = form.say("betaler {amount}", amount=amount)
        said.append(paid if pays > 0 else form.say("får {amount} tilbage", amount=amount))
    if gets:
        amount = form.amount(abs(gets))
        got = form.say("modtager {amount}", amount=amount)
        said.append(got if gets > 0 else form.say("giver {amount} tilbage", amount=amount))
    what = form.listed(said) if said else form.say("hverken betaler eller modtager noget")
    # An amount may end in the full stop of `kr.`, which is the sentence's too.
    told = form.say("Du svarer for **{party}**, som {what}", party=contract.parties[party_id].name, what=what)
    return told if told.endswith(".") else f"{told}."


def _measured(effect: EffectFact, form: Formats, *, is_first: bool) -> str:
    """An outcome in a line: over which periods, the effect with its interval and target, and how sure it is."""
    lead = f"{effect.title}:"
    if effect.basis == "cumulative" and not is_first:
        lead = form.say("{title} over alle perioder til nu:", title=effect.title)
    sure = "" if effect.change is None or effect.low is None else f" {effects.certainty(effect, form)}"
    return f"{lead} {effects.brief(effect, form)}{sure}"
