"""Outcomes in Airflow, driven in a browser: from signing in to a statement, to an approval, to its answer; seen by everyone."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Frame, Page, expect

from maalbar.local.rest import wait_until
from tests.browser.conftest import DESKTOP, PHONE

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]
BY_KEYBOARD = 12
"""Steps of the Tab key that are looked at on a page: past its way, its approvals and into its first table."""
SAFE = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
PAGES = {
    "contracts": "/maalbar-outcomes/",
    "contract": "/maalbar-outcomes/tiny",
    "period to approve": "/maalbar-outcomes/tiny/periods/2",
    "settled period": "/maalbar-outcomes/tiny/periods/1",
    "statement": "/maalbar-outcomes/tiny/statements/1/1/en",
    "intake": "/maalbar-outcomes/tiny/periods/1/intake",
}


def opened(page: Page, airflow: Any, path: str) -> Frame:
    """A page of Outcomes by the address that Airflow has for it."""
    page.goto(f"{airflow.url}/plugin/outcomes{path}")
    page.frame_locator("iframe").locator("main").wait_for()
    frame = page.locator("iframe").element_handle().content_frame()
    assert frame.url == f"{airflow.url}{path}"
    return frame


def run_of(airflow: Any, dag_id: str, start: str) -> str:
    """The address of a run, without its tab; `start`: how its data interval, or its partition, begins or ends."""
    runs = airflow.client().runs(dag_id)
    (run,) = [r for r in runs if str(r["data_interval_start"]).startswith(start) or r.get("partition_key") == start]
    return f"{airflow.url}/dags/{dag_id}/runs/{quote(run['dag_run_id'], safe='')}"


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())
def test_every_page_fits_is_readable_and_follows_the_theme_of_airflow(airflow, signed_in, path):
    page = signed_in("rita")
    frame = opened(page, airflow, path)
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        frame.wait_for_function("theme => document.documentElement.dataset.theme === theme", arg=theme)
        paper = frame.evaluate("getComputedStyle(document.documentElement).backgroundColor.match(/\\d+/g)[0]")
        assert (int(paper) < 128) == (theme == "dark")
        for size in (DESKTOP, PHONE):
            page.set_viewport_size({"width": size[0], "height": size[1]})
            wide, needed = frame.evaluate(
                "[document.documentElement.clientWidth, document.documentElement.scrollWidth]"
            )
            assert needed <= wide < size[0]
            assert violations(frame) == [], (theme, size)
    assert page.complaints == []


def violations(frame: Frame) -> list[tuple[str, str]]:
    """What axe finds wrong with a page by WCAG 2.2 AA, contrast as computed among it: (rule, where)."""
    import axe_playwright_python

    frame.evaluate((Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8"))
    options = {"runOnly": {"type": "tag", "values": list(SAFE)}, "iframes": False}
    found = frame.evaluate("options => axe.run(document, options)", options)
    assert "color-contrast" in {rule["id"] for rule in found["passes"]}, "contrast was looked at"
    return [(rule["id"], node["html"]) for rule in found["violations"] for node in rule["nodes"]]


def test_a_page_follows_when_the_theme_is_changed_under_it(airflow, signed_in):
    page = signed_in("rita")
    frame = opened(page, airflow, PAGES["contract"])
    page.evaluate("document.documentElement.className = 'dark'")
    frame.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    page.evaluate("document.documentElement.className = 'light'")
    frame.wait_for_function("document.documentElement.dataset.theme === 'light'")


def test_the_keyboard_meets_everything_in_the_order_in_which_it_is_read(airflow, signed_in):
    page = signed_in("rita")
    frame = opened(page, airflow, PAGES["contract"])
    order = frame.evaluate(
        "[...document.querySelectorAll('a, summary, [tabindex=\"0\"]')]"
        ".filter(e => !e.closest('details:not([open]) > :not(summary)'))"
        ".map((e, place) => { e.dataset.place = place; return e.textContent.trim().slice(0, 30) })"
    )
    assert order[0] == "Skip to the content"
    frame.locator("a").first.focus()
    met = []
    for _ in range(BY_KEYBOARD):
        met.append(frame.evaluate("Number(document.activeElement.dataset.place)"))
        outline = frame.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", order[met[-1]]
        page.keyboard.press("Tab")
    assert met == list(range(BY_KEYBOARD))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_run_has_tabs_with_what_came_and_what_came_of_it(airflow, signed_in, theme):
    page = signed_in("rita", theme)
    run = run_of(airflow, "tiny__measure", "2021-06-30")
    page.goto(run)
    page.get_by_role("link", name="Deliveries", exact=True).click()
    tab = page.frame_locator("iframe[title=Deliveries]")
    expect(tab.get_by_role("heading", name="Deliveries of period 1")).to_be_visible()
    assert tab.locator("html").get_attribute("data-theme") == theme
    page.get_by_role("link", name="Outcome", exact=True).click()
    tab = page.frame_locator("iframe[title=Outcome]")
    expect(tab.get_by_text("This run measures period 1.")).to_be_visible()
    tab.get_by_role("link", name="What came, and what was checked").click()
    expect(tab.get_by_role("heading", name="Deliveries of period 1")).to_be_visible()
    page.goto(f"{run_of(airflow, 'tiny__settle', 'tiny|1')}/plugin/outcome")
    expect(tab.get_by_text("This run settles through period 1.")).to_be_visible()
    tab.get_by_role("link", name="Open in Danish, period 1").click()
    expect(tab.frame_locator("iframe").get_by_role("heading", level=1)).to_contain_text("Opgørelse")


def test_from_signing_in_to_the_statement_to_the_answer_of_an_approval(airflow, signed_in):
    page = signed_in("rita")
    page.goto(airflow.url)
    page.get_by_role("link", name="Outcomes").click()
    shown = page.frame_locator("iframe[title=Outcomes]")
    shown.get_by_role("link", name="Tiny").click()
    expect(shown.get_by_role("img").first).to_be_visible()
    shown.get_by_role("link", name="Period 1", exact=True).click()
    expect(shown.get_by_role("heading", name="Period 1 settled")).to_be_visible()

    # The statement is opened in a frame of its own, and saved as it was issued.
    with page.expect_download() as saved:
        shown.get_by_role("link", name="PDF in Danish").click()
    assert saved.value.suggested_filename == "tiny__opgoerelse-1.pdf"
    assert Path(saved.value.path()).read_bytes().startswith(b"%PDF-")
    shown.get_by_role("link", name="Open in English").click()
    statement = shown.frame_locator("iframe")
    expect(statement.get_by_role("heading", level=1)).to_contain_text("Statement")
    shown.get_by_role("link", name="Tiny").click()

    # The question is Airflow's own, and so is the answer.
    shown.get_by_role("link", name="Answer: The Region, period 2").click()
    page.wait_for_url("**/required_actions")
    page.get_by_role("button", name="Godkend").click()
    wait_until(lambda: not _waits(airflow, "region"), seconds=30, what="the answer of the region")

    # Everyone sees it; when the others have answered too, the period is settled and its statement is there.
    shown_to_tom = signed_in("tom")
    frame = opened(shown_to_tom, airflow, PAGES["period to approve"])
    expect(frame.get_by_text("Godkend, by rita.")).to_be_visible()
    for question in airflow.client().open_approvals("tiny__settle"):
        user = question["assigned_users"][0]["id"]
        airflow.client(user).answer(question, "Godkend", {"comment": None})
    wait_until(lambda: _is_settled(shown_to_tom, airflow), seconds=60, what="the posting of period 2", pause=1.0)
    frame = opened(shown_to_tom, airflow, PAGES["period to approve"])
    expect(frame.get_by_role("link", name="Open in Danish, period 2, settlement 2")).to_be_visible()
    assert page.complaints == []


def _waits(airflow: Any, party: str) -> bool:
    return any(party in one["task_instance"]["task_id"] for one in airflow.client().open_approvals("tiny__settle"))


def _is_settled(page: Page, airflow: Any) -> bool:
    text = opened(page, airflow, PAGES["period to approve"]).locator("main").inner_text()
    return "Settlement 2" in text and "settled" in text
