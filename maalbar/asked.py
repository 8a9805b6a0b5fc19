"""What was put to people in Airflow, and what they answered, in the database: where whoever runs Airflow cannot write it.

A question is a task of a run. It may be put again, and is then another question: what was answered before counts no more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.dialects.postgresql import insert as insert_once

from maalbar.errors import StoreDamaged
from maalbar.schema import answer_given, question_put
from maalbar.written_cpr import may_hold_cpr


@dataclass(frozen=True)
class Place:
    """Where a question is put: the task of a run in Airflow."""

    contract: str
    dag: str
    run: str
    task: str


@dataclass(frozen=True)
class Given:
    """An answer. `user`: the login of whoever gave it; `digest`: of what they were shown; `option`: as they read it."""

    user: str
    option: str
    comment: str
    answered_at: datetime
    digest: str


def put(connection: Connection, place: Place, digest: str) -> None:
    """Write down that something of that digest is shown to those who are asked."""
    connection.execute(insert(question_put), vars(place) | {"digest": digest})


def answer(connection: Connection, place: Place, user: str, option: str, comment: str, at: datetime) -> None:
    """Keep what somebody has answered to what was put last; told twice it is kept once. Raises StoreDamaged where nothing was."""
    newest = select(func.max(question_put.c.sequence)).where(*(question_put.c[k] == v for k, v in vars(place).items()))
    sequence = connection.execute(newest).scalar_one()
    if sequence is None:
        where = f"{place.dag}, {place.run}, {place.task}"
        raise StoreDamaged("it is not known what was shown", where=where, mend="clear the task, which asks again")
    said = comment[:2000] if not may_hold_cpr(comment) else "(not kept: it looked like it held a CPR number)"
    row = {"question": sequence, "user_id": user, "option": option, "comment": said, "answered_at": at}
    connection.execute(insert_once(answer_given).on_conflict_do_nothing(), row)


def given(connection: Connection, contract: str, dag: str, run: str) -> dict[str, Given]:
    """Task → what was answered to what was put there last, of one run."""
    mine = (question_put.c.contract == contract, question_put.c.dag == dag, question_put.c.run == run)
    newest = select(func.max(question_put.c.sequence)).where(*mine).group_by(question_put.c.task)
    rows = (
        select(question_put.c.task, question_put.c.digest, answer_given)
        .join(answer_given, answer_given.c.question == question_put.c.sequence)
        .where(question_put.c.sequence.in_(newest))
        .order_by(question_put.c.sequence)
    )
    return {
        row.task: Given(row.user_id, row.option, row.comment, row.answered_at, row.digest)
        for row in connection.execute(rows)
    }
