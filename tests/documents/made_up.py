"""Statement facts as the invented page one of the first contract would have them; every test changes what it needs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from maalbar.documents.facts import (
    ApprovalFact,
    CohortFact,
    ComputationFact,
    EffectFact,
    InvestorFact,
    LedgerFact,
    PaymentFact,
    RateFact,
    StatementFacts,
)

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
    value_minor={"region": 310_000_00, "kommune": 120_000_00, "stat": 45_000_00},
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
