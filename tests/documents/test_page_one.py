"""Page one: nine lines, in the words a committee reads."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from maalbar.documents.wording import page_one, rehearsal_mark

from .made_up import DSI, KOMMUNE, LBF, REGION, STATEMENT, effect, payment, statement

EXPECTED = [
    (
        "Opgørelse 2: 1. juli 2027–30. juni 2028, Plads til Forskel. Status: UDKAST. Vilkår er illustrative, ikke aftalt. "
        "Afsendere: alle parter."
    ),
    (
        "Region Midtjylland betaler 412.000 kr. til Den Sociale Investeringsfond senest 15. december 2028. "
        "Afregnet i alt, med denne opgørelse: 730.000 af højst 3.600.000 kr.; 2.870.000 kr. tilbage."
    ),
    (
        "Resultat: 7 % færre akutte hospitalskontakter end ventet uden indsatsen "
        "(95 %-interval: 20 % færre til 8 % flere). Mål: 10 %."
    ),
    (
        "Sikkerhed: Usikkert; intervallet går hen over 0, så det kan ikke udelukkes, at der ingen effekt er. "
        "Mindste effekt, målingen kan påvise: 19 %. "
        "Uden effekt ville vilkårene i gennemsnit udløse 182.000 kr."
    ),
    (
        "Livstilfredshed: +0,2 point (−0,3 til +0,7), svarprocent 46; mål 0,5 point. "
        "Sundhedskompetence: ikke målbar, fordi svarprocenten er 36 og skal være mindst 40; mål 5 point."
    ),
    (
        "Hvem: 1.003 beboere; 41 døde, 63 flyttet (tæller med). Sammenlignet med 2.900 i 21 områder; "
        "dødelighed 4,1 mod 4,0 pr. 100 personår."
    ),
    (
        "Beregnet værdi: region 241.500, kommune 84.000, stat 42.000 kr. (ikke nødvendigvis frigjort budget). "
        "Investor: indskudt 2.000.000, tilkommer i alt 730.000, heraf risikotillæg 78.214,29 kr."
    ),
    "Ændret siden sidst: rettet leverance, +18.000 kr.",
    (
        "Godkendt af Anne Holm, Region Midtjylland, Regionsrådets delegation, 3. december 2028; "
        "afventer Herning Kommune, Landsbyggefonden og Den Sociale Investeringsfond. "
        "Data kendt pr. 31. oktober 2028. Efterprøv: pas 7F3A90C2"
    ),
]


def test_page_one_has_the_nine_lines_of_the_description_word_for_word():
    assert page_one(STATEMENT) == EXPECTED


def test_an_approved_statement_on_agreed_terms_says_so():
    first = page_one(statement(approved=True, illustrative=False))[0]
    assert "Status: GODKENDT. Afsendere" in first
    assert "illustrative" not in first


def test_senders_are_named_when_a_party_is_missing_among_them():
    assert page_one(statement(senders=(REGION, DSI)))[0].endswith(f"Afsendere: {REGION} og {DSI}.")
    assert page_one(statement(senders=(REGION,)))[0].endswith(f"Afsender: {REGION}.")


def test_a_statement_with_only_awaited_answers_names_those_it_awaits():
    approvals = tuple(replace(a, name=None, authority=None, answered_on=None) for a in STATEMENT.approvals)
    assert page_one(statement(approvals=approvals))[8].startswith(
        f"Ingen har godkendt endnu; afventer {REGION}, {KOMMUNE}, {LBF} og {DSI}. Data kendt"
    )


def test_a_statement_that_all_have_approved_awaits_no_one():
    approvals = tuple(
        replace(a, name="N. N.", authority="fuldmagt", answered_on=date(2028, 12, 1)) for a in STATEMENT.approvals
    )
    assert "afventer" not in page_one(statement(approvals=approvals))[8]


PAYMENTS = {
    "money back": (
        payment(amount_minor=-18_000_50),
        f"{DSI} betaler 18.000,50 kr. tilbage til {REGION} senest 15. december 2028. Afregnet i alt, med denne opgørelse: ",
    ),
    "nothing more": (
        payment(amount_minor=0),
        f"{REGION} betaler intet til {DSI}: resultatet giver efter vilkårene ikke mere end det, der allerede er afregnet. ",
    ),
    "nothing at all": (
        payment(amount_minor=0, settled_minor=0),
        f"{REGION} betaler intet til {DSI}: resultatet giver efter vilkårene ingen betaling. "
        "Afregnet i alt, med denne opgørelse: 0 af højst",
    ),
    "cap reached": (
        payment(amount_minor=0, settled_minor=3_600_000_00, left_minor=0),
        f"{REGION} betaler intet til {DSI}: loftet er nået. "
        "Afregnet i alt, med denne opgørelse: 3.600.000 af højst 3.600.000 kr.; 0 kr. tilbage.",
    ),
    "no cap": (
        payment(cap_minor=None, left_minor=None),
        "Afregnet i alt, med denne opgørelse: 730.000 kr.; intet loft.",
    ),
    "to oneself": (
        payment(payer=LBF, recipient=LBF),
        f"{LBF} betaler 412.000 kr. til {LBF} (sig selv; bogføres brutto) senest",
    ),
}


@pytest.mark.parametrize(("paid", "expected"), PAYMENTS.values(), ids=PAYMENTS.keys())
def test_a_payment_is_said_plainly(paid, expected):
    assert expected in page_one(statement(payments=(paid,)))[1]


def test_two_payments_under_one_cap_tell_it_once():
    both = (payment(recipient=LBF), payment(), payment(payer=KOMMUNE))
    line = page_one(statement(payments=both))[1]
    assert line.count("Afregnet i alt") == 2, "once for the region, once for the town"
    assert f"til {LBF} senest 15. december 2028. {REGION} betaler" in line


def test_a_target_has_all_its_decimals_and_a_missed_one_does_not_look_reached():
    lead = effect(
        contrast="difference", unit="point", title="Trivsel", better="higher", change=Decimal("0.481"), low=Decimal("0.185"),
        high=Decimal("0.777"), target=Decimal("0.5"),
    )  # fmt: skip
    line = page_one(statement(effects=(lead, lead)))
    assert "Trivsel +0,48 point i forhold" in line[2] and "Mål: 0,5 point." in line[2]
    assert line[4] == "Trivsel: +0,48 point (+0,19 til +0,78); mål 0,5 point."
    assert "Mål: 0,25 point." in page_one(statement(effects=(replace(lead, target=Decimal("0.25")),)))[2]


def test_every_pair_of_payer_and_recipient_has_its_sentence_in_the_same_line():
    lines = page_one(statement(payments=(payment(), payment(payer=KOMMUNE, amount_minor=137_333_33))))
    assert len(lines) == 9
    assert f"{REGION} betaler 412.000 kr. til" in lines[1]
    assert f"{KOMMUNE} betaler 137.333,33 kr. til" in lines[1]


def test_no_payment_because_nothing_could_be_measured_gives_that_reason():
    blind = effect(change=None, low=None, high=None, detectable=None, not_measurable="leverancen mangler.")
    lines = page_one(statement(payments=(), effects=(blind,)))
    assert lines[1] == "Ingen betaling: det, der betales for, er ikke målbart."
    assert lines[2] == "Resultat: Akutte hospitalskontakter: ikke målbar, fordi leverancen mangler. Mål: 10 %."
    assert lines[3].startswith("Sikkerhed: Kan ikke vurderes, for resultatet er ikke målbart. Uden effekt")
    assert lines[4] == "Andre resultater: ingen i kontrakten."


RESULTS = {
    "a rise": (effect(change=Decimal("0.03")), "3 % flere akutte hospitalskontakter end ventet"),
    "nothing": (effect(change=Decimal("0.000")), "Akutte hospitalskontakter som ventet uden indsatsen"),
    "almost nothing keeps its sign": (effect(change=Decimal("-0.004")), "0,4 % færre akutte hospitalskontakter"),
    "almost the target is not the target": (effect(change=Decimal("-0.097")), "9,7 % færre akutte"),
    "what cannot be counted": (
        effect(title="Børnenes skolefravær", unit="dage pr. personår"),
        "Børnenes skolefravær 7 % lavere end ventet uden indsatsen (95 %-interval: 20 % lavere til 8 % højere).",
    ),
    "no target": (effect(target=None), "Intet mål aftalt."),
    "half a percent of target": (effect(target=Decimal("-0.075")), "Mål: 7,5 %."),
    "a difference": (
        effect(contrast="difference", unit="point", title="Trivsel", better="higher", change=Decimal("0.25"),
               low=Decimal("-0.3"), high=Decimal("0.8"), target=Decimal("0.5")),
        "Trivsel +0,3 point i forhold til ventet uden indsatsen (95 %-interval: −0,3 til +0,8). Mål: 0,5 point.",
    ),
    "a count": (
        effect(contrast="count", unit="planer", title="Handleplaner", change=Decimal(1012), low=None, high=None,
               target=Decimal(1200)),
        "Resultat: Handleplaner: 1.012. Mål: 1.200.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("lead", "expected"), RESULTS.values(), ids=RESULTS.keys())
def test_a_result_is_said_without_misleading(lead, expected):
    assert expected in page_one(statement(effects=(lead,)))[2]


def test_a_clear_change_is_called_an_improvement_or_a_deterioration():
    better = effect(low=Decimal("-0.2"), high=Decimal("-0.01"))
    worse = effect(change=Decimal("0.1"), low=Decimal("0.02"), high=Decimal("0.2"))
    assert "Rimelig sikkert en forbedring;" in page_one(statement(effects=(better,)))[3]
    assert "Rimelig sikkert en forværring;" in page_one(statement(effects=(worse,)))[3]


def test_withheld_numbers_are_marked_and_never_zero_or_blank():
    hidden = replace(STATEMENT.cohort, died=None, moved=None)
    assert page_one(statement(cohort=hidden))[5] == (
        "Hvem: 1.003 beboere; antal døde er skjult, antal flyttede er skjult (tæller med). "
        "Sammenlignet med 2.900 i 21 områder; dødelighed skjult mod 4,0 pr. 100 personår."
    )


def test_a_comparison_without_areas_is_of_persons():
    line = page_one(statement(cohort=replace(STATEMENT.cohort, comparison_areas=0)))[5]
    assert line.startswith("Hvem: 1.003 personer;")
    assert "Sammenlignet med 2.900;" in line


def test_no_changes_and_several_changes():
    assert page_one(statement(changes=()))[7] == "Ændret siden sidst: Ingen ændringer."
    changes = (("rettet leverance", -18_000_50), ("slettet person", 0))
    assert page_one(statement(changes=changes))[7] == (
        "Ændret siden sidst: rettet leverance, −18.000,50 kr.; slettet person, 0 kr."
    )


def test_two_investors_are_named():
    other = replace(STATEMENT.investors[0], investor=LBF, paid_in_minor=1_000_000_00)
    line = page_one(statement(investors=(*STATEMENT.investors, other)))[6]
    assert (
        f"Investorer: {DSI} indskudt 2.000.000, tilkommer i alt 730.000, heraf risikotillæg 78.214,29 kr.; {LBF} indskudt"
        in line
    )


def test_the_rehearsal_mark_says_how_far_the_dates_moved():
    assert rehearsal_mark(STATEMENT) is None
    assert rehearsal_mark(statement(rehearsal_years=-6, approvals=())) == (
        "ØVELSE: datoer flyttet 6 år tilbage; tal fra simulerede leverancer"
    )
    # The dates of the answers are no rehearsed ones, and lie after the days of payment.
    assert str(rehearsal_mark(statement(rehearsal_years=-6))).endswith("; godkendt på øvelsens egen dag")
    assert rehearsal_mark(statement(rehearsal_years=0)) == "ØVELSE: tal fra simulerede leverancer"
