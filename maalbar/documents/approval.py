"""What an approver reads before answering: one headline and one table, in Markdown."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from maalbar.contract import Contract
from maalbar.documents.formats import Formats, plain
from maalbar.documents.language import LOCALES, SOURCE, Language


def approval_text(
    contract: Contract, proposal: dict[str, Any], lines: list[dict[str, Any]], language: Language = SOURCE
) -> tuple[str, str]:
    """(subject, body) of a proposal with its payment lines: who pays whom for which period, and what is being approved."""
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
        *(table if rows else [form.say("Der er intet at betale for perioden. Et ja lukker den.")]),
        "",
        form.say("I alt **{amount}**, betales senest {day}.", amount=form.amount(total), day=form.day(period.pay_by)),
        "",
        form.say(
            "Du siger ja eller nej til forslag {number} med fingeraftrykket `{digest}`.",
            number=proposal["number"], digest=proposal["digest"][:16],
        ),
    ]  # fmt: skip
    return plain(told), plain("\n".join(body))
