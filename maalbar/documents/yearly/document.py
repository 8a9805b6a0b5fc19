"""The yearly report in words and pictures: what stands on the first page, what on the second."""

from __future__ import annotations

from maalbar.documents.content import Table
from maalbar.documents.effects import lower_first
from maalbar.documents.formats import Formats
from maalbar.documents.language import SOURCE, danish
from maalbar.documents.wording import ILLUSTRATIVE, formats, rehearsal_mark, status
from maalbar.documents.worth import bearer_in_words
from maalbar.documents.yearly.content import Box, YearlyDocument
from maalbar.documents.yearly.facts import YearlyFacts
from maalbar.documents.yearly.pictures import Drawn, effect_picture, groups_picture, owed_bars, pictured, said
from maalbar.documents.yearly.words import figure, hides_any, in_short, uncertain
from maalbar.suppressed import SUPPRESSED, Suppressed

READING = danish(
    "Sådan læses figurerne: Prikken er det målte. Stregen gennem den viser usikkerheden: det rigtige tal ligger sandsynligvis et "
    "sted på stregen (95~%). Rører stregen ved linjen «Ingen effekt», kan forskellen være tilfældig. Den stiplede linje er målet."
)
SUPERSEDED = danish("IKKE LÆNGERE GÆLDENDE: tal for denne periode er siden rettet. Se årsrapport {period}.")
NOT_RELEASED_BUDGET = danish("Beregnet værdi, ikke frigjort budget")


def yearly_document(facts: YearlyFacts) -> tuple[YearlyDocument, dict[str, str]]:
    """The document, and its drawings by name (SVG)."""
    statement, form = facts.statement, formats(facts.statement)
    first, second = _first(facts, form), _second(facts, form)
    owed, bars = owed_bars(facts, form)
    document = YearlyDocument(
        language=statement.language,
        title=form.say("Årsrapport {period}", period=statement.period),
        subtitle=form.span(statement.start, statement.end),
        contract=statement.contract_name,
        status=status(statement),
        mark=rehearsal_mark(statement),
        warning=_warning(facts, form),
        skip=form.say("Gå til «Kort fortalt»"),
        in_short=form.say("Kort fortalt"),
        short=in_short(facts, form),
        effects_title=form.say("Hvad der er målt"),
        reading=form.say(READING),
        first=tuple(picture for picture, _ in first),
        groups_title=form.say("Hvem der svarer, og hvem der dør"),
        second=tuple(picture for picture, _ in second),
        owed=owed,
        worth=_worth(facts, form),
        uncertain_title=form.say("Hvad er usikkert, og hvorfor"),
        uncertain=uncertain(facts, form),
        remark=_remark(facts, form),
        numbers=form.say("Figurens tal"),
        passport=form.say(
            "Data kendt pr. {day} · Pas {id} · Afregning {number}",
            day=form.day(statement.data_known_as_at), id=statement.passport["id"], number=statement.settlement,
        ),
        page_of=(form.say("Side"), form.say("af")),
        danish=() if statement.language == SOURCE else statement.danish,
    )  # fmt: skip
    return document, bars | {picture.drawing: svg for picture, svg in (*first, *second)}


def _warning(facts: YearlyFacts, form: Formats) -> str | None:
    """What a reader must know before any figure."""
    told = [form.say(ILLUSTRATIVE)] if facts.statement.illustrative else []
    if facts.superseded_in is not None:
        told.append(form.say(SUPERSEDED, period=facts.superseded_in))
    return " ".join(told) or None


def _first(facts: YearlyFacts, form: Formats) -> list[Drawn]:
    """The leading outcome with the rates behind it, then the others."""
    lead, *others = [
        effect_picture(facts, outcome, f"effect-{place}", form) for place, outcome in enumerate(pictured(facts), 1)
    ]
    drawn = [lead]
    if facts.rates is not None:
        heading = form.say("{title} i de to grupper", title=facts.rates.title)
        picture, svg = groups_picture(facts, facts.rates.arms, "rates", heading, 2, form)
        drawn.append((said(picture, facts.rates.unit[:1].upper() + facts.rates.unit[1:] + "."), svg))
    return drawn + others


def _second(facts: YearlyFacts, form: Formats) -> list[Drawn]:
    """Who answered, and how many died."""
    drawn = []
    for place, course in enumerate(facts.responses, 1):
        titles = form.listed(lower_first(title) for title in course.titles)
        heading = form.say("Svarprocent: {titles}", titles=titles)
        picture, svg = groups_picture(facts, course.arms, f"response-{place}", heading, 0, form)
        told = form.say("Så mange af dem, der kunne svare, svarede på spørgeskemaet.")
        drawn.append((said(picture, told), svg))
    if facts.mortality:
        heading = form.say("Døde pr. 100 personer om året")
        picture, svg = groups_picture(facts, facts.mortality, "mortality", heading, 1, form)
        drawn.append((said(picture, form.say("En effekt tæller kun, hvis ikke flere dør.")), svg))
    return drawn


def _worth(facts: YearlyFacts, form: Formats) -> Box | None:
    if not facts.worth_minor:
        return None
    heading = form.say(NOT_RELEASED_BUDGET)
    rows = tuple(
        (
            bearer_in_words(bearer, form),
            figure(SUPPRESSED, form, 0) if isinstance(worth, Suppressed) else form.amount(worth),
        )
        for bearer, worth in facts.worth_minor.items()
    )
    says = form.say(
        "Hvad det undgåede regnes at være værd til og med perioden. Det er ikke en betaling, og ingen får pengene: "
        "det, der er sparet, bruges ofte af andre."
    )
    return Box(heading, says, Table(heading, (form.say("Hos"), form.say("Beregnet værdi")), rows, (False, True)))


def _remark(facts: YearlyFacts, form: Formats) -> str:
    """How the figures were made fit to leave, and what the mark means where it stands."""
    told = [
        form.say(
            "Tallene er dem, parterne har godkendt. Rater og svarprocenter er her regnet af antal, der er rundet af, så ingen "
            "enkelte personer kan findes; de kan derfor afvige lidt fra opgørelsen."
        )
    ]
    if hides_any(facts):
        legend = SUPPRESSED.legend(form.language)
        told.append(legend[:1].upper() + legend[1:])
    return " ".join(told)
