"""The portfolio in words: one row per contract, and a mark for each of its periods."""

from __future__ import annotations

from dataclasses import dataclass

from maalbar.documents.formats import Formats
from maalbar.documents.language import LOCALES, SOURCE, danish
from maalbar.documents.portfolio.facts import ContractFact, PortfolioFacts

STATES = {
    "to_come": danish("kommer"),
    "awaited": danish("afventer data"),
    "data_overdue": danish("data forsinket"),
    "delivered": danish("data modtaget"),
    "measured": danish("målt"),
    "not_measurable": danish("ikke målbar"),
    "proposed": danish("foreslået"),
    "rejected": danish("afvist"),
    "approved": danish("godkendt"),
    "disputed": danish("bestridt"),
    "payment_overdue": danish("betaling forsinket"),
    "paid": danish("betalt"),
}
NEXT = {
    "starts": danish("begynder {day}"),
    "data_due": danish("data senest {day}"),
    "run_after": danish("måles efter {day}"),
    "pay_by": danish("betales senest {day}"),
}


@dataclass(frozen=True)
class Step:
    """One period of a contract: `state` is its name among `STATES`, for the looks of it."""

    period: str
    months: str
    told: str
    state: str


@dataclass(frozen=True)
class Row:
    """One contract, in words. `share`: how much of the cap is owed, in percent; None without a cap."""

    name: str
    id: str
    marks: tuple[str, ...]
    steps: tuple[Step, ...]
    settled: str
    paid: str
    next: str
    share: int | None


@dataclass(frozen=True)
class PortfolioDocument:
    """The whole page. `counted`: how many periods are in each state, in a sentence."""

    language: str
    title: str
    as_of: str
    counted: str
    headers: tuple[str, str, str, str]
    rows: tuple[Row, ...]
    remark: str
    skip: str
    page_of: tuple[str, str]
    danish: tuple[str, ...] = ()


def portfolio_document(facts: PortfolioFacts) -> PortfolioDocument:
    """The page in words."""
    form = Formats(LOCALES[facts.language], facts.contracts[0].currency if facts.contracts else "DKK")
    states = [period.state for contract in facts.contracts for period in contract.periods]
    counted = [f"{form.say(told)} {states.count(state)}" for state, told in STATES.items() if state in states]
    contracts = form.say_of(
        len(facts.contracts), "{number} kontrakt", "{number} kontrakter", number=len(facts.contracts)
    )
    return PortfolioDocument(
        language=facts.language,
        title=form.say("Kontrakter"),
        as_of=form.say("Som det stod {day}", day=form.day(facts.as_of)),
        counted=form.say("{contracts}. Perioder: {counted}.", contracts=contracts, counted=", ".join(counted) or "0"),
        headers=(form.say("Kontrakt"), form.say("Perioder"), form.say("Afregnet og betalt"), form.say("Det næste")),
        rows=tuple(_row(contract, Formats(LOCALES[facts.language], contract.currency)) for contract in facts.contracts),
        remark=form.say(
            "«Afregnet» er det, der skyldes efter godkendte opgørelser; «betalt» er det, der er meldt betalt. Godkendt betyder, "
            "at alle parter har sagt ja, og at beløbet er bogført."
        ),
        skip=form.say("Gå til kontrakterne"),
        page_of=(form.say("Side"), form.say("af")),
        danish=() if facts.language == SOURCE else tuple(contract.name for contract in facts.contracts),
    )


def _row(contract: ContractFact, form: Formats) -> Row:
    marks = []
    if contract.rehearsal_years is not None:
        marks.append(form.say("ØVELSE"))
    if contract.is_illustrative:
        marks.append(form.say("Vilkår er illustrative, ikke aftalt."))
    if contract.cap_minor is None:
        settled = form.say("Afregnet {settled}; intet loft", settled=form.amount(contract.settled_minor))
    else:
        said = {
            "settled": form.amount(contract.settled_minor, unit=False),
            "cap": form.amount(contract.cap_minor),
        }
        settled = form.say("Afregnet {settled} af højst {cap}", **said)
    following = form.say("alt er afsluttet")
    if contract.next is not None:
        what, day = contract.next
        following = form.say(NEXT[what], day=form.day(day))
    return Row(
        name=contract.name,
        id=contract.id,
        marks=tuple(marks),
        steps=tuple(
            Step(p.id, form.short_span(p.start, p.end), form.say(STATES[p.state]), p.state) for p in contract.periods
        ),
        settled=settled,
        paid=form.say("Betalt {paid}", paid=form.amount(contract.paid_minor)),
        next=following,
        share=None if not contract.cap_minor else max(0, min(100, 100 * contract.settled_minor // contract.cap_minor)),
    )
