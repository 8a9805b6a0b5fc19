"""A real browser before a real Airflow: Debian's Chromium, and the smallest contract, one period settled and one to approve."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from maalbar import database
from maalbar.contract import Contract, load_contract
from maalbar.contract.signing import sign
from maalbar.local.airflow import Airflow
from maalbar.local.backfill import Following, order
from maalbar.local.installation import installation, take_down
from maalbar.simulate.run import simulate
from tests.conftest import TINY

CHROMIUM = shutil.which("chromium")
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
DESKTOP, PHONE = (1440, 900), (390, 844)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Debian's Chromium, without a window."""
    if CHROMIUM is None:
        pytest.skip("there is no Chromium here (Debian: apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def airflow(chromium: Any) -> Iterator[Airflow]:
    """An installation whose tiny contract has period 1 settled, and period 2 before its approvers."""
    home = Path(tempfile.mkdtemp(prefix="maalbar-browser-"))
    with pytest.MonkeyPatch.context() as patch:
        for name in ("MAALBAR_HOME", "MAALBAR_INVESTMENTS", "MAALBAR_DATABASE_URL"):
            patch.setenv(name, "")
        contract = _signed(home / "investments")

        def deliver() -> None:
            simulate(contract, home / "landing" / contract.id, people=150, effect=0.2, seed=1)

        with installation(home, [home / "investments"], tell=print, meanwhile=deliver, port=0) as airflow:
            periods = contract.calendar.periods
            order(airflow, contract, periods)
            Following(airflow, contract, print, answered=["1"]).until_done(len(periods), seconds=300)
            yield airflow
            database.close()
        take_down(home)
    shutil.rmtree(home, ignore_errors=True)


def _signed(folder: Path) -> Contract:
    folder.mkdir()
    file = folder / TINY.name
    shutil.copy(TINY, file)
    contract = load_contract(file)
    for party_id, party in contract.answering.items():
        sign(file, party_id, party.approvers[0].name, "The board", contract.status.dated)
    return load_contract(file)


@pytest.fixture(scope="module")
def signed_in(chromium: Any, airflow: Airflow) -> Iterator[Callable[..., Any]]:
    """A page of a user who has signed in by Airflow's own form; `page.complaints`: of its console, since then."""
    contexts: list[Any] = []
    states: dict[str, Any] = {}

    def page_of(user: str, theme: str = "light", size: tuple[int, int] = DESKTOP) -> Any:
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]}, color_scheme=theme, storage_state=states.get(user)
        )
        contexts.append(context)
        page = context.new_page()
        if user not in states:
            _sign_in(page, airflow, user)
            states[user] = context.storage_state()
        page.complaints = []
        page.on("console", lambda told: page.complaints.append(told.text) if told.type == "error" else None)
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        return page

    yield page_of
    for context in contexts:
        context.close()


def _sign_in(page: Any, airflow: Airflow, user: str) -> None:
    page.goto(airflow.url)
    page.locator("input[name=username]").fill(user)
    page.locator("input[name=password]").fill(airflow.passwords[user])
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Outcomes").wait_for()
