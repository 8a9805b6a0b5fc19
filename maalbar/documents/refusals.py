"""Why a figure is not measurable, in words. The codes are those of the measurement; an unknown one is shown as it is."""

from __future__ import annotations

import re
from decimal import Decimal

from maalbar.documents.formats import Formats
from maalbar.documents.language import danish

CELLS = {
    "treated_after": danish("indsatsområderne i perioden"),
    "treated_before": danish("indsatsområderne før start"),
    "comparison_after": danish("sammenligningsområderne i perioden"),
    "comparison_before": danish("sammenligningsområderne før start"),
    "person_time": danish("levet tid i perioden"),
    "standard_strata": danish("standardbefolkningens grupper"),
}
UNKNOWN = "…"
_DECIMAL = re.compile(r"-?\d+\.\d+")
REASONS = {
    "no_data": danish("der er ingen data for {first}"),
    "few_persons": danish("der er færre end {second} personer i {first}"),
    "few_counted": danish("der er færre end {first}, og tallet kunne pege på enkeltpersoner"),
    "few_events": danish("der er færre end {second} hændelser i {first}"),
    "no_spread": danish("usikkerheden kan ikke beregnes"),
    "few_areas": danish("der er for få områder til at regne usikkerheden"),
    "imbalance": danish(
        "de matchede grupper er for forskellige (standardiseret forskel {first}, aftalt højst {second})"
    ),
    "unbalanced": danish(
        "de matchede grupper er for forskellige (standardiseret forskel {first}, aftalt højst {second})"
    ),
    "no_match": danish("der er ingen, der ligner de fulgte nok til at sammenligne med"),
    "no_history": danish("der er ingen tidligere år at sammenligne med"),
    "no_trial": danish("der er intet forsøg at overføre fra"),
    "mortality": danish("flere dør i indsatsområderne, end tilfældet kan forklare"),
    "one_baseline_window": danish("der er kun ét vindue før start"),
    "one_person_per_area": danish("der er kun én person i hvert område"),
    "one_wave": danish("der er kun én bølge"),
    "beyond_data": danish("det kan ingen data vise"),
    "selected_on_use": danish("de fulgte er udvalgt på et højt forbrug"),
    "selected_in_the_same_way": danish("dem, der sammenlignes med, er udvalgt på samme måde"),
    "no_delivery": danish("leverancen ({first}) er ikke kommet"),
    "no_municipality": danish("kommunen mangler for nogle af de fulgte, så ingen kan se, hvem der er flyttet fra den"),
    "not_measured_here": danish("resultatet ({first}) gives af andre"),
    "no_result": danish("der er intet resultat"),
    "no_survey_before": danish("der er ingen måling før start i begge grupper"),
    "no_answers": danish("der er ingen svar i perioden"),
    "low_response": danish("svarprocenten er {first}, og aftalen kræver mindst {second}"),
    "response_gap": danish("svarprocenten er mere end {first} point forskellig i de to grupper"),
    "few_answers": danish("færre end {first} personer i en af grupperne har svaret både før start og efter"),
    "empty_stratum": danish("ingen er fulgt i grupper, der udgør {second} % af standardbefolkningen ({first})"),
}


def reason_in_words(reason: str, form: Formats) -> str:
    """`few_events: treated_after; 10` as a clause that follows «fordi»."""
    code, _, rest = reason.partition(": ")
    details = [_detail(detail, form) for detail in rest.split("; ") if detail]
    if code not in REASONS:
        return reason
    # A reason may be told with fewer details than there are words for: what is missing is left open.
    first, second, *_ = [*details, UNKNOWN, UNKNOWN]
    return form.say(REASONS[code], first=first, second=second)


def _detail(detail: str, form: Formats) -> str:
    """A cell in words, and a number as the reader writes it."""
    if detail in CELLS:
        return form.say(CELLS[detail])
    if not _DECIMAL.fullmatch(detail):
        return detail
    return form.number(Decimal(detail), len(detail.partition(".")[2]))
