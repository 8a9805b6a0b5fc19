"""The terms of a contract in Danish sentences, for those who sign and those who check."""

from __future__ import annotations

from maalbar.contract import Contract
from maalbar.contract.paying import Outcome, ProRata, RateCard
from maalbar.documents.formats import Formats


def terms_in_words(contract: Contract) -> tuple[str, ...]:
    """One sentence per rule: prices, shares, basis, caps, premium."""
    form = Formats("da_DK", contract.terms.currency)
    said = [_price(contract, outcome, form) for outcome in contract.outcomes.values()]
    if contract.terms.basis == "cumulative":
        said.append(
            "Betalingen regnes på virkningen over alle perioder til nu, mindst 0; "
            "det, der allerede er betalt, trækkes fra."
        )
    else:
        said.append("Hver periode betales for sig, mindst 0.")
    said.append(
        "En forskel til en tidligere opgørelse udlignes i den næste, også når beløbet skal gå tilbage til betaleren."
    )
    for cap in contract.terms.caps:
        who = contract.parties[cap.payer].name if cap.payer else "Alle betalere tilsammen"
        whom = f" til {contract.parties[cap.recipient].name}" if cap.recipient else ""
        said.append(f"{who} betaler højst {form.amount(cap.maximum.minor)}{whom} i hele kontrakten.")
    premium = form.percent(contract.terms.premium.rate)
    said.append(f"Hver krone afdrag følges af et risikotillæg på {premium}; beløbene ovenfor er med tillæg.")
    return tuple(said)


def _price(contract: Contract, outcome: Outcome, form: Formats) -> str:
    name, price = outcome.title["da"], outcome.price
    shares = "; ".join(
        f"{contract.parties[s.payer].name} {form.percent(s.share)} til {contract.parties[s.recipient].name}"
        for s in outcome.payments
    )
    if isinstance(price, ProRata):
        digits = max(0, -int(price.target.number.as_tuple().exponent))
        unit = {
            "%": " %",
            "points": " point",
            "percentage points": " procentpoint",
            "per person-year": " pr. personår",
        }[price.target.unit]
        target = form.number(price.target.number, digits) + unit
        most = form.amount(price.maximum.minor)
        return f"{name}: op til {most} ved en forbedring på {target}, mindre forholdsmæssigt ({shares})."
    if isinstance(price, RateCard):
        most = f", højst {form.amount(price.maximum.minor)}" if price.maximum else ""
        return f"{name}: {form.amount(price.amount.minor)} for hver{most} ({shares})."
    return f"{name}: måles og vises, betales ikke."
