"""The words, in Danish, for how an effect was found and for what was found when it was looked at.

A name that has no words here is shown as it is, so that nothing found is left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field


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
        "Forskel i forskelle",
        "ændringen fra før til efter i indsatsområderne holdes op mod ændringen i sammenligningsområderne",
        "uden indsatsen havde de to grupper ændret sig ens",
    ),
    "matched_comparison": Way(
        "Matchet sammenligning",
        "de fulgte holdes op mod personer i sammenligningsområderne, der lignede dem på dagen, de kom ind",
        "personer, der ligner hinanden i det, der er matchet på, var uden indsatsen gået det ens",
    ),
    "historical_baseline": Way(
        "Historisk sammenligning",
        "de fulgte holdes op mod dem, der efter samme regel ville være kommet ind i årene før",
        "intet andet end indsatsen har ændret sig siden da",
    ),
    "before_after": Way(
        "Før og efter",
        "de fulgte holdes op mod sig selv før start, uden sammenligningsgruppe",
        "intet andet end indsatsen har ændret noget",
    ),
    "trial": Way(
        "Resultat fra et forsøg",
        "virkningen er fundet i et lodtrækningsforsøg og overført hertil",
        "indsatsen virker her, som den gjorde i forsøget",
    ),
    "count": Way("Optælling", "det opnåede tælles, uden sammenligning", "det talte var ikke kommet af sig selv"),
    "given": Way("Målt af andre", "resultatet er givet af dem, der har målt det", "deres måling er rigtig"),
}
CLUSTERS = {
    "person": "Usikkerheden regner personerne som uafhængige af hinanden; rammes hele områder af det samme, er den for lille.",
    "area": "Usikkerheden regner kun hele områder som uafhængige; det, der rammer et område, rammer mange på én gang.",
}
CENSORED = {
    "left_municipality": "personen flytter fra den kommune, vedkommende boede i ved start",
    "crossover": "personen flytter til et område i den anden gruppe",
    "pension_age": "personen når folkepensionsalderen",
}
UNSEEN = "ikke modsagt"
"""In place of the verdict `held` where the target itself would not have been seen."""
VERDICTS = {"held": "holder", "broken": "holder ikke", "untested": "kan ikke undersøges", "shown": "bedømmes ikke"}

CHECKS = {
    "pre_trend": Check(
        "Fulgtes grupperne ad før start?",
        {
            "held": "Ja: forskellen på grupperne ændrede sig før start ikke mere, end tilfældet kan forklare.",
            "broken": "Nej: grupperne ændrede sig forskelligt allerede før start; effekten kan være den forskel, der går videre.",
        },
        "Ikke modsagt: forskellen på grupperne ændrede sig før start ikke mere, end tilfældet kan forklare; men kun {seen} ville "
        "være set, og målet er {target}.",
    ),
    "placebo": Check(
        "Findes en effekt, hvor der ingen kan være?",
        {
            "held": "Nej: den samme beregning på tiden før start finder ingen effekt.",
            "broken": "Ja: den samme beregning på tiden før start finder en effekt, som indsatsen ikke kan have givet.",
        },
        "Ikke modsagt: den samme beregning på tiden før start finder ingen effekt; men en så stor som målet, {target}, ville "
        "ikke være set.",
    ),
    "balance": Check(
        "Ligner de matchede grupper hinanden?",
        {
            "held": "Ja: ingen forskel mellem grupperne er større, end aftalen tillader.",
            "broken": "Nej: grupperne er mere forskellige, end aftalen tillader.",
        },
    ),
    "few_areas": Check(
        "Er der områder nok til at vise en effekt?",
        {
            "held": "Ja: der er områder nok til, at intervallet kan stoles på.",
            "broken": "Nej: der er så få områder, at intervallet kun er tilnærmet.",
        },
    ),
    "area_shocks": Check(
        "Rammes hele områder af det samme?",
        {
            "held": "Det kan ikke ses: områderne er ikke mere forskellige, end personerne i dem forklarer.",
            "broken": "Ja: områderne er mere forskellige, end personerne i dem forklarer, og usikkerheden er regnet for lille.",
            "shown": "Usikkerheden tager det med.",
        },
    ),
    "baseline_trend": Check(
        "Var der en udvikling allerede før start?",
        {
            "held": "Det kan ikke ses: årene før start er ikke mere forskellige, end tilfældet kan forklare.",
            "broken": "Ja: årene før start er forskellige, og effekten kan være den udvikling, der går videre.",
        },
    ),
    "historical_trend": Check(
        "Ligner de tidligere år hinanden?",
        {
            "held": "Ja: de er ikke mere forskellige, end tilfældet kan forklare.",
            "broken": "Nej: de er forskellige, så det er usikkert, hvad der var ventet nu.",
        },
    ),
    "regression_to_the_mean": Check(
        "Kan faldet være et tilbagefald mod gennemsnittet?",
        {
            "held": "Det kan ikke ses: det sidste år før start skiller sig ikke ud.",
            "broken": "Ja: de fulgte kommer fra et usædvanligt år; efter et højt år følger oftest et lavere, også uden indsats.",
        },
    ),
    "immortal_time": Check(
        "Er der talt tid med, hvor ingen kunne falde fra?",
        {
            "held": "Nej: ingen er talt med før den dag, vilkårene for at komme ind var opfyldt.",
            "broken": "Ja: nogle er talt med i tid, de måtte leve igennem for at komme ind.",
        },
    ),
    "waves": Check(
        "Er de fulgte de samme som sidst?",
        {
            "held": "Ja: bølgerne består af de samme personer som ved forrige måling.",
            "broken": "Nej: nyere udtræk fortæller noget andet om indgangsdagen, og mindst én bølge består af andre end før.",
        },
    ),
    "mortality": Check(
        "Er dødeligheden højere i indsatsområderne?",
        {
            "held": "Nej, ikke mere end tilfældet kan forklare.",
            "broken": "Ja, mere end tilfældet kan forklare. Færre kontakter, fordi flere dør, er ingen effekt.",
        },
    ),
    "response": Check(
        "Svarer nok, og lige mange i begge grupper?",
        {
            "held": "Ja, så mange som aftalen kræver.",
            "broken": "Nej, færre end aftalen kræver, eller for forskelligt i de to grupper.",
        },
    ),
    "same_change_without": Check("Havde grupperne ændret sig ens uden indsatsen?"),
    "no_hidden_difference": Check("Er der forskelle på grupperne, som ingen har målt?"),
    "years_alike": Check("Var det gået som i de tidligere år uden indsatsen?"),
    "nothing_else_changed": Check("Kan andet end indsatsen have ændret noget?"),
    "carried_over": Check("Virker indsatsen her, som den gjorde i forsøget?"),
    "item_non_response": Check("Hvor mange spørgsmål er ikke besvaret?"),
    "non_response": Check("Hvem svarer ikke?"),
    "weights": Check("Hvor skævt er der svaret?"),
    "crossovers": Check("Hvor mange er flyttet til et område i den anden gruppe?"),
    "unmatched": Check("Hvor mange har ingen, der ligner?"),
    "overlap": Check("Er der nogen at sammenligne med?"),
}
VARIANTS = {
    "crossovers_censored": "Uden tiden efter skift til den anden gruppe",
    "without_last_days": "Uden den sidste tid af livet",
    "first_wave": "Kun den første bølge",
    "by_wave": "Gennemsnit af bølgerne, hver for sig",
    "paired": "Kun dem, der har svaret både før og efter",
    "unpaired": "Alle, der har svaret, før eller efter",
    "weighted": "Vægtet for dem, der ikke har svaret",
    "unweighted": "Uden vægte for bortfald",
    "own_units_included": "Med indsatsens egne kontakter",
    "person": "Personer regnet som uafhængige",
    "by_person": "Personer regnet som uafhængige",
    "by_area": "Kun hele områder regnet som uafhængige",
    "area": "Kun hele områder regnet som uafhængige",
    "wild_bootstrap": "Usikkerhed ved wild cluster bootstrap",
    "permutation": "Usikkerhed ved at bytte områder om",
    "standardised": "Standardiseret for alder og køn",
    "last_baseline": "Kun det sidste år før start",
}
STEPS = {
    "residents": "Bor i områderne på dagen",
    "entered_earlier": "Er kommet ind med en tidligere bølge",
    "care_home": "Bor på plejehjem",
    "residence": "Har ikke boet der længe nok",
    "age_or_benefit": "For ung og ikke på en af ydelserne",
    "earlier_use": "For lavt tidligere forbrug",
    "entered": "Kommet ind",
    "known_before": "heraf kendt i forvejen",
}
COURSE = {
    "persons": "Fulgt",
    "deaths": "Døde",
    "emigrated": "Udvandret",
    "censored": "Stoppet",
    "present_at_end": "Fulgt til slut",
    "movers": "Heraf flyttet",
    "crossovers": "Heraf skiftet",
}
"""What became of those followed. The first is the sum of the next four; the last two are among them."""
SHELVES = {
    "indicators": "",
    "scales": "skala",
    "stays": "ophold",
    "tariffs": "takster",
    "populations": "standardbefolkning",
    "pension_ages": "alder",
}
"""What kind of definition stands before its name."""
