"""What the terms say once for all outcomes, in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from maalbar.contract import Agreement
from maalbar.contract.terms import Cap
from maalbar.documents.formats import Formats
from maalbar.documents.language import danish

FLOORS = {
    "each_period": danish("ingen periode trækker fra"),
    "running_total": danish("negative perioder tæller med, summen er mindst 0"),
    "none": danish("uden bund: et dårligt resultat kan gå tilbage til betaleren"),
}
UNCERTAIN = {
    "point_estimate": danish("Der betales på selve estimatet, hvor usikkert det end er."),
    "lower_limit": danish("Der betales på den nedre grænse af 95 %-intervallet."),
    "significant": danish("Der betales kun på et estimat, hvis hele 95 %-interval ligger på samme side af 0."),
}
CARRY = {
    "none": danish("intet overføres"),
    "unused": danish("ubrugt plads overføres til næste år"),
    "excess": danish("det overskydende betales senere, når der er plads"),
}


def rules_in_words(agreement: Agreement, form: Formats) -> tuple[str, ...]:
    """Basis, uncertainty, differences, caps, floors, premium, amendments: a sentence each."""
    terms = agreement.terms
    if terms.basis == "cumulative":
        basis = form.say(
            "Betalingen regnes på virkningen over alle perioder til nu; det, der er optjent i tidligere perioder, trækkes fra"
        )
    else:
        basis = form.say("Hver periode betales for sig")
    floor, uncertain = form.say(FLOORS[terms.floor]), form.say(UNCERTAIN[terms.uncertainty])
    said = [f"{basis}; {floor}.", uncertain, _difference(agreement, form)]
    if terms.on_account is not None:
        share = form.percent(terms.on_account.share)
        said.append(
            form.say(
                "Indtil periode {period} betales {share} a conto; så gøres der endeligt op.",
                period=terms.on_account.final,
                share=share,
            )
        )
    said += [_cap(agreement, cap, form) for cap in terms.caps]
    said += list(_least(agreement, form))
    said.append(_premium(agreement, form))
    if terms.capital.returns is not None:
        most = form.percent(terms.capital.returns.maximum, 1)
        said.append(form.say("Kapitalen forrentes med højst {most} om året.", most=most))
    if terms.termination is not None:
        parts = "; ".join(
            form.say("før {day} {share}", day=form.day(row.before), share=form.percent(row.share))
            if row.before
            else form.say("derefter {share}", share=form.percent(row.share))
            for row in terms.termination.redemption
        )
        said.append(form.say("Stopper kontrakten før tid, indfries den udestående kapital: {parts}.", parts=parts))
    for row in agreement.amendments:
        changed = {
            "period": row.from_period,
            "body": row.body,
            "day": form.day(row.dated),
            "note": (row.note or row.id).rstrip("."),
        }
        said.append(form.say("Ændret fra periode {period} ved {body}, {day}: {note}.", **changed))
    return tuple(said)


def _difference(agreement: Agreement, form: Formats) -> str:
    if agreement.terms.negative_difference == "claw_back":
        return form.say(
            "En forskel til en tidligere opgørelse udlignes i den næste, også når beløbet skal gå tilbage til betaleren."
        )
    if agreement.terms.left_at_end == "claw_back":
        return form.say(
            "Et beløb, der skal gå tilbage, modregnes i senere betalinger; står noget tilbage ved udløb, betales det tilbage."
        )
    return form.say(
        "Et beløb, der skal gå tilbage, modregnes i senere betalinger; står noget tilbage ved udløb, bortfalder det."
    )


def _cap(agreement: Agreement, cap: Cap, form: Formats) -> str:
    who = agreement.parties[cap.payer].name if cap.payer else None
    whom = form.say(" til {recipient}", recipient=agreement.parties[cap.recipient].name) if cap.recipient else ""
    what = form.say(" for {title}", title=agreement.title_of(cap.outcome)[form.language]) if cap.outcome else ""
    if cap.carry_over:
        when = form.say("i hvert budgetår ({carry})", carry=form.say(CARRY[cap.carry_over]))
    else:
        when = form.say("i hele kontrakten")
    years = "".join(
        form.say("; i {year} højst {most}", year=year, most=form.amount(most.minor))
        for year, most in cap.in_years.items()
    )
    said = {"most": form.amount(cap.maximum.minor), "whom": whom, "what": what, "when": when, "years": years}
    if who is None:
        return form.say("Alle betalere tilsammen betaler højst {most}{whom}{what} {when}{years}.", **said)
    return form.say("{payer} betaler højst {most}{whom}{what} {when}{years}.", payer=who, **said)


def _least(agreement: Agreement, form: Formats) -> Iterator[str]:
    for floor in agreement.terms.floors:
        if floor.minimum is not None:
            least = form.amount(floor.minimum.minor)
        elif floor.share_of_capital is not None:
            least = form.say("{share} af kapitalen", share=form.percent(floor.share_of_capital))
        else:
            least = form.say("et afkast på {share} om året", share=form.percent(floor.return_ or Decimal(0), 1))
        payer, recipient = agreement.parties[floor.payer].name, agreement.parties[floor.recipient].name
        yield form.say(
            "{payer} betaler mindst {least} til {recipient}, gjort op i periode {period}; et loft går forud.",
            payer=payer,
            least=least,
            recipient=recipient,
            period=floor.due,
        )


def _premium(agreement: Agreement, form: Formats) -> str:
    premium = agreement.terms.premium
    if premium.kind == "after_capital":
        said = form.say("Betalinger afdrager først den indskudte kapital; det, der går ud over den, er risikotillæg.")
    else:
        rate = form.percent(premium.rate or Decimal(0))
        said = form.say(
            "Hver krone afdrag følges af et risikotillæg på {rate}; beløbene ovenfor er med tillæg.", rate=rate
        )
    if premium.condition is None:
        return said
    title = agreement.outcomes[premium.condition.outcome].title[form.language]
    condition = form.say("Tillægget betales kun i perioder, hvor {title} opfylder den aftalte betingelse.", title=title)
    return f"{said} {condition}"
