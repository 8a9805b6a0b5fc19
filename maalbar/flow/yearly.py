"""The yearly report of a period: from the evidence of the settlement that the parties approved to its files.

Earlier reports of the contract are what the public knows: each settlement's is judged by those before it, so that no count of
few can be worked out from two of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from maalbar import definitions, proposals
from maalbar.database import transaction
from maalbar.documents.facts import EffectFact, StatementFacts
from maalbar.documents.language import LANGUAGES, Language
from maalbar.documents.yearly.facts import ArmsFact, PaidFact, RatesFact, ResponseCourse, YearlyFacts
from maalbar.documents.yearly.layout import laid_out
from maalbar.errors import SettlementRefused
from maalbar.flow import amounts
from maalbar.flow.cohort_figures import ARMS
from maalbar.flow.evidence import Evidence
from maalbar.flow.figures import paid_basis
from maalbar.flow.statement import evidence_of, newest, standing
from maalbar.flow.statement_facts import of_period, statement_facts
from maalbar.flow.yearly_counts import (
    PROFILE,
    Figures,
    is_survey,
    public_figures,
    shown,
    units_of,
    worth_rests_on,
)
from maalbar.proposals import POSTED
from maalbar.store import sha256_of, write_atomically
from maalbar.suppressed import SUPPRESSED, Suppressed
from transforms.disclosure import Key, Released, key


@dataclass(frozen=True)
class WrittenReport:
    """One file of a yearly report, and its hash."""

    path: Path
    language: Language
    sha256: str


def yearly_report(
    contract_id: str, period: str, folder: Path, languages: tuple[Language, ...] = LANGUAGES
) -> tuple[int, list[WrittenReport]]:
    """Write the yearly report of a period into a folder; return the settlement it is of, and the files, PDF before HTML.

    Again writes the same bytes, until a later settlement says otherwise of the period. Raises SettlementRefused when the period
    is not approved and posted.
    """
    number, told = report_facts(contract_id, period, languages)
    written = []
    for facts in told:
        for name, data in laid_out(facts).items():
            write_atomically(folder / name, data, mode=0o644)
            written.append(WrittenReport(folder / name, facts.statement.language, sha256_of(data)))
    return number, written


def report_facts(
    contract_id: str, period: str, languages: tuple[Language, ...] = LANGUAGES
) -> tuple[int, list[YearlyFacts]]:
    """The settlement that the report of a period is of, and what it says in each language, also where a later one says otherwise.

    Raises SettlementRefused when the period is not approved and posted.
    """
    number = _approved(contract_id, period)
    evidence, periods = evidence_of(contract_id, number)
    told = of_period(evidence, period, periods)
    figures, _ = public_figures(told, period, list(_earlier(contract_id, number)))
    return number, in_languages(told, period, figures, PROFILE, languages)


def in_languages(
    evidence: Evidence, period: str, figures: Figures, profile: str, languages: tuple[Language, ...] = LANGUAGES
) -> list[YearlyFacts]:
    """What the report says in each language, of figures that may leave under a profile, and whether it still holds."""
    told_in = standing(evidence.contract.id, evidence.proposal["number"], period).told_in
    found = []
    for language in languages:
        before = evidence.before and replace(evidence.before, language=language)
        facts = yearly_facts(replace(evidence, language=language, before=before), period, figures)
        found.append(replace(facts, profile=profile, superseded_in=told_in))
    return found


def _approved(contract_id: str, period: str) -> int:
    """The newest posted settlement that has a statement of the period."""
    number = newest(contract_id, period)
    with transaction() as connection:
        state = proposals.get(connection, contract_id, number)["state"]
    if state != POSTED:
        raise SettlementRefused(
            f"period {period} is not approved and posted, and nothing of it may leave",
            where=contract_id,
            mend="write the report when the parties have approved the settlement",
        )
    return number


def _earlier(contract_id: str, number: int) -> Iterator[Released]:
    """The report of every settlement posted before, as it would have left."""
    with transaction() as connection:
        rows = proposals.all_of(connection, contract_id)
    found: list[Released] = []
    for row in rows:
        if row["number"] < number and row["state"] == POSTED:
            evidence, _ = evidence_of(contract_id, row["number"])
            _, released = public_figures(evidence, row["through"], found)
            found.append(released)
    yield from found


def yearly_facts(evidence: Evidence, period: str, figures: Figures) -> YearlyFacts:
    """Everything the report says, from the statement's facts and the figures that may leave.

    A figure that the statement withholds even from the parties is withheld here too.
    """
    statement = _countless(statement_facts(evidence, period), figures)
    withheld = _withheld(statement)
    figures = {name: figure for name, figure in figures.items() if name not in withheld}
    return YearlyFacts(
        statement=statement,
        treated=shown(figures, key("followed", {"arm": "treated", "until": period})),
        comparison=shown(figures, key("followed", {"arm": "comparison", "until": period})),
        rates=_rates(evidence, period, statement.effects[0].outcome, figures),
        responses=tuple(_responses(evidence, period, figures)),
        mortality=tuple(_mortality(evidence, period, figures)),
        paid=tuple(_paid(evidence, period)),
        worth_minor=_worth(evidence, period, statement, figures),
        profile=PROFILE,
        so_far=_so_far(evidence, period),
    )


def _so_far(evidence: Evidence, period: str) -> tuple[str, ...]:
    """Over more than one period: in the first there is nothing to tell apart."""
    if period == evidence.contract.calendar.followed[0].id:
        return ()
    return tuple(o for o in evidence.contract.outcomes if paid_basis(evidence, o) == "cumulative")


def _withheld(statement: StatementFacts) -> set[Key]:
    """What the statement does not show: of a change and the rates beside it the last one could be worked out.

    Of answers only where it does not tell how many there are. Where it leaves out the percentage alone, that is because the exact
    answers beside it would tell how many could have answered; here neither stands, and what is told is judged by itself.
    """
    rates = {("rate", row.outcome, row.window, row.arm) for row in statement.rates if row.value is None}
    answers = {("response", row.outcome, row.window, row.arm) for row in statement.responses if row.answers is None}
    found = {
        key(measure, {"outcome": outcome, "window": window, "arm": arm})
        for measure, outcome, window, arm in rates | answers
    }
    for row in statement.followed:
        if row.counts.get("deaths", 0) is None:
            found.add(key("mortality", {"arm": row.arm, "window": row.period}))
    members = {"treated": statement.cohort.treated, "comparison": statement.cohort.comparison}
    return found | {
        key("followed", {"arm": arm, "until": statement.period}) for arm, count in members.items() if count is None
    }


def _countless(statement: StatementFacts, figures: Figures) -> StatementFacts:
    """The statement, in which a counted outcome that may not leave says so."""

    def told(effect: EffectFact, period: str) -> EffectFact:
        if effect.contrast != "count" or effect.change is None:
            return effect
        if not isinstance(figures.get(units_of(effect.outcome, period), SUPPRESSED), Suppressed):
            return effect
        return replace(effect, change=None, low=None, high=None, not_measurable="few_counted")

    return replace(
        statement,
        effects=tuple(told(effect, statement.period) for effect in statement.effects),
        course={p: tuple(told(effect, p) for effect in found) for p, found in statement.course.items()},
    )


def _rates(evidence: Evidence, period: str, outcome: str, figures: Figures) -> RatesFact | None:
    """The leading outcome in both arms, from the last window before the start; None of a survey or a count."""
    contract = evidence.contract
    rows = {(row["window_id"], row["arm"]) for row in evidence.values[period] if row["outcome"] == outcome}
    if not rows or is_survey(contract, outcome) or contract.outcomes[outcome].estimator == "count":
        return None
    windows = [w.id for w in contract.baseline.windows][-1:] + [p.id for p in contract.calendar.until(period)]
    arms = _arms("rate", windows, rows, figures, outcome)
    unit = definitions.indicator(contract.outcomes[outcome].indicator).unit[evidence.language]
    return RatesFact(contract.outcomes[outcome].title[evidence.language], unit, arms)


def _arms(
    measure: str, windows: list[str], measured: set[tuple[str, str]], figures: Figures, outcome: str = ""
) -> tuple[ArmsFact, ...]:
    def figure(window: str, arm: str) -> Key:
        return key(measure, {"arm": arm, "window": window} | ({"outcome": outcome} if outcome else {}))

    return tuple(
        ArmsFact(
            window,
            *(shown(figures, figure(window, arm), is_measured=(window, arm) in measured) for arm in ARMS),
        )
        for window in windows
    )


def _responses(evidence: Evidence, period: str, figures: Figures) -> Iterator[ResponseCourse]:
    contract = evidence.contract
    windows = [p.id for p in contract.calendar.until(period)]
    found: dict[tuple[ArmsFact, ...], list[str]] = {}
    for outcome in contract.outcomes:
        if not is_survey(contract, outcome):
            continue
        rows = {
            (row["window_id"], row["arm"])
            for row in evidence.values[period]
            if row["outcome"] == outcome and row["invited"] is not None
        }
        arms = _arms("response", windows, rows, figures, outcome)
        found.setdefault(arms, []).append(contract.outcomes[outcome].title[evidence.language])
    for arms, titles in found.items():
        yield ResponseCourse(tuple(titles), arms)


def _mortality(evidence: Evidence, period: str, figures: Figures) -> Iterator[ArmsFact]:
    contract, cohort = evidence.contract, evidence.measurements[period]["cohort"]
    if cohort["kind"] != "open":
        measured = {(row["window_id"], row["arm"]) for row in cohort.get("windows", ())}
        yield from _arms("mortality", [p.id for p in contract.calendar.until(period)], measured, figures)


def _paid(evidence: Evidence, period: str) -> Iterator[PaidFact]:
    """What is owed under each cap that a payer has, by the period that it concerns; each cap once."""
    contract = evidence.contract
    order = [p.id for p in contract.calendar.until(period)]
    shares = [share for outcome in contract.outcomes.values() for share in outcome.payments]
    pairs = [(contract.acting_for(s.payer, period), contract.acting_for(s.recipient, period)) for s in shares]
    pairs += [(entry["payer"], entry["recipient"]) for entry in evidence.entries]
    told: set[tuple[str, str | None]] = set()
    for payer, recipient in dict.fromkeys(pairs):
        payers, recipients = (amounts.and_before(contract, party, period) for party in (payer, recipient))
        cap = amounts.cap_of(evidence, payers, recipients)
        within = recipient if cap and cap.recipient is not None else None
        if (payer, within) in told:
            continue
        told.add((payer, within))
        mine = [
            entry for entry in evidence.entries
            if entry["payer"] in payers and (within is None or entry["recipient"] in recipients)
        ]  # fmt: skip
        by_period = {p: sum(e["amount_minor"] for e in mine if e["period"] == p) for p in order}
        name = contract.parties[within].name if within else None
        yield PaidFact(contract.parties[payer].name, name, by_period, cap.maximum.minor if cap else None)


def _worth(evidence: Evidence, period: str, statement: StatementFacts, figures: Figures) -> dict[str, int | Suppressed]:
    """Bearer → the worth over all outcomes; withheld where the count of any may not leave."""
    contract = evidence.contract
    hidden = {
        contract.title_of(unit.outcome)[evidence.language]
        for unit in (contract.value.units if contract.value else ())
        if isinstance(figures.get(worth_rests_on(unit.outcome, period), SUPPRESSED), Suppressed)
    }
    sums: dict[str, int | Suppressed] = {}
    for value in statement.values:
        for bearer, minor in value.worth_minor.items():
            before = sums.get(bearer, 0)
            if minor is None or value.title in hidden or isinstance(before, Suppressed):
                sums[bearer] = SUPPRESSED
            else:
                sums[bearer] = before + minor
    return sums
