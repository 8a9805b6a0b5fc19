"""The Airflow DAGs of a contract's periods: one that measures, one that settles.

    <contract>__measure   await_deliveries → take_in → measure → propose        one run per period of the calendar
                                                                  ↓ asset `<contract>/proposed`, partition `contract|period`
    <contract>__settle    present → one approval per paying party → post → issue_statement        one run per proposal

This file says when. What a task does is a function of `maalbar.flow`, imported inside the task so that parsing stays light;
tasks hand over ids and addresses, never rows. contracts.py makes them for every contract.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pendulum
from airflow.sdk import (
    DAG,
    PartitionedAssetTimetable,
    chain,
    get_current_context,
    task,
)
from approvals import approvals, given, given_in_any_run
from assets import asset, tell
from calendar_timetable import CalendarTimetable
from intake_page import IntakeLink
from lineage import tell_lineage
from notes import note, noted
from outcomes import StatementLink
from proposing import ends_as_skipped, proposed
from reminders import before_payment
from retrying import HEAVY, LONG, PATIENCE

from maalbar.contract import Contract, find_contract
from maalbar.errors import ProposalDecided, ProposalSuperseded


@task.sensor(mode="reschedule", poke_interval=timedelta(hours=6), timeout=timedelta(days=400), execution_timeout=LONG)
def await_deliveries(contract_id: str) -> bool:
    """Wait for the period's deliveries, or for the bundle of the room that measures it; past the day they are due, go on
    without those that have not come.

    What has been seen by then and is not known to be whole is still waited for: it is whole, or refused, within a day.
    """
    from maalbar.far import fetch_landing
    from maalbar.flow.bundles_in import lying_bundle
    from maalbar.flow.intake import awaited_sources, is_underway

    contract, period_id = find_contract(contract_id), _period()
    fetched = fetch_landing(contract)
    if lying_bundle(contract_id, period_id) is not None or not awaited_sources(contract_id, period_id):
        return True
    due = calendar_of(contract).instant(contract.period(period_id).data_due + timedelta(days=1))
    return pendulum.now("UTC") >= due and not fetched.underway and not is_underway(contract_id, period_id)


@task(**HEAVY)
@noted
def take_in(contract_id: str) -> list[str]:
    """Fetch, take in and check what has come whole for the period; the ids of the accepted deliveries."""
    from maalbar.far import fetch_landing
    from maalbar.flow import datasets, intake
    from maalbar.flow.noted import taken_in

    fetched = fetch_landing(find_contract(contract_id))
    taken = intake.take_in(contract_id, _period(), fetched.refused_of)
    note(taken_in(contract_id, _period(), taken))
    tell_lineage(*datasets.of_intake(contract_id, _period(), taken))
    return taken


@task(**HEAVY)
@noted
def measure(contract_id: str, *, outlet_events: Any = None) -> str:
    """Freeze the inputs, compute indicators and effects, judge them, or take in the bundle of the room that has done so; the id
    of the measurement."""
    from maalbar.flow import datasets
    from maalbar.flow.bundles_in import measured_in_either_room
    from maalbar.flow.noted import measured

    measurement_id = measured_in_either_room(contract_id, _period(), pendulum.now("UTC").date())
    note(measured(contract_id, _period(), measurement_id))
    tell_lineage(*datasets.of_measurement(contract_id, _period(), measurement_id))
    tell(outlet_events, contract_id, "measured", _period())
    return measurement_id


@task
@noted
def propose(contract_id: str, *, outlet_events: Any = None) -> dict[str, Any]:
    """Propose everything entitled and not yet posted, and tell the settling DAG; skipped when there is nothing to tell."""
    return proposed(contract_id, _period(), outlet_events)


@task
def present(contract_id: str) -> dict[str, Any]:
    """The proposal as its approvers read it: number, digest, subject and text."""
    from maalbar.flow import settle

    with ends_as_skipped(ProposalSuperseded, ProposalDecided):
        return settle.present(contract_id, settle.newest_proposal(contract_id, _period_told()))


@task
@noted
def post(contract_id: str, proposal: dict[str, Any], *, outlet_events: Any = None) -> dict[str, Any]:
    """Keep the parties' answers, and post the proposal when all said yes, and nobody no in another run; the receipt.

    Skipped where a newer proposal, or answers that were given elsewhere, have decided meanwhile.
    """
    from maalbar.flow import settle

    contract = find_contract(contract_id)
    with ends_as_skipped(ProposalSuperseded, ProposalDecided):
        settle.record_answers(contract_id, proposal["number"], given(contract), given_in_any_run(contract))
        receipt = settle.post(contract_id, proposal["number"])
    for stage in ("approved", "posted"):
        tell(outlet_events, contract_id, stage, _period_told())
    return receipt


@task
def issue_statement(contract_id: str, receipt: dict[str, Any]) -> list[str]:
    """Write the statements of the periods that the settlement closes; their addresses."""
    from maalbar.flow import datasets, statement

    tell_lineage(*datasets.of_settlement(contract_id, receipt["settlement"]))
    return statement.issue(contract_id, receipt["settlement"])


def measure_dag(contract: Contract) -> DAG:
    """From a period's deliveries to a proposal. Runs on the contract's calendar; a backfill takes older periods."""
    calendar = calendar_of(contract)
    with DAG(
        dag_id=f"{contract.id}__measure",
        description=f"Measures each period of {contract.name}",
        doc_md=_document(contract, "Measures each period and proposes what is to be paid for it."),
        schedule=calendar,
        start_date=calendar.instant(contract.calendar.periods[0].start),
        catchup=False,
        max_active_runs=1,
        allowed_run_types=["scheduled", "backfill"],
        default_args={"owner": _owner(contract), **PATIENCE},
        tags=_tags(contract, "measure"),
    ) as dag:
        taken_in = take_in(contract.id)
        taken_in.operator.operator_extra_links = (IntakeLink(),)
        chain(
            await_deliveries.override(poke_interval=_between_looks(contract))(contract.id),
            taken_in,
            measure.override(outlets=[asset(contract.id, "measured")])(contract.id),
            propose.override(outlets=[asset(contract.id, "proposed")])(contract.id),
        )
    return dag


def _between_looks(contract: Contract) -> timedelta:
    """Six hours, or as long as a file must hold still where a source has nothing else to say that it is whole."""
    still = [one.stable_minutes for one in contract.deliveries.values() if one.complete_when == "stable"]
    return min([timedelta(hours=6), *(timedelta(minutes=max(5, number)) for number in still)])


def settle_dag(contract: Contract) -> DAG:
    """From a proposal to the ledger and the statement. It may wait weeks for people and holds nothing up meanwhile."""
    with DAG(
        dag_id=f"{contract.id}__settle",
        description=f"Has each proposal of {contract.name} approved, posts it and issues the statement",
        doc_md=_document(contract, "Asks every paying party, posts what all approved, issues the statement."),
        schedule=PartitionedAssetTimetable(assets=asset(contract.id, "proposed")),
        catchup=False,
        max_active_runs=16,
        is_paused_upon_creation=False,  # a proposal that comes while it is paused would never be put to anyone
        allowed_run_types=["asset_triggered"],
        deadline=before_payment(contract),
        default_args={"owner": _owner(contract), **PATIENCE},
        tags=_tags(contract, "settle"),
    ) as dag:
        proposal = present(contract.id)
        asked = approvals(contract)
        # Some parties may not be asked; but where `present` itself is skipped, so is everything.
        ask_then_post = post.override(
            trigger_rule="none_failed_min_one_success",
            outlets=[asset(contract.id, "approved"), asset(contract.id, "posted")],
        )
        receipt = ask_then_post(contract.id, proposal)
        chain(proposal, list(asked.values()), receipt)
        issued = issue_statement(contract.id, receipt)
        issued.operator.operator_extra_links = (StatementLink(),)
    return dag


def calendar_of(contract: Contract) -> CalendarTimetable:
    """The timetable over a contract's periods."""
    return CalendarTimetable(contract.calendar.periods, contract.calendar.timezone)


def _period() -> str:
    """The period of this run: the one whose window is the run's data interval. Neither the clock nor a date's year is asked."""
    context = get_current_context()
    return context["dag"].timetable.period_of(context["data_interval_start"], context["data_interval_end"])


def _period_told() -> str:
    """The period through which this run settles: that of the partition which started it."""
    return str(get_current_context()["dag_run"].partition_key).rsplit("|", 1)[-1]


def _owner(contract: Contract) -> str:
    return next(party_id for party_id, party in contract.parties.items() if "payer" in party.roles)


def _tags(contract: Contract, step: str) -> list[str]:
    return [contract.id, step, *(["rehearsal"] if contract.rehearsal else [])]


def _document(contract: Contract, purpose: str) -> str:
    marked = f"**DEMO**: a copy of `{contract.rehearsal.of}` with its dates moved.\n\n" if contract.rehearsal else ""
    rows = "\n".join(
        f"| {p.id} | {p.start} | {p.end} | {p.data_due} | {p.run_after} | {p.pay_by} |"
        for p in contract.calendar.periods
    )
    return (
        f"# {contract.name}\n\n{marked}{purpose}\n\n{contract.summary}\n\n"
        f"| period | from | to (not included) | data due | runs from | pay by |\n|---|---|---|---|---|---|\n{rows}\n"
    )
