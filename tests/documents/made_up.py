"""Statement facts as the invented page one of the first contract would have them; every test changes what it needs."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from maalbar.documents.facts import (
    ApprovalFact,
    CohortFact,
    ComputationFact,
    CorrectedEffect,
    EffectFact,
    RateFact,
    ResponseFact,
    StatementFacts,
    ValueFact,
)
from maalbar.documents.findings import EntryFact, Figure, Finding, FollowedFact, MortalityFact, RatedFact
from maalbar.documents.money_facts import CorrectedPayment, InvestorFact, LedgerFact, PaymentFact
from maalbar.documents.rejections import RejectedFact, SaidFact

REGION, KOMMUNE = "Region Midtjylland", "Herning Kommune"
DSI, LBF = "Den Sociale Investeringsfond", "Landsbyggefonden"


def effect(**changed: Any) -> EffectFact:
    """7 % fewer acute contacts, uncertain."""
    return replace(ACUTE, **changed)


def payment(**changed: Any) -> PaymentFact:
    return replace(PAYMENT, **changed)


def statement(**changed: Any) -> StatementFacts:
    """Opgørelse 2 of Plads til Forskel as page one of the contract's description has it."""
    return replace(STATEMENT, **changed)


def _ratio(change: str, low: str, high: str) -> EffectFact:
    return effect(change=Decimal(change), low=Decimal(low), high=Decimal(high))


ACUTE = EffectFact(
    outcome="acute_contacts",
    title="Akutte hospitalskontakter",
    contrast="ratio",
    unit="kontakter pr. personår",
    better="lower",
    change=Decimal("-0.07"),
    low=Decimal("-0.20"),
    high=Decimal("0.08"),
    target=Decimal("-0.10"),
    detectable=Decimal("-0.19"),
    p_value=Decimal("0.337"),
    not_measurable=None,
    response_percent=None,
    paid=True,
)
LIFE = replace(
    ACUTE,
    outcome="life_satisfaction",
    title="Livstilfredshed",
    contrast="difference",
    unit="point",
    better="higher",
    change=Decimal("0.2"),
    low=Decimal("-0.3"),
    high=Decimal("0.7"),
    target=Decimal("0.5"),
    detectable=Decimal("0.7"),
    p_value=Decimal("0.41"),
    response_percent=46,
)
LITERACY = replace(
    LIFE,
    outcome="health_literacy",
    title="Sundhedskompetence",
    change=None,
    low=None,
    high=None,
    target=Decimal(5),
    detectable=None,
    p_value=None,
    not_measurable="svarprocenten er 36 og skal være mindst 40",
    response_percent=36,
)
GP = replace(
    ACUTE,
    outcome="gp_contacts",
    title="Kontakter til almen praksis i dagtid",
    change=Decimal("0.021"),
    low=Decimal("-0.03"),
    high=Decimal("0.07"),
    target=None,
    p_value=Decimal("0.0004"),
    paid=False,
)
PAYMENT = PaymentFact(REGION, DSI, 412_000_00, date(2028, 12, 15), 730_000_00, 3_600_000_00, 2_870_000_00)
PERIODS = tuple((str(n), date(2025 + n, 7, 1), date(2026 + n, 7, 1)) for n in range(1, 6))


def _rates() -> tuple[RateFact, ...]:
    rows = []
    for step, window in enumerate(("b1", "b2", "b3", "1", "2")):
        for arm, people in (("treated", 1003 - step), ("comparison", 2900 - step)):
            years = Decimal(people) - Decimal("20.5")
            events = people * (41 - step) // 100
            value = (events / years).quantize(Decimal("0.0001"))
            rows.append(RateFact("acute_contacts", ACUTE.title, window, arm, people, years, events, value, ACUTE.unit))
            hidden = window == "b1" and arm == "treated"
            score = None if hidden else Decimal("7.12") + step
            rows.append(
                RateFact(
                    "life_satisfaction",
                    "Livstilfredshed",
                    window,
                    arm,
                    None if hidden else 460,
                    None,
                    None,
                    score,
                    "point",
                )
            )
    return tuple(rows)


STATEMENT = StatementFacts(
    contract_id="plads_til_forskel",
    contract_name="Plads til Forskel",
    period="2",
    start=date(2027, 7, 1),
    end=date(2028, 7, 1),
    currency="DKK",
    approved=False,
    illustrative=True,
    rehearsal_years=None,
    senders=(REGION, KOMMUNE, LBF, DSI),
    payments=(PAYMENT,),
    effects=(ACUTE, LIFE, LITERACY, GP),
    expected_without_effect_minor=182_000_00,
    cohort=CohortFact(1003, 41, 63, 2900, 21, Decimal("4.1"), Decimal("4.0")),
    values=(
        ValueFact(
            ACUTE.title,
            Decimal(465),
            Decimal(500),
            12_000_00,
            {"region": Decimal("0.7"), "kommune": Decimal("0.2"), "stat": Decimal("0.1")},
            {"region": 294_000_00, "kommune": 84_000_00, "stat": 42_000_00},
        ),
        ValueFact(
            GP.title,
            Decimal(10_210),
            Decimal(10_000),
            250_00,
            {"region": Decimal(1)},
            {"region": -52_500_00},
        ),
    ),
    investors=(InvestorFact(DSI, 2_000_000_00, 651_785_71, 78_214_29),),
    changes=(("rettet leverance", 18_000_00),),
    approvals=(
        ApprovalFact(REGION, "Anne Holm", "Regionsrådets delegation", date(2028, 12, 3)),
        ApprovalFact(KOMMUNE, None, None, None),
        ApprovalFact(LBF, None, None, None),
        ApprovalFact(DSI, None, None, None),
    ),
    data_known_as_at=date(2028, 10, 31),
    passport={
        "id": "7F3A90C2",
        "terms": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "code": "0.1.0 (a1b2c3d)",
        "levering hospital_contacts, periode 2": "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
    },
    rates=_rates(),
    course={"1": (_ratio("-0.04", "-0.19", "0.13"), LIFE), "2": (_ratio("-0.09", "-0.24", "0.06"), LIFE)},
    all_periods=PERIODS,
    computation=(
        ComputationFact(
            "Akutte hospitalskontakter",
            (
                "Målt effekt til og med periode 2: 7 % færre, målet er 10 %; det giver 70 % af det højeste beløb.",
                "Højeste beløb for to af fem perioder er 1.390.476 kr.; 70 % deraf er 973.333 kr.",
                "Region Midtjylland bærer 75 %: 730.000 kr.; allerede betalt er 318.000 kr., så der mangler 412.000 kr.",
            ),
        ),
    ),
    ledger=(
        LedgerFact(1, 1, "1", "acute_contacts", REGION, DSI, "principal", 283_928_57),
        LedgerFact(2, 1, "1", "acute_contacts", REGION, DSI, "premium", 34_071_43),
    ),
    terms_in_words=(
        "Akutte hospitalskontakter betales i forhold til målet: 10 % færre giver 4.200.000 kr. i alt over fem perioder.",
        "Risikotillægget er 12 % af den tilbagebetalte hovedstol.",
    ),
    definitions=(("acute_hospital_contacts@1", "Kontakter i LPR3 med prioritet ATA1, fysiske og virtuelle sammen."),),
)


def looked(name: str, verdict: str = "shown", **figures: Figure) -> Finding:
    """One finding; numbers given as text are exact."""
    told = {
        key: Decimal(value) if isinstance(value, str) and _is_number(value) else value for key, value in figures.items()
    }
    return Finding(name, verdict, told)


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdigit()


def diagnosed(**changed: Any) -> StatementFacts:
    """The made-up statement with everything that a measurement by areas finds: cohort, rates, checks, variants, reserve."""
    acute = effect(
        estimator="difference_in_differences", clusters="area", is_approximate=True, is_significant=False,
        power=Decimal("0.31"), findings=ACUTE_FINDINGS, censor=("left_municipality",),
    )  # fmt: skip
    life = replace(LIFE, estimator="difference_in_differences", findings=LIFE_FINDINGS, is_significant=False)
    literacy = replace(LITERACY, estimator="difference_in_differences")
    gp = replace(GP, estimator="before_after", findings=(looked("check.regression_to_the_mean", "broken"),))
    made = {
        "effects": (acute, life, literacy, gp),
        "entries": tuple(_entries()),
        "followed": tuple(_followed()),
        "mortality": MORTALITY,
        "rates": tuple(_with_intervals(rate) for rate in _rates()),
        "responses": RESPONSES,
        "standard": "indsatsgruppen, som den var, da den kom ind, efter alder, køn og ydelse ved start",
        "known_before": "mindst 1 i de sidste 24 måneder før start af hospitalskontakter",
        "definitions": (
            *STATEMENT.definitions,
            ("ophold sygehusophold@1", "Fremmøder med højst 4 timer imellem; indlæggelse fra 12 timer."),
            ("alder folkepension@1", "Den alder, hvor retten til folkepension begynder, efter fødselsdato."),
        ),
    }
    return statement(**(made | changed))


ACUTE_FINDINGS = (
    looked("check.area_shocks", deviation="0.030000", correlation="0.008000", p_value="0.210000"),
    looked("check.few_areas", "held", assumption="areas_alike", treated=3, comparison=21, smallest_p="0.000494"),
    looked("check.placebo", "held", change="0.013000", low="-0.110000", high="0.154000", p_value="0.812000"),
    looked(
        "check.pre_trend", "broken", assumption="arms_change_alike", p_value="0.041000", detectable="0.090000",
        b1_b2_change="-0.061000", b1_b2_low="-0.118000", b1_b2_high="-0.001000",
        b2_b3_change="0.010000", b2_b3_low="-0.050000", b2_b3_high="0.070000",
    ),
    looked("check.regression_to_the_mean", "held", selected_on_use="no", last_window_change="-0.010000", p_value="0.700000"),
    looked("check.same_change_without", "untested", assumption="arms_change_alike_after_start", why="beyond_data"),
    looked("estimator.before_after", change="-0.110000", low="-0.190000", high="-0.020000", p_value="0.019000"),
    looked("estimator.matched_comparison", "untested", not_measurable="imbalance: 0.31; 0.25", why="imbalance: 0.31; 0.25"),
    looked(
        "planning", target="0.100000", power_before="0.280000", detectable_before="0.210000", power_after="0.310000",
        detectable_after="0.190000",
    ),
    looked(
        "variant.by_wave", change="-0.075000", low="-0.210000", high="0.080000", standard_error="0.070000", p_value="0.300000",
        w1_1_change="-0.060000", w1_1_low="-0.190000", w1_1_high="0.090000", w1_2_change="-0.090000", w1_2_low="-0.240000",
        w1_2_high="0.080000", w2_2_not_measurable="few_events: treated_after; 10",
    ),
    looked("variant.crossovers_censored", change="-0.068000", low="-0.199000", high="0.085000", p_value="0.360000"),
    looked("variant.first_wave", change="-0.094000", low="-0.260000", high="0.108000", p_value="0.330000"),
    looked("variant.permutation", p_value="0.310000", smallest_p="0.000494", assignments=2024, tried=2024),
    looked("variant.wild_bootstrap", p_value="0.352000", weights="webb", draws=9999, drawn="sample"),
    looked("variant.without_last_days", change="-0.055000", low="-0.181000", high="0.090000", p_value="0.440000"),
)  # fmt: skip
LIFE_FINDINGS = (
    looked(
        "check.response", "held", invited_treated=980, answered_treated=451, response_treated="0.460000",
        invited_comparison=2800, answered_comparison=1400, response_comparison="0.500000", min_response="0.400000",
        max_gap="0.100000",
    ),
    looked("check.unheard_of", "held", persons=None, something="0.123456"),
    looked("variant.paired", change="0.150000", low="-0.310000", high="0.610000", p_value="0.520000"),
    looked("variant.weighted", change="0.230000", low="-0.290000", high="0.750000", p_value="0.390000"),
)  # fmt: skip
MORTALITY = MortalityFact(
    {"treated": 41, "comparison": 118},
    {"treated": Decimal("1003.2"), "comparison": Decimal("2950.7")},
    {
        "treated": RatedFact(Decimal("4.09"), Decimal("2.93"), Decimal("5.54")),
        "comparison": RatedFact(Decimal("4.00"), Decimal("3.31"), Decimal("4.79")),
    },
    RatedFact(Decimal("1.02"), Decimal("0.71"), Decimal("1.46")),
    "held",
)
RESPONSES = tuple(
    ResponseFact("life_satisfaction", window, arm, answers, asked, percent)
    for window, arm, answers, asked, percent in (
        ("b3", "treated", 512, None, None), ("b3", "comparison", 1490, None, None),
        ("1", "treated", 470, 990, 47), ("1", "comparison", 1423, 2860, 50),
        ("2", "treated", 451, 980, 46), ("2", "comparison", None, 2800, None),
    )
)  # fmt: skip


def _entries() -> list[EntryFact]:
    rows = []
    for arm, size in (("treated", 1), ("comparison", 3)):
        for wave, entered in (("w1", 820), ("w2", 110), ("w3", 73)):
            steps: dict[str, int | None] = {
                "residents": 3100 * size, "entered_earlier": 0 if wave == "w1" else 800 * size, "care_home": 44 * size,
                "residence": 130 * size, "age_or_benefit": 2000 * size, "earlier_use": 0, "entered": entered * size,
                "known_before": entered * size // 2,
            }  # fmt: skip
            if (arm, wave) == ("treated", "w3"):
                steps |= {"care_home": None, "residence": None}
            rows.append(EntryFact(arm, wave, steps))
    return rows


def _followed() -> list[FollowedFact]:
    rows = []
    for period, persons in (("1", 820), ("2", 905)):
        for arm, size in (("treated", 1), ("comparison", 3)):
            counts: dict[str, int | None] = {
                "persons": persons * size, "deaths": 20 * size, "emigrated": None if size == 1 else 9,
                "censored": 0, "present_at_end": None if size == 1 else (persons - 20) * size - 9,
                "movers": 31 * size, "crossovers": 6,
            }  # fmt: skip
            rows.append(FollowedFact(arm, period, counts))
    return rows


def _with_intervals(rate: RateFact) -> RateFact:
    """Limits a tenth to each side, and a standardised rate but in the first window of the comparison."""
    if rate.value is None or rate.events is None:
        return rate
    if (rate.window, rate.arm) == ("b1", "comparison"):
        refused = "ingen er fulgt i grupper, der udgør 3,2 % af standardbefolkningen (2)"
        return replace(rate, low=rate.value * 9 / 10, high=rate.value * 11 / 10, standardised_refused=refused)
    value = rate.value * Decimal("1.04")
    return replace(
        rate, low=rate.value * 9 / 10, high=rate.value * 11 / 10,
        standardised=value, standardised_low=value * 9 / 10, standardised_high=value * 11 / 10,
    )  # fmt: skip


ENGLISH = {
    "Akutte hospitalskontakter": "Acute hospital contacts",
    "kontakter pr. personår": "contacts per person-year",
    "Livstilfredshed": "Life satisfaction",
    "point": "points",
    "Sundhedskompetence": "Health literacy",
    "svarprocenten er 36 og skal være mindst 40": "the response is 36% and must be at least 40%",
    "Kontakter til almen praksis i dagtid": "GP daytime contacts",
    "periode 1": "period 1",
    "rettet leverance": "corrected delivery",
    "levering hospital_contacts, periode 2": "delivery hospital_contacts, period 2",
    "Målt effekt til og med periode 2: 7 % færre, målet er 10 %; det giver 70 % af det højeste beløb.": "70%.",
    "Højeste beløb for to af fem perioder er 1.390.476 kr.; 70 % deraf er 973.333 kr.": "70% of 1,390,476 DKK is 973,333 DKK.",
    "Region Midtjylland bærer 75 %: 730.000 kr.; allerede betalt er 318.000 kr., så der mangler 412.000 kr.": "412,000 DKK.",
    "Akutte hospitalskontakter betales i forhold til målet: 10 % færre giver 4.200.000 kr. i alt over fem perioder.": "Terms.",
    "Risikotillægget er 12 % af den tilbagebetalte hovedstol.": "The risk premium is 12% of the principal paid back.",
    "Kontakter i LPR3 med prioritet ATA1, fysiske og virtuelle sammen.": "Contacts in LPR3 with priority ATA1.",
    "indsatsgruppen, som den var, da den kom ind, efter alder, køn og ydelse ved start": "the treated arm as it was at entry",
    "mindst 1 i de sidste 24 måneder før start af hospitalskontakter": "at least 1 in the last 24 months",
    "ophold sygehusophold@1": "stay sygehusophold@1",
    "Fremmøder med højst 4 timer imellem; indlæggelse fra 12 timer.": "Attendances at most 4 hours apart.",
    "alder folkepension@1": "age folkepension@1",
    "Den alder, hvor retten til folkepension begynder, efter fødselsdato.": "The age at which the state pension begins.",
    "ingen er fulgt i grupper, der udgør 3,2 % af standardbefolkningen (2)": "nobody is followed in 3.2% of the standard",
}
"""What the flow takes from a contract and its definitions in the reader's language."""
NAMES = ("Plads til Forskel", REGION, KOMMUNE, DSI, LBF, "Anne Holm", "Regionsrådets delegation")


def in_english(facts: StatementFacts) -> StatementFacts:
    """The same facts for a reader of English: texts that a contract has in both languages, and what it has in Danish alone."""
    return replace(_translated(facts), language="en", danish=NAMES)


def _translated(value: Any) -> Any:
    if isinstance(value, str):
        return ENGLISH.get(value, value)
    if isinstance(value, tuple):
        return tuple(_translated(part) for part in value)
    if isinstance(value, dict):
        return {_translated(key): _translated(part) for key, part in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        changed = {field.name: _translated(getattr(value, field.name)) for field in fields(value)}
        return replace(value, **changed)
    return value


def corrected(**changed: Any) -> StatementFacts:
    """The diagnosed statement, approved, in which period 1 is corrected: a payment each way, and its effect."""
    was, now = _ratio("-0.04", "-0.19", "0.13"), _ratio("-0.055", "-0.20", "0.12")
    blind = replace(LIFE, change=None, low=None, high=None, not_measurable="no_answers")
    return diagnosed(
        approved=True,
        settlement=3,
        changes=(("periode 1", 14_000_00),),
        corrected_payments=(
            CorrectedPayment("1", ACUTE.title, REGION, DSI, "principal", 283_928_57, 301_928_57),
            CorrectedPayment("1", "Livstilfredshed", LBF, LBF, "premium", 4_000_00, 0),
        ),
        corrected_effects=(CorrectedEffect("1", was, now), CorrectedEffect("1", blind, LIFE)),
        **changed,
    )


def rejected(**changed: Any) -> StatementFacts:
    """A statement after a proposal that the municipality said no to, and part of which the fund has given up."""
    said = (
        SaidFact("rejected", "Herning Kommune", "Bo Berg", date(2028, 11, 20), "7"),
        SaidFact("disputed", "Herning Kommune", "Bo Berg", date(2028, 11, 21), "8"),
        SaidFact("waived", DSI, "Eva Ek", date(2028, 11, 30), "9", 12_500_00),
    )
    return statement(rejected=(RejectedFact(2, ("1", "2"), said),), **changed)
