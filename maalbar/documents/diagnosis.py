"""The words for how an effect was found and for what was found when it was looked at.

A name that has no words here is shown as it is, so that nothing found is left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from maalbar.documents.language import danish


@dataclass(frozen=True)
class Way:
    """An estimator: its name, what it compares, and what must be true for it to be right."""

    name: str
    compares: str
    assumes: str


@dataclass(frozen=True)
class Check:
    """A question that was looked into, and the answer that each verdict gives it.

    `unseen`: the answer in place of `held` where the target itself would not have been seen.
    """

    question: str
    answers: dict[str, str] = field(default_factory=dict)
    unseen: str = ""


ESTIMATORS = {
    "difference_in_differences": Way(
        danish("Forskel i forskelle"),
        danish("ændringen fra før til efter i indsatsområderne holdes op mod ændringen i sammenligningsområderne"),
        danish("uden indsatsen havde de to grupper ændret sig ens"),
    ),
    "matched_comparison": Way(
        danish("Matchet sammenligning"),
        danish("de fulgte holdes op mod personer i sammenligningsområderne, der lignede dem på dagen, de kom ind"),
        danish("personer, der ligner hinanden i det, der er matchet på, var uden indsatsen gået det ens"),
    ),
    "historical_baseline": Way(
        danish("Historisk sammenligning"),
        danish("de fulgte holdes op mod dem, der efter samme regel ville være kommet ind i årene før"),
        danish("intet andet end indsatsen har ændret sig siden da"),
    ),
    "before_after": Way(
        danish("Før og efter"),
        danish("de fulgte holdes op mod sig selv før start, uden sammenligningsgruppe"),
        danish("intet andet end indsatsen har ændret noget"),
    ),
    "trial": Way(
        danish("Resultat fra et forsøg"),
        danish("virkningen er fundet i et lodtrækningsforsøg og overført hertil"),
        danish("indsatsen virker her, som den gjorde i forsøget"),
    ),
    "count": Way(
        danish("Optælling"),
        danish("det opnåede tælles, uden sammenligning"),
        danish("det talte var ikke kommet af sig selv"),
    ),
    "given": Way(
        danish("Målt af andre"),
        danish("resultatet er givet af dem, der har målt det"),
        danish("deres måling er rigtig"),
    ),
}
CLUSTERS = {
    "person": danish(
        "Usikkerheden regner personerne som uafhængige af hinanden; rammes hele områder af det samme, er den for lille."
    ),
    "area": danish(
        "Usikkerheden regner kun hele områder som uafhængige; det, der rammer et område, rammer mange på én gang."
    ),
}
CENSORED = {
    "left_municipality": danish("personen flytter fra den kommune, vedkommende boede i ved start"),
    "crossover": danish("personen flytter til et område i den anden gruppe"),
    "pension_age": danish("personen når folkepensionsalderen"),
}
UNSEEN = danish("ikke modsagt")
"""In place of the verdict `held` where the target itself would not have been seen."""
VERDICTS = {
    "held": danish("holder"),
    "broken": danish("holder ikke"),
    "untested": danish("kan ikke undersøges"),
    "shown": danish("bedømmes ikke"),
}

CHECKS = {
    "pre_trend": Check(
        danish("Fulgtes grupperne ad før start?"),
        {
            "held": danish("Ja: forskellen på grupperne ændrede sig før start ikke mere, end tilfældet kan forklare."),
            "broken": danish(
                "Nej: grupperne ændrede sig forskelligt allerede før start; effekten kan være den forskel, der går videre."
            ),
        },
        danish(
            "Ikke modsagt: forskellen på grupperne ændrede sig før start ikke mere, end tilfældet kan forklare; men kun {seen} "
            "ville være set, og målet er {target}."
        ),
    ),
    "placebo": Check(
        danish("Findes en effekt, hvor der ingen kan være?"),
        {
            "held": danish("Nej: den samme beregning på tiden før start finder ingen effekt."),
            "broken": danish(
                "Ja: den samme beregning på tiden før start finder en effekt, som indsatsen ikke kan have givet."
            ),
        },
        danish(
            "Ikke modsagt: den samme beregning på tiden før start finder ingen effekt; men en så stor som målet, {target}, ville "
            "ikke være set."
        ),
    ),
    "balance": Check(
        danish("Ligner de matchede grupper hinanden?"),
        {
            "held": danish("Ja: ingen forskel mellem grupperne er større, end aftalen tillader."),
            "broken": danish("Nej: grupperne er mere forskellige, end aftalen tillader."),
        },
    ),
    "few_areas": Check(
        danish("Er der områder nok til at vise en effekt?"),
        {
            "held": danish("Ja: der er områder nok til, at intervallet kan stoles på."),
            "broken": danish("Nej: der er så få områder, at intervallet kun er tilnærmet."),
        },
    ),
    "area_shocks": Check(
        danish("Rammes hele områder af det samme?"),
        {
            "held": danish("Det kan ikke ses: områderne er ikke mere forskellige, end personerne i dem forklarer."),
            "broken": danish(
                "Ja: områderne er mere forskellige, end personerne i dem forklarer, og usikkerheden er regnet for lille."
            ),
            "shown": danish("Usikkerheden tager det med."),
        },
    ),
    "baseline_trend": Check(
        danish("Var der en udvikling allerede før start?"),
        {
            "held": danish("Det kan ikke ses: årene før start er ikke mere forskellige, end tilfældet kan forklare."),
            "broken": danish("Ja: årene før start er forskellige, og effekten kan være den udvikling, der går videre."),
        },
    ),
    "historical_trend": Check(
        danish("Ligner de tidligere år hinanden?"),
        {
            "held": danish("Ja: de er ikke mere forskellige, end tilfældet kan forklare."),
            "broken": danish("Nej: de er forskellige, så det er usikkert, hvad der var ventet nu."),
        },
    ),
    "regression_to_the_mean": Check(
        danish("Kan faldet være et tilbagefald mod gennemsnittet?"),
        {
            "held": danish("Det kan ikke ses: det sidste år før start skiller sig ikke ud."),
            "broken": danish(
                "Ja: de fulgte kommer fra et usædvanligt år; efter et højt år følger oftest et lavere, også uden indsats."
            ),
        },
    ),
    "immortal_time": Check(
        danish("Er der talt tid med, hvor ingen kunne falde fra?"),
        {
            "held": danish("Nej: ingen er talt med før den dag, vilkårene for at komme ind var opfyldt."),
            "broken": danish("Ja: nogle er talt med i tid, de måtte leve igennem for at komme ind."),
        },
    ),
    "waves": Check(
        danish("Er de fulgte de samme som sidst?"),
        {
            "held": danish("Ja: bølgerne består af de samme personer som ved forrige måling."),
            "broken": danish(
                "Nej: nyere udtræk fortæller noget andet om indgangsdagen, og mindst én bølge består af andre end før."
            ),
        },
    ),
    "mortality": Check(
        danish("Er dødeligheden højere i indsatsområderne?"),
        {
            "held": danish("Nej, ikke mere end tilfældet kan forklare."),
            "broken": danish("Ja, mere end tilfældet kan forklare. Færre kontakter, fordi flere dør, er ingen effekt."),
        },
    ),
    "response": Check(
        danish("Svarer nok, og lige mange i begge grupper?"),
        {
            "held": danish("Ja, så mange som aftalen kræver."),
            "broken": danish("Nej, færre end aftalen kræver, eller for forskelligt i de to grupper."),
        },
    ),
    "same_change_without": Check(danish("Havde grupperne ændret sig ens uden indsatsen?")),
    "no_hidden_difference": Check(danish("Er der forskelle på grupperne, som ingen har målt?")),
    "years_alike": Check(danish("Var det gået som i de tidligere år uden indsatsen?")),
    "nothing_else_changed": Check(danish("Kan andet end indsatsen have ændret noget?")),
    "carried_over": Check(danish("Virker indsatsen her, som den gjorde i forsøget?")),
    "item_non_response": Check(danish("Hvor mange spørgsmål er ikke besvaret?")),
    "non_response": Check(danish("Hvem svarer ikke?")),
    "weights": Check(danish("Hvor skævt er der svaret?")),
    "crossovers": Check(danish("Hvor mange er flyttet til et område i den anden gruppe?")),
    "unmatched": Check(danish("Hvor mange har ingen, der ligner?")),
    "overlap": Check(danish("Er der nogen at sammenligne med?")),
}
VARIANTS = {
    "crossovers_censored": danish("Uden tiden efter skift til den anden gruppe"),
    "without_last_days": danish("Uden den sidste tid af livet"),
    "first_wave": danish("Kun den første bølge"),
    "by_wave": danish("Gennemsnit af bølgerne, hver for sig"),
    "paired": danish("Kun dem, der har svaret både før og efter"),
    "unpaired": danish("Alle, der har svaret, før eller efter"),
    "weighted": danish("Vægtet for dem, der ikke har svaret"),
    "unweighted": danish("Uden vægte for bortfald"),
    "own_units_included": danish("Med indsatsens egne kontakter"),
    "person": danish("Personer regnet som uafhængige"),
    "by_person": danish("Personer regnet som uafhængige"),
    "by_area": danish("Kun hele områder regnet som uafhængige"),
    "area": danish("Kun hele områder regnet som uafhængige"),
    "wild_bootstrap": danish("Usikkerhed ved wild cluster bootstrap"),
    "permutation": danish("Usikkerhed ved at bytte områder om"),
    "standardised": danish("Standardiseret for alder og køn"),
    "last_baseline": danish("Kun det sidste år før start"),
}
STEPS = {
    "residents": danish("Bor i områderne på dagen"),
    "entered_earlier": danish("Er kommet ind med en tidligere bølge"),
    "care_home": danish("Bor på plejehjem"),
    "residence": danish("Har ikke boet der længe nok"),
    "age_or_benefit": danish("For ung og ikke på en af ydelserne"),
    "earlier_use": danish("For lavt tidligere forbrug"),
    "entered": danish("Kommet ind"),
    "known_before": danish("heraf kendt i forvejen"),
}
COURSE = {
    "persons": danish("Fulgt"),
    "deaths": danish("Døde"),
    "emigrated": danish("Udvandret"),
    "censored": danish("Stoppet"),
    "present_at_end": danish("Fulgt til slut"),
    "movers": danish("Heraf flyttet"),
    "crossovers": danish("Heraf skiftet"),
}
"""What became of those followed. The first is the sum of the next four; the last two are among them."""
SHELVES = {
    "indicators": "",
    "scales": danish("skala"),
    "stays": danish("ophold"),
    "tariffs": danish("takster"),
    "populations": danish("standardbefolkning"),
    "pension_ages": danish("alder"),
}
"""What kind of definition stands before its name."""
