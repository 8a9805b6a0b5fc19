"""The Airflow DAG by which figures of a contract leave to others than its parties.

    <contract>__release   prepare → release_first → release_second → one approval per party, where it is published → let_out

It is started by hand, with a form: what, to whom, through which period. Whoever starts it prepares, and is asked nothing. Two
different people whom the contract names let it out, the second of them never the first; where it is published, every party says
yes. This file says when; `maalbar.flow.outgoing` holds every rule, and looks at each answer again before anything leaves.
A contract that names nobody under `release:` has no such DAG.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import DAG, Param, chain, get_current_context, get_parsing_context, task
from airflow.sdk.exceptions import AirflowSkipException
from retrying import LONG

from maalbar.contract import Contract, contract_files, read_contracts
from maalbar.contract.parties import Approver

YES, RETURN, NO = "Frigiv", "Send tilbage", "Afvis"
ANSWERS = {YES: "approved", RETURN: "returned", NO: "refused"}
FIRST, SECOND = "release_first", "release_second"
SHOWN = "shown"
"""What a question keeps beside itself: the fingerprint of the release that it showed."""
ASKING = {
    # An answer within the second in which the task goes to rest is lost, and the question is put again.
    "retries": 10,
    "retry_delay": timedelta(seconds=5),
    "retry_exponential_backoff": False,
    "retry_policy": None,
    "execution_timeout": None,  # people take the time that they take
}


@task
def prepare(contract_id: str) -> dict[str, Any]:
    """The release as those who answer read it: number, digest, subject and text, without a count."""
    from maalbar.flow.outgoing.ask import present
    from maalbar.flow.outgoing.prepare import prepare as flow

    context = get_current_context()
    asked = context["params"]
    by = context["dag_run"].triggering_user_name or ""
    return present(contract_id, flow(contract_id, asked["kind"], asked["recipient"], asked["period"] or None, by))


@task
def let_out(contract_id: str, release: dict[str, Any], answers: dict[str, Any]) -> dict[str, Any]:
    """Keep every answer, and publish when all said yes; the number and where the files lie."""
    from maalbar.flow.outgoing.decide import Answer, decide
    from maalbar.flow.outgoing.publish import publish

    for party, answer in answers.items():
        if answer is None:  # not asked
            continue
        said = Answer(
            user=answer["responded_by_user"]["id"],
            answer=ANSWERS[answer["chosen_options"][0]],
            digest=answer.get("digest", ""),  # what was shown: `prepare` alone may have been run again since
            answered_at=str(answer["responded_at"]),
            comment=answer["params_input"].get("comment") or "",
            party="" if party in (FIRST, SECOND) else party,
            called=answer["responded_by_user"]["name"],
        )
        decide(contract_id, release["number"], said)
    left = publish(contract_id, release["number"], release["prepared_by"])
    return {"number": left.number, "folder": str(left.folder), "files": left.files}


class ReleaseQuestion(HITLOperator):
    """A question about a release; skipped where someone before has not said yes, or a party is not asked.

    `people`: who may answer; never the one who prepared, nor one who has released already.
    """

    def __init__(self, *, people: list[dict[str, str]], before: list[str], party_id: str = "", **rest: Any) -> None:
        super().__init__(assigned_users=people, **rest)
        self.people, self.before, self.party_id = people, before, party_id

    def execute(self, context: Any) -> Any:
        pulled = context["ti"].xcom_pull
        release, given = pulled(task_ids="prepare"), [pulled(task_ids=name) for name in self.before]
        if any(answer is None or answer["chosen_options"] != [YES] for answer in given):
            raise AirflowSkipException("it is not released")
        if self.party_id and self.party_id not in release["parties"]:
            raise AirflowSkipException("this party is not asked")
        out = {release["prepared_by"], *(answer["responded_by_user"]["id"] for answer in given)}
        self.assigned_users = [person for person in self.people if person["id"] not in out]
        if not self.assigned_users:
            # Without anybody named, anyone could answer.
            raise ValueError("nobody is left who may release it: name more people in the contract")
        context["ti"].xcom_push(key=SHOWN, value=release["digest"])
        return super().execute(context)

    def execute_complete(self, context: Any, event: dict[str, Any]) -> Any:
        """The answer, with the fingerprint that was shown to whoever gave it."""
        return {
            **super().execute_complete(context, event),
            "digest": context["ti"].xcom_pull(task_ids=self.task_id, key=SHOWN),
        }


def question(task_id: str, people: tuple[Approver, ...], before: list[str], party_id: str = "") -> ReleaseQuestion:
    """The question to those who release, or to one party. No worker waits meanwhile."""
    return ReleaseQuestion(
        task_id=task_id,
        people=[{"id": person.user, "name": person.name} for person in people],
        before=before,
        party_id=party_id,
        subject="{{ ti.xcom_pull(task_ids='prepare')['subject'] }}",
        body="{{ ti.xcom_pull(task_ids='prepare')['body'] }}",
        options=[YES, RETURN, NO],
        params={"comment": Param(None, type=["null", "string"], title="Bemærkning", maxLength=2000)},
        **ASKING,
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
        default_args={"owner": next(iter(contract.parties)), "retries": 0, "execution_timeout": LONG},
        tags=[contract.id, "release", *(["rehearsal"] if contract.rehearsal else [])],
    ) as dag:
        release = prepare(contract.id)
        first = question(FIRST, people, [])
        second = question(SECOND, people, [FIRST])
        parties = {
            party: question(f"approve_{party}", contract.people_of(party), [FIRST, SECOND], party)
            for party in contract.answering
        }
        done = let_out.override(trigger_rule="none_failed_min_one_success")(
            contract.id,
            release,
            {FIRST: first.output, SECOND: second.output} | {party: asked.output for party, asked in parties.items()},
        )
        chain(release, first, second, list(parties.values()), done)
    return dag


# A task's process names the one DAG it needs; the DAG processor names none and gets all.
_wanted = get_parsing_context().dag_id
_files = [path for path in contract_files() if not _wanted or _wanted.rsplit("__", 1)[0] == path.stem]
for _contract in read_contracts(_files)[0]:  # refused_contracts.py tells of the others
    if _contract.release is not None:
        _dag = release_dag(_contract)
        globals()[_dag.dag_id] = _dag
