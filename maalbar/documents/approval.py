"""What an approver reads before answering: one headline and one table, in Danish Markdown."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from maalbar.contract import Contract
from maalbar.documents.formats import Formats, plain


def approval_text(contract: Contract, proposal: dict[str, Any], lines: list[dict[str, Any]]) -> tuple[str, str]:
    """(subject, body) of a proposal with its payment lines: who pays whom for which period, and what is being approved."""
    form = Formats("da_DK", contract.terms.currency)
    total = sum(line["amount_minor"] for line in lines)
    period = contract.period(proposal["through"])
    subject = plain(
        f"{contract.name}: opgørelse {proposal['through']} ({form.span(period.start, period.end)}), {form.amount(total)}"
    )
    sums: dict[tuple[str, str, str, str], int] = defaultdict(int)
    for line in lines:
        sums[line["period"], line["outcome"], line["payer"], line["recipient"]] += line["amount_minor"]
    rows = [
        f"| {p} | {contract.title_of(o)['da']} "
        f"| {contract.parties[a].name} | {contract.parties[b].name} | {form.amount(amount)} |"
        for (p, o, a, b), amount in sorted(sums.items())
    ]
    table = ["| Periode | Resultat | Betaler | Modtager | Beløb |", "|---|---|---|---|---:|", *rows]
    body = [
        *(["**ØVELSE med simulerede tal.**", ""] if contract.rehearsal else []),
        *(["Vilkår er illustrative, ikke aftalt.", ""] if contract.status.terms == "illustrative" else []),
        *(table if rows else ["Der er intet at betale for perioden. Et ja lukker den."]),
        "",
        f"I alt **{form.amount(total)}**, betales senest {form.day(period.pay_by)}.",
        "",
        f"Du siger ja eller nej til forslag {proposal['number']} med fingeraftrykket `{proposal['digest'][:16]}`.",
    ]
    return subject, plain("\n".join(body))
