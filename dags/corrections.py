"""The Airflow DAG by which a corrected file takes the place of another in what is measured already.

    <contract>__correct   name_files → measure_again → write_difference → propose
                                                                            ↓ asset `<contract>/proposed`
                                                                  the settling run, where the parties answer

It is started by hand, with a form: which delivery, and why; whoever starts it stands as the one who has it corrected. It calls
what `maalbar correct` calls: only the periods that were made from the superseded file are measured again. It may start while an
approval waits; the newer proposal then takes the older one's place. This file says when; `maalbar.flow.correct` holds the rules.
contracts.py makes it for every contract.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import DAG, Param, chain, get_current_context, task
from assets import asset, tell
from lineage import tell_lineage
from notes import note, noted
from proposing import proposed
from retrying import HEAVY, PATIENCE

from maalbar.contract import Contract


@task
@noted
def name_files(contract_id: str) -> dict[str, str]:
    """What takes the place of what: id of the superseded delivery → id of the one in its place."""
    from maalbar.flow.correct import substitutions_named

    asked = get_current_context()["params"]
    return substitutions_named(contract_id, asked["delivery"] or None, (asked["supersede"] or "").split())


@task(**HEAVY)
@noted
def measure_again(contract_id: str, substitutions: dict[str, str], *, outlet_events: Any = None) -> dict[str, Any]:
    """Write down who and why, and measure the periods that hold a superseded delivery.

    `{"number", "revisions"}`: which correction it is, and period → its new measurement.
    """
    from maalbar.flow import datasets
    from maalbar.flow.correct import correct
    from maalbar.flow.noted import measured

    context = get_current_context()
    who = context["dag_run"].triggering_user_name or ""
    done = correct(contract_id, substitutions, who, context["params"]["reason"])
    note("\n".join(measured(contract_id, *one) for one in done.revisions.items()))
    moved = [datasets.of_measurement(contract_id, *one) for one in done.revisions.items()]
    tell_lineage([name for read, _ in moved for name in read], [name for _, written in moved for name in written])
    for period_id in done.revisions:
        tell(outlet_events, contract_id, "measured", period_id)
    return {"number": done.number, "revisions": done.revisions}


@task
def write_difference(contract_id: str, correction: dict[str, Any]) -> str:
    """Write down which figures became which; where it lies. The figures themselves stand in no log."""
    from maalbar.flow.correct import correction_of
    from maalbar.flow.correction_told import write

    return str(write(correction_of(contract_id, correction["number"])))


@task
@noted
def propose(contract_id: str, correction: dict[str, Any], *, outlet_events: Any = None) -> dict[str, Any]:
    """Propose what the correction moves, and tell the settling DAG; skipped when it moves no amount, or must wait."""
    return proposed(contract_id, list(correction["revisions"])[-1], outlet_events)


def correct_dag(contract: Contract) -> DAG:
    """From a form to a proposal. Nothing but what the superseded file was part of is measured."""
    with DAG(
        dag_id=f"{contract.id}__correct",
        description=f"Puts a corrected file in the place of another in what is measured of {contract.name}",
        doc_md=__doc__,
        schedule=None,
        catchup=False,
        max_active_runs=1,
        is_paused_upon_creation=False,
        allowed_run_types=["manual"],
        params={
            "delivery": Param(
                None, type=["null", "string"], title="Corrected delivery",
                description="One that says itself what it supersedes: source@day, or six signs or more of its file's hash.",
            ),
            "supersede": Param(
                None, type=["null", "string"], title="Or: which takes the place of which",
                description="OLD=NEW, each named so; several with a space between them.",
            ),
            "reason": Param(type="string", minLength=1, maxLength=2000, title="Why"),
        },
        default_args={"owner": next(iter(contract.parties)), **PATIENCE},
        tags=[contract.id, "correct", *(["rehearsal"] if contract.rehearsal else [])],
    ) as dag:  # fmt: skip
        substitutions = name_files(contract.id)
        again = measure_again.override(outlets=[asset(contract.id, "measured")])(contract.id, substitutions)
        shown = write_difference(contract.id, again)
        chain(again, shown, propose.override(outlets=[asset(contract.id, "proposed")])(contract.id, again))
    return dag
