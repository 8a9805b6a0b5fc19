"""What the terms say once for all outcomes, in Danish sentences."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from maalbar.contract import Agreement
from maalbar.contract.terms import Cap
from maalbar.documents.formats import Formats

FLOORS = {
    "each_period": "ingen periode trækker fra",
    "running_total": "negative perioder tæller med, summen er mindst 0",
    "none": "uden bund: et dårligt resultat kan gå tilbage til betaleren",
}
UNCERTAIN = {
    "point_estimate": "Der betales på selve estimatet, hvor usikkert det end er.",
    "lower_limit": "Der betales på den nedre grænse af 95 %-intervallet.",
    "significant": "Der betales kun på et estimat, hvis hele 95 %-interval ligger på samme side af 0.",
}
CARRY = {
    "none": "intet overføres",
    "unused": "ubrugt plads overføres til næste år",
    "excess": "det overskydende betales senere, når der er plads",
}


def rules_in_words(agreement: Agreement, form: Formats) -> tuple[str, ...]:
    """Basis, uncertainty, differences, caps, floors, premium, amendments: a sentence each."""
    terms = agreement.terms
    if terms.basis == "cumulative":
        basis = "Betalingen regnes på virkningen over alle perioder til nu; det, der er optjent i tidligere perioder, trækkes fra"
    else:
        basis = "Hver periode betales for sig"
    said = [f"{basis}; {FLOORS[terms.floor]}.", UNCERTAIN[terms.uncertainty], _difference(agreement)]
    if terms.on_account is not None:
        share = form.percent(terms.on_account.share)
        said.append(f"Indtil periode {terms.on_account.final} betales {share} a conto; så gøres der endeligt op.")
    said += [_cap(agreement, cap, form) for cap in terms.caps]
    said += list(_least(agreement, form))
    said.append(_premium(agreement, form))
    if terms.capital.returns is not None:
        said.append(f"Kapitalen forrentes med højst {form.percent(terms.capital.returns.maximum, 1)} om året.")
    if terms.termination is not None:
        parts = "; ".join(
            f"{'før ' + form.day(row.before) if row.before else 'derefter'} {form.percent(row.share)}"
            for row in terms.termination.redemption
        )
        said.append(f"Stopper kontrakten før tid, indfries den udestående kapital: {parts}.")
    for row in agreement.amendments:
        said.append(
            f"Ændret fra periode {row.from_period} ved {row.body}, {form.day(row.dated)}: {row.note or row.id}."
        )
    return tuple(said)


def _difference(agreement: Agreement) -> str:
    if agreement.terms.negative_difference == "claw_back":
        return "En forskel til en tidligere opgørelse udlignes i den næste, også når beløbet skal gå tilbage til betaleren."
    end = "betales det tilbage" if agreement.terms.left_at_end == "claw_back" else "bortfalder det"
    return f"Et beløb, der skal gå tilbage, modregnes i senere betalinger; står noget tilbage ved udløb, {end}."


def _cap(agreement: Agreement, cap: Cap, form: Formats) -> str:
    who = agreement.parties[cap.payer].name if cap.payer else "Alle betalere tilsammen"
    whom = f" til {agreement.parties[cap.recipient].name}" if cap.recipient else ""
    what = f" for {agreement.title_of(cap.outcome)['da']}" if cap.outcome else ""
    when = f"i hvert budgetår ({CARRY[cap.carry_over]})" if cap.carry_over else "i hele kontrakten"
    years = "".join(f"; i {year} højst {form.amount(most.minor)}" for year, most in cap.in_years.items())
    return f"{who} betaler højst {form.amount(cap.maximum.minor)}{whom}{what} {when}{years}."


def _least(agreement: Agreement, form: Formats) -> Iterator[str]:
    for floor in agreement.terms.floors:
        if floor.minimum is not None:
            least = form.amount(floor.minimum.minor)
        elif floor.share_of_capital is not None:
            least = f"{form.percent(floor.share_of_capital)} af kapitalen"
        else:
            least = f"et afkast på {form.percent(floor.return_ or Decimal(0), 1)} om året"
        payer, recipient = agreement.parties[floor.payer].name, agreement.parties[floor.recipient].name
        yield f"{payer} betaler mindst {least} til {recipient}, gjort op i periode {floor.due}; et loft går forud."


def _premium(agreement: Agreement, form: Formats) -> str:
    premium = agreement.terms.premium
    if premium.kind == "after_capital":
        said = "Betalinger afdrager først den indskudte kapital; det, der går ud over den, er risikotillæg"
    else:
        rate = form.percent(premium.rate or Decimal(0))
        said = f"Hver krone afdrag følges af et risikotillæg på {rate}; beløbene ovenfor er med tillæg"
    if premium.condition is None:
        return f"{said}."
    looked = agreement.outcomes[premium.condition.outcome].title["da"]
    return f"{said}. Tillægget betales kun i perioder, hvor {looked} opfylder den aftalte betingelse."
