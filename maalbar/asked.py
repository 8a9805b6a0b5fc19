"""What was put to people in Airflow, and what they answered, in the database: where whoever runs Airflow cannot write it.

A question is a task of a run. It may be put again, and is then another question: what was answered before counts no more.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, insert, select
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

    @property
    def where(self) -> str:
        return f"{self.dag}, {self.run}, {self.task}"


@dataclass(frozen=True)
class LastPut:
    """What was put at a place last: the digest of what was shown, and whether an answer to it is kept."""

    digest: str
    is_answered: bool


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


def shown(connection: Connection, contract: str, dag: str, run: str) -> set[str]:
    """The digests of what was put to people in a run."""
    mine = (question_put.c.contract == contract, question_put.c.dag == dag, question_put.c.run == run)
    return set(connection.execute(select(question_put.c.digest).where(*mine)).scalars())


def runs_that_put(connection: Connection, contract: str, dag: str, digest: str) -> list[str]:
    """The runs of a DAG in which something of that digest was put to people."""
    mine = (question_put.c.contract == contract, question_put.c.dag == dag, question_put.c.digest == digest)
    return list(connection.execute(select(question_put.c.run).where(*mine).distinct()).scalars())


def last_put(connection: Connection, place: Place) -> LastPut | None:
    """What was put at a place last; None where nothing was."""
    newest = (
        select(question_put.c.digest, answer_given.c.question)
        .join(answer_given, answer_given.c.question == question_put.c.sequence, isouter=True)
        .where(*_at(place))
        .order_by(question_put.c.sequence.desc())
        .limit(1)
    )
    row = connection.execute(newest).one_or_none()
    return LastPut(row.digest, row.question is not None) if row else None


def answer(connection: Connection, place: Place, user: str, option: str, comment: str, at: datetime) -> None:
    """Keep what somebody has answered to what was put last; told twice it is kept once.

    Raises StoreDamaged where nothing was put, or another answer is kept already: the first one stands.
    """
    sequence = connection.execute(select(func.max(question_put.c.sequence)).where(*_at(place))).scalar_one()
    if sequence is None:
        raise StoreDamaged("it is not known what was shown", where=place.where, mend="clear the task, which asks again")
    said = comment[:2000] if not may_hold_cpr(comment) else "(not kept: it looked like it held a CPR number)"
    row = {"question": sequence, "user_id": user, "option": option, "comment": said, "answered_at": at}
    connection.execute(insert_once(answer_given).on_conflict_do_nothing(), row)
    kept = connection.execute(select(answer_given).where(answer_given.c.question == sequence)).one()
    if (kept.user_id, kept.option, kept.answered_at) != (user, option, at):
        raise StoreDamaged("another answer is kept already", where=place.where, mend="clear the task, which asks again")


def _at(place: Place) -> list[ColumnElement[bool]]:
    return [question_put.c[name] == value for name, value in vars(place).items()]


def given(connection: Connection, contract: str, dag: str, run: str) -> dict[str, Given]:
    """Task → what was answered to what was put there last, of one run."""
    return given_by_run(connection, contract, dag).get(run, {})


def given_by_run(connection: Connection, contract: str, dag: str) -> dict[str, dict[str, Given]]:
    """Run → task → what was answered to what was put there last."""
    mine = (question_put.c.contract == contract, question_put.c.dag == dag)
    newest = select(func.max(question_put.c.sequence)).where(*mine).group_by(question_put.c.run, question_put.c.task)
    rows = (
        select(question_put.c.run, question_put.c.task, question_put.c.digest, answer_given)
        .join(answer_given, answer_given.c.question == question_put.c.sequence)
        .where(question_put.c.sequence.in_(newest))
        .order_by(question_put.c.sequence)
    )
    found: dict[str, dict[str, Given]] = defaultdict(dict)
    for row in connection.execute(rows):
        found[row.run][row.task] = Given(row.user_id, row.option, row.comment, row.answered_at, row.digest)
    return dict(found)
