"""What follows page one: periods, figures, cohort, certainty, terms, the way to each krone, ledger, passport."""

from __future__ import annotations

from maalbar.documents.certainty import certainty_blocks
from maalbar.documents.content import Block, Document, Items, Note, Section, Table
from maalbar.documents.corrected import COMPONENTS, corrected_blocks
from maalbar.documents.course import course_blocks
from maalbar.documents.effects_told import each_alone, effect_blocks
from maalbar.documents.facts import StatementFacts
from maalbar.documents.followed import followed_blocks
from maalbar.documents.formats import Formats
from maalbar.documents.language import SOURCE, danish
from maalbar.documents.rates import rate_blocks
from maalbar.documents.rejections import rejected_blocks
from maalbar.documents.wording import ILLUSTRATIVE, formats, page_one_lines, rehearsal_mark, status
from maalbar.documents.worth import worth_blocks

SETTLED = danish(
    "«Afregnet» er det, der skyldes efter opgørelserne til nu; om det er betalt, står i oversigten over fakturaer."
)
RETURN_LATER = danish("Afkast om året regnes, når kontrakten er slut.")


def statement_document(facts: StatementFacts) -> Document:
    """The whole statement in words."""
    form = formats(facts)
    sections = (
        Section(form.say("Resultatet i hver periode"), (*course_blocks(facts), *each_alone(facts, form))),
        Section(form.say("Tallene i denne opgørelse"), effect_blocks(facts, form)),
        Section(form.say("Rettet siden sidst: før, efter og forskel"), corrected_blocks(facts, form)),
        Section(form.say("Hvem der følges"), followed_blocks(facts, form)),
        Section(form.say("Rater"), rate_blocks(facts, form)),
        Section(form.say("Hvordan effekten er målt, og hvad der taler for og imod"), certainty_blocks(facts, form)),
        Section(form.say("Hvad der tælles"), _definitions(facts)),
        Section(form.say("Vilkårene i ord"), _terms(facts, form)),
        Section(form.say("Beregningen trin for trin"), _computation(facts)),
        Section(form.say("Betalinger og lofter"), _payments(facts, form)),
        Section(form.say("Beregnet værdi"), worth_blocks(facts.values, form)),
        Section(form.say("Bogførte linjer"), _ledger(facts, form)),
        Section(form.say("Godkendelser"), _approvals(facts, form)),
        Section(form.say("Pas: hvad tallene er lavet af"), _passport(facts, form)),
    )
    return Document(
        language=facts.language,
        title=form.say("Opgørelse {period}, {contract}", period=facts.period, contract=facts.contract_name),
        contract=facts.contract_name,
        period=form.say("Opgørelse {period}: {span}", period=facts.period, span=form.span(facts.start, facts.end)),
        status=status(facts),
        mark=rehearsal_mark(facts),
        page_one=form.say("Opgørelsen i ni linjer"),
        passport=f"{form.say('Pas {id}', id=facts.passport['id'])} · {_number(facts, form)}",
        page_of=(form.say("Side"), form.say("af")),
        lines=page_one_lines(facts),
        sections=tuple(section for section in sections if section.blocks),
        skip=form.say("Gå til de ni linjer"),
        danish=() if facts.language == SOURCE else facts.danish,
    )


def _number(facts: StatementFacts, form: Formats) -> str:
    """Which settlement this is the statement of; while it is a draft, of which proposal."""
    if facts.approved:
        return form.say("Afregning {number}", number=facts.settlement)
    return form.say("Forslag {number}", number=facts.settlement)


def _standing(facts: StatementFacts, form: Formats) -> str:
    """That a later settlement may correct the period, and where the reader finds out."""
    command = f"maalbar statement {facts.contract_id} {facts.period}"
    if facts.approved:
        return form.say(
            "Opgørelsen hører til afregning {number}. Den gælder, til en senere afregning retter perioden; om den er den "
            "nyeste, viser kommandoen «{command}».",
            number=facts.settlement,
            command=command,
        )
    return form.say(
        "Dette er et udkast til forslag {number}. Hvad der gælder, viser kommandoen «{command}».",
        number=facts.settlement,
        command=command,
    )


def _definitions(facts: StatementFacts) -> tuple[Block, ...]:
    told = tuple(f"{name}: {meaning}" for name, meaning in facts.definitions)
    return (Items(told),) if told else ()


def _terms(facts: StatementFacts, form: Formats) -> tuple[Block, ...]:
    if not facts.terms_in_words:
        return ()
    warning = (Note(form.say(ILLUSTRATIVE)),) if facts.illustrative else ()
    return (Items(facts.terms_in_words), *warning)


def _computation(facts: StatementFacts) -> tuple[Block, ...]:
    return tuple(Items(part.steps, title=part.title, ordered=True) for part in facts.computation)


def _payments(facts: StatementFacts, form: Formats) -> tuple[Block, ...]:
    headers = (
        form.say("Betaler"), form.say("Modtager"), form.say("Denne opgørelse"), form.say("Senest"),
        form.say("Afregnet i alt"), form.say("Loft"), form.say("Tilbage"),
    )  # fmt: skip
    rows = tuple(
        (
            p.payer,
            p.recipient,
            form.amount(p.amount_minor),
            form.day(p.pay_by),
            form.amount(p.settled_minor),
            form.say("intet") if p.cap_minor is None else form.amount(p.cap_minor),
            "–" if p.left_minor is None else form.amount(p.left_minor),
        )
        for p in facts.payments
    )
    total = (form.say("I alt"), "", form.amount(sum(p.amount_minor for p in facts.payments)), "", "", "", "")
    numeric = (False, False, True, False, True, True, True)
    caption = form.say("Hvem betaler hvem: afregnet, med denne opgørelse")
    paid = Table(caption, headers, rows, numeric, total if len(rows) > 1 else None)
    # The return of capital that is still at work says nothing, and has no column before the last period.
    has_return = any(i.yearly_return is not None for i in facts.investors)
    invested = Table(
        form.say("Investorernes penge til og med denne opgørelse"),
        (
            form.say("Investor"), form.say("Indskudt efter aftalen"), form.say("Hovedstol"), form.say("Risikotillæg"),
            form.say("Tilkommer i alt"), *((form.say("Afkast om året"),) if has_return else ()),
        ),
        tuple(
            (
                i.investor,
                *map(form.amount, (i.paid_in_minor, i.principal_minor, i.premium_minor, i.due_minor)),
                *(("–" if i.yearly_return is None else form.percent(i.yearly_return, 1),) if has_return else ()),
            )
            for i in facts.investors
        ),
        (False, *(True for _ in range(4 + has_return))),
    )  # fmt: skip
    moved = Table(
        form.say("Hvad der overføres, efter modregning"),
        (form.say("Fra"), form.say("Til"), form.say("Beløb"), form.say("Senest")),
        tuple(
            (
                t.sender,
                t.receiver,
                form.amount(t.amount_minor),
                form.day(t.pay_by) if t.pay_by else form.say("modregnes senere"),
            )
            for t in facts.transfers
        ),
        (False, False, True, False),
    )
    found: list[Block] = [table for table in (paid, moved, invested) if table.rows]
    if found:
        found.append(Note(" ".join(map(form.say, (SETTLED,) if has_return else (SETTLED, RETURN_LATER)))))
    return tuple(found)


def _ledger(facts: StatementFacts, form: Formats) -> tuple[Block, ...]:
    if not facts.ledger:
        return (Note(form.say("Intet er bogført for denne opgørelse endnu.")),)
    titles = {effect.outcome: effect.title for effect in facts.effects}
    rows = tuple(
        (
            str(entry.entry),
            entry.period,
            titles.get(entry.outcome, entry.outcome),
            entry.payer,
            entry.recipient,
            form.say(COMPONENTS[entry.component]),
            form.amount(entry.amount_minor),
        )
        for entry in facts.ledger
    )
    headers = (
        form.say("Linje"), form.say("Periode"), form.say("Resultat"), form.say("Betaler"), form.say("Modtager"),
        form.say("Art"), form.say("Beløb"),
    )  # fmt: skip
    total = (form.say("I alt"), *[""] * 5, form.amount(sum(entry.amount_minor for entry in facts.ledger)))
    settlements = form.listed(dict.fromkeys(str(entry.settlement) for entry in facts.ledger))
    caption = form.say("Hovedbogen, afregning {settlements}", settlements=settlements)
    return (Table(caption, headers, rows, (False,) * 6 + (True,), total),)


def _approvals(facts: StatementFacts, form: Formats) -> tuple[Block, ...]:
    rows = tuple(
        (a.party, a.name or form.say("afventer"), a.authority or "–", form.day(a.answered_on) if a.answered_on else "–")
        for a in facts.approvals
    )
    headers = (form.say("Part"), form.say("Navn"), form.say("Hjemmel"), form.say("Dato"))
    answers = (Table(form.say("Parternes svar"), headers, rows, (False,) * 4),) if rows else ()
    return (*answers, *rejected_blocks(facts.rejected, form))


def _passport(facts: StatementFacts, form: Formats) -> tuple[Block, ...]:
    rows = tuple((name, value) for name, value in facts.passport.items())
    headers = (form.say("Oplysning"), form.say("Værdi"))
    table = Table(form.say("Genskab tallene med disse oplysninger"), headers, rows, (False, False), code=True)
    return table, Note(_standing(facts, form))
