"""The effects of a statement as its table has them, and over which periods they are measured."""

from __future__ import annotations

from maalbar.documents import effects
from maalbar.documents.certainty import clusters_in_words
from maalbar.documents.content import Block, Items, Note, Table
from maalbar.documents.course import NOT_MEASURABLE
from maalbar.documents.facts import EffectFact, StatementFacts
from maalbar.documents.formats import Formats
from maalbar.documents.phrases import p_value
from maalbar.documents.wording import is_so_far


def effect_blocks(facts: StatementFacts, form: Formats) -> tuple[Block, ...]:
    """The effects on the basis that each is paid on, why some are not measurable, and what later extracts would say."""
    surveys = {response.outcome for response in facts.responses} | {
        effect.outcome for effect in facts.effects if effect.response_percent is not None
    }
    answered = (form.say("Svarprocent"),) if surveys else ()
    headers = (
        form.say("Resultat"), form.say("Ændring"), form.say(effects.INTERVAL), form.say("Mål"), form.say("Kan påvise"),
        form.say("p-værdi"), *answered, form.say("Betales"),
    )  # fmt: skip
    table = Table(
        _over(facts, form),
        headers,
        tuple(_effect_row(effect, surveys, form) for effect in facts.effects),
        (False, *(True for _ in headers[1:-1]), False),
    )
    reasons = tuple(f"{e.title}: {effects.reason(e, form)}." for e in facts.effects if e.change is None)
    note = Note(
        form.say(
            "«{hidden}» er ikke nul: tallet er så lille, at det kunne pege på enkeltpersoner, eller det er ikke målt. "
            "«Kan påvise» er den mindste effekt, målingen ville opdage i fire af fem tilfælde. {independence}",
            hidden=form.say(effects.HIDDEN),
            independence=_independence(facts, form),
        )
    )
    blocks: list[Block] = [table]
    if reasons:
        blocks.append(Items(reasons, title=form.say("Ikke målbart")))
    return (*blocks, note, *_restated(facts, form))


def each_alone(facts: StatementFacts, form: Formats) -> tuple[Block, ...]:
    """Why the course has another figure for the period than page one has, where it has."""
    if not is_so_far(facts, facts.effects[0]):
        return ()
    return (
        Note(
            form.say(
                "Figuren og dens tabel viser hver periode for sig. Resultatet på første side er over alle perioder til nu."
            )
        ),
    )


def _over(facts: StatementFacts, form: Formats) -> str:
    """What the table of effects is headed by: over which periods its figures are."""
    so_far = [is_so_far(facts, effect) for effect in facts.effects]
    if not any(so_far):
        return form.say("Effekt af indsatsen, målt mod det ventede uden indsatsen")
    if all(so_far):
        return form.say("Effekt af indsatsen over alle perioder til nu, målt mod det ventede uden indsatsen")
    return form.say(
        "Effekt af indsatsen over alle perioder til nu, målt mod det ventede uden indsatsen; optællinger i perioden alene"
    )


def _effect_row(effect: EffectFact, surveys: set[str], form: Formats) -> tuple[str, ...]:
    change = form.say(NOT_MEASURABLE) if effect.change is None else effects.with_unit(effect, effect.change, form)
    between = "–"
    if effect.low is not None and effect.high is not None:
        low, high = (effects.signed(effect, limit, form) for limit in (effect.low, effect.high))
        between = form.say("{low} til {high}", low=low, high=high)
    return (
        effect.title,
        change,
        between,
        effects.promised(effect, form, signed=True) or "–",
        "–" if effect.detectable is None else effects.size(effect, effect.detectable, form),
        "–" if effect.p_value is None else p_value(effect.p_value, form),
        *((_response_percent(effect, effect.outcome in surveys, form),) if surveys else ()),
        form.say("ja") if effect.paid else form.say("kun vist"),
    )


def _response_percent(effect: EffectFact, is_survey: bool, form: Formats) -> str:
    if effect.response_percent is None:
        return form.say(effects.HIDDEN) if is_survey else "–"
    return str(effect.response_percent)


def _independence(facts: StatementFacts, form: Formats) -> str:
    """What the intervals of the table take as independent, once for all its outcomes."""
    found = list(dict.fromkeys(e.clusters for e in facts.effects if e.low is not None)) or ["person"]
    if len(found) == 1:
        return clusters_in_words(found[0], form)
    named = [effects.lower_first(e.title) for e in facts.effects if e.low is not None and e.clusters == "area"]
    return form.say(
        "Usikkerheden regner hele områder som uafhængige for {titles}, ellers personer; rammes hele områder af "
        "det samme, er den for lille.",
        titles=", ".join(named),
    )


def _restated(facts: StatementFacts, form: Formats) -> tuple[Block, ...]:
    """What later extracts would make of the periods so far, where they would make anything else of one."""
    if not facts.restated:
        return ()
    rows = tuple(
        (
            row.period,
            row.was.title,
            effects.signed(row.was, row.was.change, form) if row.was.change is not None else form.say(NOT_MEASURABLE),
            effects.signed(row.now, row.now.change, form) if row.now.change is not None else form.say(NOT_MEASURABLE),
        )
        for row in facts.restated
    )
    day = form.day(max(row.as_known_at for row in facts.restated))
    return (
        Table(
            form.say("Hvad senere udtræk ville ændre"),
            (form.say("Periode"), form.say("Resultat"), form.say("Målt"), form.say("Ville nu være")),
            rows,
            (False, False, True, True),
        ),
        Note(
            form.say(
                "Udtræk til og med {day} siger andet om perioderne end det, de er målt på. "
                "Det er kun vist, og ingen periode er åbnet.",
                day=day,
            )
        ),
    )
