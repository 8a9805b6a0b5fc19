"""Five years of a rehearsed contract through a real scheduler, a real PostgreSQL and the approvers' own accounts."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest
from sqlalchemy import create_engine, make_url, text

from maalbar import database
from maalbar.contract import Contract
from maalbar.flow.outgoing.listed import listed
from maalbar.flow.report import Report, report
from maalbar.local.airflow import Airflow
from maalbar.local.backfill import ANSWER, Following, order
from maalbar.local.demo import rehearse
from maalbar.local.installation import installation, take_down
from maalbar.local.rest import RestError, wait_until
from maalbar.settings import PROJECT
from maalbar.simulate.run import simulate
from tests.e2e.traces import delivered_ids, stored_ids, that_name, written_files, written_rows

RELEASED = "Frigiv"
CONTRACT, PEOPLE, SECONDS = "plads_til_forskel", 150, 600.0


@pytest.mark.e2e
@pytest.mark.fault("F71")
@pytest.mark.timeout(900)
def test_a_backfill_of_five_years_is_measured_approved_and_posted_once(e2e_home: Path) -> None:
    contract = rehearse(CONTRACT, e2e_home / "rehearsal", date.today())
    told: list[str] = []
    periods = [period.id for period in contract.calendar.periods]

    def deliver() -> None:
        simulate(contract, e2e_home / "landing" / contract.id, people=PEOPLE, effect=0.2, seed=1)

    with installation(
        e2e_home, [PROJECT / "investments", e2e_home / "rehearsal"], tell=told.append, meanwhile=deliver, port=0
    ) as airflow:
        client = airflow.client()
        assert client.import_errors() == []

        # Everything is measured, and all but the last proposal is answered.
        order(airflow, contract, contract.calendar.periods)
        Following(airflow, contract, told.append, answered=periods[:-1]).until_done(len(periods), seconds=SECONDS)
        before_last = report(contract.id)
        assert paid_periods(before_last) <= set(periods[1:-1])

        # The last waits for one answer of each party, and only its own people can give it.
        questions = client.open_approvals(f"{contract.id}__settle")
        assert len(questions) == len(contract.answering)
        for question in questions:
            own = {person["id"] for person in question["assigned_users"]}
            for user in set(airflow.passwords) - own:
                with pytest.raises(RestError) as refused:
                    airflow.client(user).answer(question, ANSWER, {"comment": None})
                assert refused.value.status == 403
        assert report(contract.id).head == before_last.head
        assert remind_early(contract) == ["escalation", "reminder"]

        everyone = Following(airflow, contract, told.append, answered=periods)
        everyone.until_done(len(periods), seconds=SECONDS)
        settled = report(contract.id)

        # Each run says in its note what came of it.
        notes = {run["note"].splitlines()[-1] for run in client.runs(f"{contract.id}__measure")}
        assert len(notes) == len(periods) and all(note.split(":")[0] in periods for note in notes)

        # The ledger holds each period; one statement stands for each.
        assert settled.entries > before_last.entries
        assert len({Path(path).parent for path in settled.statements}) == len(periods) - 1
        assert all(Path(path).stat().st_size > 10_000 for path in settled.statements)

        # The same backfill again makes no run and no entry.
        runs = {run["dag_run_id"]: run["end_date"] for run in client.runs(f"{contract.id}__measure")}
        order(airflow, contract, contract.calendar.periods)
        everyone.until_done(len(periods), seconds=SECONDS)
        assert {run["dag_run_id"]: run["end_date"] for run in client.runs(f"{contract.id}__measure")} == runs
        assert set(runs) == {run for run in runs if run.startswith("backfill__")}
        assert (report(contract.id).entries, report(contract.id).head) == (settled.entries, settled.head)

        # What leaves is told of too, and whoever listens writes the page of all contracts anew.
        client.pause("portfolio", paused=False)

        # What is settled leaves when two who did not prepare it, and every party, have said yes to its files.
        answered = let_out(airflow, contract)
        (released,) = listed(contract)
        assert released["state"] == "published" and released["prepared_by"] == "admin"
        told_of = [answer["user_id"] for answer in released["answers"]]
        # Releasers are asked one after the other; the parties at one time, and whose answer is recorded first is chance.
        assert told_of[:2] == answered[:2]
        assert sorted(told_of) == sorted(answered)
        assert len(answered) == 2 + len(contract.answering)
        assert (e2e_home / "released" / contract.id / "1" / "indigo.json").stat().st_size > 1_000

        page = e2e_home / "portfolio" / "portfolio.en.html"
        wait_until(page.exists, seconds=120, what="the page of all contracts")
        assert contract.name in page.read_text(encoding="utf-8")

        # No id of a person stands anywhere but among the rows themselves, neither the sender's nor our own.
        sent, ours = delivered_ids(contract, e2e_home), stored_ids(contract, e2e_home)
        assert len(sent) > PEOPLE and len(ours) > PEOPLE and sent.isdisjoint(ours)
        url = make_url(os.environ["MAALBAR_DATABASE_URL"])
        rows = [row for name in ("maalbar", "airflow") for row in written_rows(url.set(database=name))]
        assert that_name(sent, written_files(e2e_home / "landing"))  # where they are, they are found
        assert that_name(sent | ours, [*written_files(e2e_home), *rows]) == []

        pass_a_night(airflow)
        database.close()
    assert not take_down(e2e_home)


def pass_a_night(airflow: Airflow) -> None:
    """Let run what is done every night: an old statement is measured again, and a backup is restored to prove it."""
    client, yesterday = airflow.client(), datetime.now(UTC).replace(hour=0, minute=0) - timedelta(days=1)
    for dag_id in ("retention", "verification"):
        client.backfill(dag_id, yesterday, yesterday + timedelta(hours=23))
    client.trigger("backup", {})

    def is_over() -> bool:
        runs = [run for dag_id in ("retention", "verification", "backup") for run in client.runs(dag_id)]
        tasks = [task for run in runs for task in client.task_instances(run["dag_id"], run["dag_run_id"])]
        assert [client.error_line(task) for task in tasks if task["state"] == "failed"] == []
        return [run["state"] for run in runs] == ["success"] * 3

    wait_until(is_over, seconds=240, what="the night to pass")


def remind_early(contract: Contract) -> list[str]:
    """Let the deadlines of the run that waits pass now; what Airflow then reminds of, when it has."""
    airflow = create_engine(make_url(os.environ["MAALBAR_DATABASE_URL"]).set(database="airflow"))
    with airflow.begin() as connection:
        waiting = connection.execute(text("select callback_id from deadline where not missed")).scalars().all()
        connection.execute(text("update deadline set deadline_time = now() - interval '1 minute'"))

    def told() -> list[str]:
        wanted = text(
            "select data::json->'__var'->'kwargs'->'__var'->>'kind' from callback where state = 'success' and id = any(:ids)"
        )
        with airflow.begin() as connection:
            kinds = connection.execute(wanted, {"ids": waiting}).scalars().all()
        return sorted(kinds) if len(kinds) == len(waiting) else []

    found: list[str] = wait_until(told, seconds=60, what="the reminders")
    airflow.dispose()
    return found


def let_out(airflow: Airflow, contract: Contract) -> list[str]:
    """Start a release and have each question answered by the first who may; the users in the order of their answers."""
    client, dag_id = airflow.client(), f"{contract.id}__release"
    client.trigger(dag_id, {"kind": "indigo", "recipient": "offentligheden", "period": None})
    answered: list[str] = []

    def is_done() -> bool:
        for question in client.open_approvals(dag_id):
            user = question["assigned_users"][0]["id"]
            assert "admin" not in {person["id"] for person in question["assigned_users"]}
            time.sleep(2)  # an answer that overtakes the report of the task at rest is lost
            if not answered:
                run_id = question["task_instance"]["dag_run_id"]
                shown = {
                    who: counts_behind(airflow, who, dag_id, run_id) for who in (user, "admin", "region-godkender")
                }
                assert shown == {user: 200, "admin": 403, "region-godkender": 403}
            for before in answered[:1]:
                with pytest.raises(RestError) as refused:
                    airflow.client(before).answer(question, RELEASED, {"comment": None})
                assert refused.value.status == 403
            airflow.client(user).answer(question, RELEASED, {"comment": None})
            answered.append(user)
        (run,) = client.runs(dag_id)
        assert run["state"] != "failed", client.task_instances(dag_id, run["dag_run_id"])
        return bool(run["state"] == "success")

    wait_until(is_done, seconds=120, what="the release to leave")
    return answered


def counts_behind(airflow: Airflow, user: str, dag_id: str, run_id: str) -> int:
    """The status with which a user is shown the counts behind a release."""
    signed_in = {"username": user, "password": airflow.passwords[user]}
    body = json.dumps(signed_in).encode()
    token = Request(f"{airflow.url}/auth/token", body, {"Content-Type": "application/json"})
    with urlopen(token, timeout=20) as reply:
        key = json.loads(reply.read())["access_token"]
    page = f"{airflow.url}/maalbar-release/{dag_id}/{quote(run_id, safe='')}"
    try:
        with urlopen(Request(page, headers={"Authorization": f"Bearer {key}"}), timeout=20) as reply:
            assert b"followed" in reply.read()
            return int(reply.status)
    except HTTPError as error:
        return error.code


def paid_periods(found: Report) -> set[str]:
    """The periods with an amount in the ledger."""
    return {period for (period, *_), amount in found.payments.items() if amount}
