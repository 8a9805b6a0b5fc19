"""Why a figure is not measurable, in Danish. The codes are those of the measurement; an unknown one is shown as it is."""

from __future__ import annotations

import re

CELLS = {
    "treated_after": "indsatsområderne i perioden",
    "treated_before": "indsatsområderne før start",
    "comparison_after": "sammenligningsområderne i perioden",
    "comparison_before": "sammenligningsområderne før start",
    "person_time": "levet tid i perioden",
    "standard_strata": "standardbefolkningens grupper",
}
UNKNOWN = "…"
MOST_DETAILS = 2
_DECIMAL = re.compile(r"-?\d+\.\d+")
REASONS = {
    "no_data": "der er ingen data for {0}",
    "few_persons": "der er færre end {1} personer i {0}",
    "few_events": "der er færre end {1} hændelser i {0}",
    "no_spread": "usikkerheden kan ikke beregnes",
    "few_areas": "der er for få områder til at regne usikkerheden",
    "imbalance": "de matchede grupper er for forskellige (standardiseret forskel {0}, aftalt højst {1})",
    "unbalanced": "de matchede grupper er for forskellige (standardiseret forskel {0}, aftalt højst {1})",
    "no_match": "der er ingen, der ligner de fulgte nok til at sammenligne med",
    "no_history": "der er ingen tidligere år at sammenligne med",
    "no_trial": "der er intet forsøg at overføre fra",
    "mortality": "flere dør i indsatsområderne, end tilfældet kan forklare",
    "one_baseline_window": "der er kun ét vindue før start",
    "one_person_per_area": "der er kun én person i hvert område",
    "one_wave": "der er kun én bølge",
    "beyond_data": "det kan ingen data vise",
    "selected_on_use": "de fulgte er udvalgt på et højt forbrug",
    "selected_in_the_same_way": "dem, der sammenlignes med, er udvalgt på samme måde",
    "no_delivery": "leverancen ({0}) er ikke kommet",
    "no_municipality": "kommunen mangler for nogle af de fulgte, så ingen kan se, hvem der er flyttet fra den",
    "not_measured_here": "resultatet ({0}) gives af andre",
    "no_result": "der er intet resultat",
    "no_survey_before": "der er ingen måling før start i begge grupper",
    "no_answers": "der er ingen svar i perioden",
    "low_response": "svarprocenten er {0}, og aftalen kræver mindst {1}",
    "response_gap": "svarprocenten er mere end {0} point forskellig i de to grupper",
    "few_answers": "færre end {0} personer i en af grupperne har svaret både før start og efter",
    "empty_stratum": "ingen er fulgt i grupper, der udgør {1} % af standardbefolkningen ({0})",
}


def in_danish(reason: str) -> str:
    """`few_events: treated_after; 10` as a clause that follows «fordi»."""
    code, _, rest = reason.partition(": ")
    details = [CELLS.get(detail, _number(detail)) for detail in rest.split("; ") if detail]
    if code not in REASONS:
        return reason
    # A reason may be told with fewer details than there are words for: what is missing is left open.
    return REASONS[code].format(*details, *[UNKNOWN] * MOST_DETAILS)


def _number(detail: str) -> str:
    """A detail that is a number, as Danish writes it."""
    return detail.replace(".", ",") if _DECIMAL.fullmatch(detail) else detail
