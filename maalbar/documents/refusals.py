"""Why a figure is not measurable, in Danish. The codes are those of the measurement; an unknown one is shown as it is."""

from __future__ import annotations

CELLS = {
    "treated_after": "indsatsområderne i perioden",
    "treated_before": "indsatsområderne før start",
    "comparison_after": "sammenligningsområderne i perioden",
    "comparison_before": "sammenligningsområderne før start",
    "person_time": "levet tid i perioden",
    "standard_strata": "standardbefolkningens grupper",
}
UNKNOWN = "?"
MOST_DETAILS = 2
REASONS = {
    "no_data": "der er ingen data for {0}",
    "few_events": "der er færre end {1} hændelser i {0}",
    "no_spread": "usikkerheden kan ikke beregnes",
    "few_areas": "der er for få områder ({0} med indsats, {1} til sammenligning) til at regne usikkerheden",
    "imbalance": "de matchede grupper er for forskellige (standardiseret forskel {0}, aftalt højst {1})",
    "unbalanced": "de matchede grupper er for forskellige (standardiseret forskel {0}, aftalt højst {1})",
    "no_match": "der er ingen, der ligner de fulgte nok til at sammenligne med",
    "no_history": "der er ingen tidligere år at sammenligne med",
    "no_trial": "der er intet forsøg at overføre fra",
    "mortality": "flere dør i indsatsområderne, end tilfældet kan forklare ({0} gange så mange)",
    "one_wave": "der er kun én bølge",
    "one_window": "der er kun ét vindue før start",
    "no_baseline": "der er ingen tid før start",
    "no_areas": "områderne kendes ikke",
    "no_delivery": "leverancen ({0}) er ikke kommet",
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
    details = [CELLS.get(detail, detail) for detail in rest.split("; ") if detail]
    if code not in REASONS:
        return reason
    # A reason may be told with fewer details than there are words for: what is missing is left open.
    return REASONS[code].format(*details, *[UNKNOWN] * MOST_DETAILS)
