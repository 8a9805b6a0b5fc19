"""What every DAG and every task has, whatever it does: words, an owner, tags, an end, and a pool that is there."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from maalbar.local.pool import POOL

VERBS = (
    "approve", "await", "back", "clear", "discard", "issue", "let", "make", "measure", "name", "post", "prepare",
    "present", "propose", "release", "reproduce", "retain", "sweep", "take", "try", "verify", "watch", "write",
)  # fmt: skip
NOUNS = (
    "again", "away", "deliveries", "difference", "files", "first", "in", "out", "page", "payments", "room", "second", "statement",
    "up",
)  # fmt: skip
"""What a task's name is made of: a verb, then these or ids of contracts and parties."""


@pytest.fixture(scope="module")
def dags(parse_dags: Callable[..., Any]) -> list[Any]:
    bag = parse_dags()
    assert bag.import_errors == {} and bag.dags
    return list(bag.dags.values())


@pytest.fixture(scope="module")
def tasks(dags: list[Any]) -> list[Any]:
    return [task for dag in dags for task in dag.tasks]


def _is_question(task: Any) -> bool:
    return hasattr(task, "assigned_users")


def test_every_dag_says_what_it_is_whose_and_of_what_kind(dags: list[Any]) -> None:
    for dag in dags:
        assert len(dag.doc_md or "") > 100, dag.dag_id
        assert dag.description and not dag.description.endswith(".")
        assert dag.tags and dag.owner not in ("", "airflow")


def test_every_task_says_what_it_does_and_whose_it_is(tasks: list[Any]) -> None:
    for task in tasks:
        assert task.owner not in ("", "airflow"), task
        assert _is_question(task) or task.doc_md, f"{task} has a docstring"


def test_names_of_tasks_are_words_of_the_domain(dags: list[Any]) -> None:
    from maalbar.contract import contract_files, read_contracts

    contracts = read_contracts(contract_files())[0]
    ids = {one.id for one in contracts} | {party for one in contracts for party in one.parties}
    known = re.compile(f"({'|'.join(VERBS)})(_({'|'.join([*NOUNS, *map(re.escape, ids)])}))*")
    strange = [task.task_id for dag in dags for task in dag.tasks if not known.fullmatch(task.task_id)]
    assert strange == []


def test_every_task_ends_but_for_people_who_are_given_all_the_time_they_need(tasks: list[Any]) -> None:
    for task in tasks:
        if _is_question(task):
            assert task.execution_timeout is None, task
        else:
            assert timedelta() < task.execution_timeout <= timedelta(hours=12), task


def test_whichever_task_fails_people_who_watch_are_told(tasks: list[Any]) -> None:
    silent = [task for task in tasks if [told.__name__ for told in task.on_failure_callback] != ["tell_failure"]]
    assert silent == []


def test_a_lost_connection_is_tried_again_within_seconds_and_then_for_minutes(tasks: list[Any]) -> None:
    tried = [task for task in tasks if task.retries and not _is_question(task)]
    kinds = {"measure", "settle", "correct", "release", "verification"}
    assert {task.dag_id.rpartition("__")[2] for task in tried} >= kinds
    for task in tried:
        waits = [task.retry_delay * 2**number for number in range(task.retries)]
        assert task.retry_exponential_backoff and waits[0] <= timedelta(seconds=10), task
        assert timedelta(minutes=5) <= sum(waits, timedelta()) <= timedelta(minutes=15), task


def test_what_reads_whole_deliveries_waits_in_the_pool_that_is_made_with_the_database(tasks: list[Any]) -> None:
    assert {task.pool for task in tasks} == {"default_pool", POOL}
    heavy = {task.task_id for task in tasks if task.pool == POOL}
    assert {"take_in", "measure", "try_out"} <= heavy
    assert not any(_is_question(task) for task in tasks if task.pool == POOL)


def test_the_pool_is_made_once_and_stays_as_an_engineer_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.models.pool import Pool

    from maalbar.local import pool

    there: dict[str, int] = {}
    monkeypatch.setattr(Pool, "get_pool", staticmethod(lambda name, session: there.get(name)))
    monkeypatch.setattr(
        Pool, "create_or_update_pool", staticmethod(lambda name, slots, *rest, **named: there.update({name: slots}))
    )
    pool.make()
    assert there == {POOL: pool.SLOTS}
    there[POOL] = 7
    pool.make()
    assert there == {POOL: 7}
