"""The words, in Danish, for how an effect was found and for what was found when it was looked at.

A name that has no words here is shown as it is, so that nothing found is left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from maalbar.documents.formats import HYPHEN

P_VALUE = f"p{HYPHEN}værdi"


@dataclass(frozen=True)
class Way:
    """An estimator: its name, what it compares, and what must be true for it to be right."""

    name: str
    compares: str
    assumes: str


@dataclass(frozen=True)
class Check:
    """A question that was looked into, and the answer that each verdict gives it."""

    question: str
    answers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Told:
    """How a figure is told: a phrase with `{}`, and what kind of number it is.

    `effect`: in the unit of the estimate, signed; `size`: without sign; `p`; `share`: percent of one; `number`;
    `persons`: a count of persons, withheld where it is small; `count`: of anything else; `text`; `reason`: a refusal's code.
    """

    phrase: str
    kind: str


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
VERDICTS = {"held": "holder", "broken": "holder ikke", "untested": "kan ikke undersøges", "shown": "bedømmes ikke"}

CHECKS = {
    "pre_trend": Check(
        "Fulgtes grupperne ad før start?",
        {
            "held": "Ja: forskellen på grupperne ændrede sig før start ikke mere, end tilfældet kan forklare.",
            "broken": "Nej: grupperne ændrede sig forskelligt allerede før start; effekten kan være den forskel, der går videre.",
        },
    ),
    "placebo": Check(
        "Findes en effekt, hvor der ingen kan være?",
        {
            "held": "Nej: den samme beregning på tiden før start finder ingen effekt.",
            "broken": "Ja: den samme beregning på tiden før start finder en effekt, som indsatsen ikke kan have givet.",
        },
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

FIGURES = {
    "target": Told("mål {}", "size"),
    "change": Told("ændring {}", "effect"),
    "effect": Told("ændring {}", "effect"),
    "difference": Told("forskel til hovedresultatet {}", "effect"),
    "standard_error": Told("standardfejl {}", "size"),
    "p_value": Told(f"{P_VALUE} {{}}", "p"),
    "smallest_p": Told(f"mindste {P_VALUE}, så få områder kan give: {{}}", "p"),
    "wild_p": Told(f"wild cluster bootstrap, {P_VALUE} {{}}", "p"),
    "permutation_p": Told(f"ombytning af områder, {P_VALUE} {{}}", "p"),
    "areas": Told("områder i alt: {}", "count"),
    "treated_areas": Told("områder med indsats: {}", "count"),
    "comparison_areas": Told("sammenligningsområder: {}", "count"),
    "windows": Told("vinduer før start: {}", "count"),
    "draws": Told("gentagelser: {}", "count"),
    "permutations": Told("ombytninger: {}", "count"),
    "assignments": Told("mulige ombytninger: {}", "count"),
    "freedom": Told("frihedsgrader: {}", "count"),
    "correlation": Told("andel af variationen mellem områder {}", "share"),
    "detectable": Told("mindste effekt, der kan påvises: {}", "size"),
    "detectable_before": Told("mindste effekt, der kan påvises: {}", "size"),
    "detectable_after": Told("mindste effekt, der kan påvises: {}", "size"),
    "power": Told("chance for at påvise målet: {}", "share"),
    "power_before": Told("chance for at påvise målet: {}", "share"),
    "power_after": Told("chance for at påvise målet: {}", "share"),
    "standard_error_before": Told("standardfejl {}", "size"),
    "standard_error_after": Told("standardfejl {}", "size"),
    "deviation": Told("spredning mellem områder {}", "number"),
    "selected_on_use": Told("udvalgt på tidligere forbrug: {}", "text"),
    "persons": Told("personer: {}", "persons"),
    "answers": Told("svar: {}", "persons"),
    "treated": Told("indsats: {}", "persons"),
    "comparison": Told("sammenligning: {}", "persons"),
    "matched": Told("matchet: {}", "persons"),
    "unmatched": Told("uden match: {}", "persons"),
    "censored": Told("stoppet: {}", "persons"),
    "days": Told("dage: {}", "count"),
    "items": Told("spørgsmål: {}", "count"),
    "imbalance": Told("største standardiserede forskel {}", "number"),
    "max_imbalance": Told("aftalt højst {}", "number"),
    "limit": Told("grænse {}", "number"),
    "ratio": Told("forhold {}", "number"),
    "ratio_low": Told("forholdets nedre grænse {}", "number"),
    "ratio_high": Told("forholdets øvre grænse {}", "number"),
    "response": Told("svarprocent {}", "share"),
    "min_response": Told("aftalt mindst {}", "share"),
    "max_gap": Told("aftalt forskel højst {}", "share"),
    "invited": Told("kunne have svaret: {}", "persons"),
    "answered": Told("har svaret: {}", "persons"),
    "effective": Told("svar, der tæller fuldt: {}", "count"),
    "largest_weight": Told("største vægt {}", "number"),
    "merged_strata": Told("grupper slået sammen: {}", "count"),
    "begun": Told("skemaer begyndt: {}", "persons"),
    "missing": Told("ubesvaret: {}", "persons"),
    "without_score": Told("uden score: {}", "persons"),
    "share": Told("andel {}", "share"),
    "item": Told("spørgsmål {}", "text"),
    "age": Told("alder {}", "number"),
    "sex": Told("køn {}", "number"),
    "benefit": Told("ydelse {}", "number"),
    "earlier_use": Told("tidligere forbrug {}", "number"),
    "tried": Told("ombytninger prøvet: {}", "count"),
    "weights": Told("vægte: {}", "text"),
    "drawn": Told("{}", "text"),
    "assumption": Told("", "text"),
    "estimator": Told("beregnet ved {}", "text"),
    "why": Told("{}", "reason"),
    "not_measurable": Told("{}", "reason"),
}
"""Figure → how it is told. `low` and `high` stand in the interval of `change`."""
FIGURES_OF = {
    "check.few_areas": {
        "treated": Told("områder med indsats: {}", "count"),
        "comparison": Told("områder til sammenligning: {}", "count"),
    },
}
"""Finding → figures that mean something else there."""
BETWEEN = {"last_window": "det sidste vindue før start"}
"""Names of what a change with its limits (`<name>_change`, `_low`, `_high`) is between; two windows are named by their ids."""
SIDES = {"_treated": "indsats", "_comparison": "sammenligning", "_before": "før", "_after": "efter"}
"""What the end of a figure's name says of whom or when it is, where the whole name has no words of its own."""
CODES = {
    "signs": "fortegn",
    "webb": "Webbs",
    "all": "alle mulige",
    "sample": "en stikprøve",
    "person": "personer",
    "area": "områder",
    "yes": "ja",
    "no": "nej",
    **{name: way.name.lower() for name, way in ESTIMATORS.items()},
}
"""Words for figures that are text."""
SHELVES = {
    "indicators": "",
    "scales": "skala",
    "stays": "ophold",
    "tariffs": "takster",
    "populations": "standardbefolkning",
    "pension_ages": "alder",
}
"""What kind of definition stands before its name."""


def told_of(name: str, finding: str = "") -> Told | None:
    """How a figure of a finding is told: by its whole name, or by the name without the side that ends it."""
    known = FIGURES | FIGURES_OF.get(finding, {})
    if name in known:
        return known[name]
    for end, side in SIDES.items():
        base = known.get(name.removesuffix(end)) if name.endswith(end) else None
        if base is not None and base.phrase:
            return Told(f"{base.phrase} ({side})", base.kind)
    return None


def place_of(name: str) -> int:
    """The place of a figure among the others: as the words stand here, and those without words last."""
    order = list(FIGURES)
    for candidate in (name, *(name.removesuffix(end) for end in SIDES)):
        if candidate in FIGURES:
            return order.index(candidate)
    return len(order)
