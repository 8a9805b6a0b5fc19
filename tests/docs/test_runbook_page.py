"""The runbook leads to each of its events, and shows no command that `tests/e2e/services/test_runbook.py` does not run."""

from __future__ import annotations

import re

from maalbar.settings import PROJECT

PAGE = (PROJECT / "docs/runbook.md").read_text(encoding="utf-8")
EVENTS = re.findall(r"^## (.+)$", PAGE, re.MULTILINE)


def test_its_contents_are_its_events_in_their_order():
    listed = re.findall(r"\[([^\]]+)\]\(#([a-z-]+)\)", PAGE.partition("\n## ")[0])
    assert [name for name, _ in listed] == EVENTS
    assert [anchor for _, anchor in listed] == [name.lower().replace(" ", "-") for name in EVENTS]


def test_every_fence_is_of_commands_and_every_event_has_some():
    for event, text in re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL):
        fences = re.findall(r"^```(.*)$", text, re.MULTILINE)
        assert fences and fences[::2] == ["console"] * (len(fences) // 2), event


def test_what_stands_for_the_reader_s_own_is_explained():
    used = set(re.findall(r"\$\{?([A-Z]+)\}?", "".join(re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL))))
    assert used - set(re.findall(r"`\$([A-Z]+)`", PAGE)) == set()
