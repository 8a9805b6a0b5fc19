"""What follows page one, in Danish: periods, figures, cohort, certainty, terms, the way to each krone, ledger, passport."""

from __future__ import annotations

from maalbar.documents import effects
from maalbar.documents.certainty import certainty_blocks
from maalbar.documents.content import Block, Document, Items, Note, Section, Table
from maalbar.documents.course import NOT_MEASURABLE, course_blocks
from maalbar.documents.diagnosis import CLUSTERS
from maalbar.documents.facts import EffectFact, StatementFacts
from maalbar.documents.followed import followed_blocks
from maalbar.documents.formats import Formats
from maalbar.documents.phrases import p_value
from maalbar.documents.rates import rate_blocks
from maalbar.documents.wording import formats, page_one_lines, rehearsal_mark, status
from maalbar.documents.worth import worth_blocks

SETTLED = (
    "«Afregnet» er det, der skyldes efter opgørelserne til nu; om det er betalt, står i oversigten over fakturaer."
)
RETURN_LATER = "Afkast om året regnes, når kontrakten er slut."
COMPONENTS = {"principal": "hovedstol", "premium": "risikotillæg"}


def statement_document(facts: StatementFacts) -> Document:
    """The whole statement in words."""
    form = formats(facts)
    sections = (
        Section("Resultatet i hver periode", course_blocks(facts)),
        Section("Tallene i denne opgørelse", _figures(facts, form)),
        Section("Hvem der følges", followed_blocks(facts, form)),
        Section("Rater", rate_blocks(facts, form)),
        Section("Hvordan effekten er målt, og hvad der taler for og imod", certainty_blocks(facts, form)),
        Section("Hvad der tælles", _definitions(facts)),
        Section("Vilkårene i ord", _terms(facts)),
        Section("Beregningen trin for trin", _computation(facts)),
        Section("Betalinger og lofter", _payments(facts, form)),
        Section("Beregnet værdi", worth_blocks(facts.values, form)),
        Section("Bogførte linjer", _ledger(facts, form)),
        Section("Godkendelser", _approvals(facts, form)),
        Section("Pas: hvad tallene er lavet af", _passport(facts)),
    )
    return Document(
        language="da",
        title=f"Opgørelse {facts.period}, {facts.contract_name}",
        contract=facts.contract_name,
        period=f"Opgørelse {facts.period}: {form.span(facts.start, facts.end)}",
        status=status(facts),
        mark=rehearsal_mark(facts),
        page_one="Opgørelsen i ni linjer",
        passport=f"Pas {facts.passport['id']}",
        page_of=("Side", "af"),
        lines=page_one_lines(facts),
        sections=tuple(section for section in sections if section.blocks),
    )


def _figures(facts: StatementFacts, form: Formats) -> tuple[Block, ...]:
    surveys = {response.outcome for response in facts.responses} | {
        effect.outcome for effect in facts.effects if effect.response_percent is not None
    }
    answered = ("Svarprocent",) if surveys else ()
    headers = ("Resultat", "Ændring", effects.INTERVAL, "Mål", "Kan påvise", "p-værdi", *answered, "Betales")
    table = Table(
        "Effekt af indsatsen, målt mod det ventede uden indsatsen",
        headers,
        tuple(_effect_row(effect, surveys, form) for effect in facts.effects),
        (False, *(True for _ in headers[1:-1]), False),
    )
    reasons = tuple(f"{e.title}: {effects.reason(e)}." for e in facts.effects if e.change is None)
    note = Note(
        f"«{effects.HIDDEN}» er ikke nul: tallet er så lille, at det kunne pege på enkeltpersoner, eller det er ikke målt. "
        "«Kan påvise» er den mindste effekt, målingen ville opdage i fire af fem tilfælde. "
        f"{_independence(facts)}"
    )
    blocks: list[Block] = [table]
    if reasons:
        blocks.append(Items(reasons, title="Ikke målbart"))
    return (*blocks, note, *_restated(facts, form))


def _restated(facts: StatementFacts, form: Formats) -> tuple[Block, ...]:
    """What later extracts would make of the periods so far, where they would make anything else of one."""
    if not facts.restated:
        return ()
    rows = tuple(
        (
            row.period,
            row.was.title,
            effects.signed(row.was, row.was.change, form) if row.was.change is not None else NOT_MEASURABLE,
            effects.signed(row.now, row.now.change, form) if row.now.change is not None else NOT_MEASURABLE,
        )
        for row in facts.restated
    )
    day = form.day(max(row.as_known_at for row in facts.restated))
    return (
        Table(
            "Hvad senere udtræk ville ændre",
            ("Periode", "Resultat", "Målt", "Ville nu være"),
            rows,
            (False, False, True, True),
        ),
        Note(
            f"Udtræk til og med {day} siger andet om perioderne end det, de er målt på. "
            "Det er kun vist, og ingen periode er åbnet."
        ),
    )


def _independence(facts: StatementFacts) -> str:
    """What the intervals of the table take as independent, once for all its outcomes."""
    found = list(dict.fromkeys(e.clusters for e in facts.effects if e.low is not None)) or ["person"]
    if len(found) == 1:
        return CLUSTERS.get(found[0], "")
    named = [effects.lower_first(e.title) for e in facts.effects if e.low is not None and e.clusters == "area"]
    return (
        f"Usikkerheden regner hele områder som uafhængige for {', '.join(named)}, ellers personer; rammes hele områder af "
        "det samme, er den for lille."
    )


def _definitions(facts: StatementFacts) -> tuple[Block, ...]:
    told = tuple(f"{name}: {meaning}" for name, meaning in facts.definitions)
    return (Items(told),) if told else ()


def _effect_row(effect: EffectFact, surveys: set[str], form: Formats) -> tuple[str, ...]:
    change = NOT_MEASURABLE if effect.change is None else effects.with_unit(effect, effect.change, form)
    between = "–"
    if effect.low is not None and effect.high is not None:
        between = f"{effects.signed(effect, effect.low, form)} til {effects.signed(effect, effect.high, form)}"
    return (
        effect.title,
        change,
        between,
        effects.promised(effect, form, signed=True) or "–",
        "–" if effect.detectable is None else effects.size(effect, effect.detectable, form),
        "–" if effect.p_value is None else p_value(effect.p_value, form),
        *((_response_percent(effect, effect.outcome in surveys),) if surveys else ()),
        "ja" if effect.paid else "kun vist",
    )


def _response_percent(effect: EffectFact, is_survey: bool) -> str:
    if effect.response_percent is None:
        return effects.HIDDEN if is_survey else "–"
    return str(effect.response_percent)


def _terms(facts: StatementFacts) -> tuple[Block, ...]:
    if not facts.terms_in_words:
        return ()
    warning = (Note("Vilkår er illustrative, ikke aftalt."),) if facts.illustrative else ()
    return (Items(facts.terms_in_words), *warning)


def _computation(facts: StatementFacts) -> tuple[Block, ...]:
    return tuple(Items(part.steps, title=part.title, ordered=True) for part in facts.computation)


def _payments(facts: StatementFacts, form: Formats) -> tuple[Block, ...]:
    headers = ("Betaler", "Modtager", "Denne opgørelse", "Senest", "Afregnet i alt", "Loft", "Tilbage")
    rows = tuple(
        (
            p.payer,
            p.recipient,
            form.amount(p.amount_minor),
            form.day(p.pay_by),
            form.amount(p.settled_minor),
            "intet" if p.cap_minor is None else form.amount(p.cap_minor),
            "–" if p.left_minor is None else form.amount(p.left_minor),
        )
        for p in facts.payments
    )
    total = ("I alt", "", form.amount(sum(p.amount_minor for p in facts.payments)), "", "", "", "")
    numeric = (False, False, True, False, True, True, True)
    paid = Table(
        "Hvem betaler hvem: afregnet, med denne opgørelse", headers, rows, numeric, total if len(rows) > 1 else None
    )
    # The return of capital that is still at work says nothing, and has no column before the last period.
    has_return = any(i.yearly_return is not None for i in facts.investors)
    invested = Table(
        "Investorernes penge til og med denne opgørelse",
        (
            "Investor", "Indskudt efter aftalen", "Hovedstol", "Risikotillæg", "Tilkommer i alt",
            *(("Afkast om året",) if has_return else ()),
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
        "Hvad der overføres, efter modregning",
        ("Fra", "Til", "Beløb", "Senest"),
        tuple(
            (t.sender, t.receiver, form.amount(t.amount_minor), form.day(t.pay_by) if t.pay_by else "modregnes senere")
            for t in facts.transfers
        ),
        (False, False, True, False),
    )
    found: list[Block] = [table for table in (paid, moved, invested) if table.rows]
    if found:
        found.append(Note(SETTLED if has_return else f"{SETTLED} {RETURN_LATER}"))
    return tuple(found)


def _ledger(facts: StatementFacts, form: Formats) -> tuple[Block, ...]:
    if not facts.ledger:
        return (Note("Intet er bogført for denne opgørelse endnu."),)
    titles = {effect.outcome: effect.title for effect in facts.effects}
    rows = tuple(
        (
            str(entry.entry),
            entry.period,
            titles.get(entry.outcome, entry.outcome),
            entry.payer,
            entry.recipient,
            COMPONENTS[entry.component],
            form.amount(entry.amount_minor),
        )
        for entry in facts.ledger
    )
    headers = ("Linje", "Periode", "Resultat", "Betaler", "Modtager", "Art", "Beløb")
    total = ("I alt", *[""] * 5, form.amount(sum(entry.amount_minor for entry in facts.ledger)))
    settlements = " og ".join(dict.fromkeys(str(entry.settlement) for entry in facts.ledger))
    return (Table(f"Hovedbogen, afregning {settlements}", headers, rows, (False,) * 6 + (True,), total),)


def _approvals(facts: StatementFacts, form: Formats) -> tuple[Block, ...]:
    rows = tuple(
        (a.party, a.name or "afventer", a.authority or "–", form.day(a.answered_on) if a.answered_on else "–")
        for a in facts.approvals
    )
    return (Table("Parternes svar", ("Part", "Navn", "Hjemmel", "Dato"), rows, (False,) * 4),) if rows else ()


def _passport(facts: StatementFacts) -> tuple[Block, ...]:
    rows = tuple((name, value) for name, value in facts.passport.items())
    return (Table("Genskab tallene med disse oplysninger", ("Oplysning", "Værdi"), rows, (False, False), code=True),)
