"""The Airflow DAG by which figures of a contract leave to others than its parties.

    <contract>__release   prepare → release_first → release_second → one approval per party, where it is published → let_out

It is started by hand, with a form: what, to whom, through which period. Whoever starts it prepares, and is asked nothing. Two
different people whom the contract names let it out, the second of them never the first; where it is published, every party says
yes. This file says when; `maalbar.flow.outgoing` holds every rule, and looks at each answer again before anything leaves.
A contract that names nobody under `release:` has no such DAG. contracts.py makes it for the others.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import DAG, Param, chain, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException
from assets import asset, tell
from in_airflow import ASKS
from notes import noted
from questions import Question, answers_here, said
from retrying import LONG, PATIENCE

from maalbar.contract import Contract
from maalbar.contract.parties import Approver

ANSWERS = {"Frigiv": "approved", "Send tilbage": "returned", "Afvis": "refused"}
"""What those asked read → what it counts as; the first of them is the yes."""
FIRST, SECOND = "release_first", "release_second"
OVERTAKEN = ("superseded", "withdrawn")
CLOSED = (*OVERTAKEN, "returned", "refused", "published")
"""States of a release about which nobody is asked any more."""


@task
@noted
def prepare(contract_id: str) -> dict[str, Any]:
    """The release as those who answer read it: number, digest, subject and text, without a count."""
    from maalbar.flow.outgoing.ask import present
    from maalbar.flow.outgoing.prepare import prepare as flow

    context = get_current_context()
    asked = context["params"]
    by = context["dag_run"].triggering_user_name or ""
    return present(contract_id, flow(contract_id, asked["kind"], asked["recipient"], asked["period"] or None, by))


@task
@noted
def let_out(
    contract_id: str, release: dict[str, Any], parties: dict[str, str], *, outlet_events: Any = None
) -> dict[str, Any]:
    """Keep every answer, and publish when all said yes; the number and where the files lie. `parties`: question → its party.

    Skipped where another release has taken its place, or it was decided elsewhere before anybody answered here.
    """
    from maalbar.flow.outgoing.ask import state
    from maalbar.flow.outgoing.decide import Answer, decide
    from maalbar.flow.outgoing.publish import publish

    answers, is_now = answers_here(contract_id), state(contract_id, release["number"])
    if is_now in OVERTAKEN or (not answers and is_now in CLOSED):
        raise AirflowSkipException(f"release {release['number']} is {is_now}")
    for task_id in (FIRST, SECOND, *parties):
        if task_id in answers:  # else not asked
            given = said(answers[task_id], ANSWERS) | {"party": parties.get(task_id, "")}
            decide(contract_id, release["number"], Answer(**given))
    left = publish(contract_id, release["number"])
    tell(outlet_events, contract_id, "released", left.through)
    return {"number": left.number, "folder": str(left.folder), "files": left.files}


def _shown(contract_id: str, number: int) -> dict[str, Any]:
    """A release as those who answer read it, from the books; skipped where nobody is asked about it any more."""
    from maalbar.flow.outgoing.ask import present, state

    if (is_now := state(contract_id, number)) in CLOSED:
        raise AirflowSkipException(f"release {number} is {is_now}")
    return present(contract_id, number)


def question(
    contract_id: str, task_id: str, people: tuple[Approver, ...], before: list[str], party_id: str = ""
) -> Question:
    """The question to those who release, or to one party; never to the one who prepared, nor to one who has released already."""
    return Question(
        contract_id=contract_id,
        about="prepare",
        shows=_shown,
        people=people,
        before=before,
        party_id=party_id,
        task_id=task_id,
        options=list(ANSWERS),
    )


def release_dag(contract: Contract) -> DAG:
    """From a form to files that have left. It may wait weeks for people, and holds nothing up meanwhile."""
    assert contract.release is not None
    recipients, people = contract.release.recipients, contract.release.people
    kinds = sorted({kind for recipient in recipients.values() for kind in recipient.kinds})
    periods = [period.id for period in contract.calendar.followed]
    with DAG(
        dag_id=f"{contract.id}__release",
        description=f"Lets figures of {contract.name} out, to those whom the contract names",
        doc_md=__doc__,
        schedule=None,
        catchup=False,
        max_active_runs=16,
        is_paused_upon_creation=False,
        allowed_run_types=["manual"],
        params={
            "kind": Param(kinds[0], type="string", enum=kinds, title="Hvad"),
            "recipient": Param(next(iter(recipients)), type="string", enum=list(recipients), title="Til hvem"),
            "period": Param(None, type=["null", "string"], enum=[None, *periods], title="Til og med periode"),
        },
        default_args={"owner": next(iter(contract.parties)), **PATIENCE, "execution_timeout": LONG},
        tags=[contract.id, "release", *(["rehearsal"] if contract.rehearsal else [])],
    ) as dag:  # fmt: skip
        release = prepare(contract.id)
        first = question(contract.id, FIRST, people, [])
        second = question(contract.id, SECOND, people, [FIRST])
        parties = {
            f"{ASKS}{party}": question(contract.id, f"{ASKS}{party}", contract.people_of(party), [FIRST, SECOND], party)
            for party in contract.answering
        }
        told = [asset(contract.id, "released")]
        done = let_out.override(trigger_rule="none_failed_min_one_success", outlets=told)(
            contract.id, release, {task_id: asked.party_id for task_id, asked in parties.items()}
        )
        chain(release, first, second, list(parties.values()), done)
        chain([first, second], done)
    return dag
