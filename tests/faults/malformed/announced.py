"""What is announced and is not so, and what lies in the landing folder and is no file."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.faults.malformed.case import GOOD, Case, Refused, Waits

PEOPLE, NAME = GOOD["population"], "population.csv"


def said(**changed: Any) -> dict[str, Any]:
    return {"rows": 20} | changed


def _replaced(make: Callable[[Path], object], name: str = NAME) -> Callable[[Path], None]:
    """What was put into the folder under that name is taken away, and something else made there."""

    def place(folder: Path) -> None:
        aside = folder.parent.parent / f"{folder.parent.name}-{name}"
        (folder / name).rename(aside)
        make(folder / name)

    return place


def _linked(path: Path) -> None:
    path.symlink_to(path.parent.parent.parent / f"{path.parent.parent.name}-{path.name}")


def _linked_hard(path: Path) -> None:
    path.hardlink_to(path.parent.parent.parent / f"{path.parent.parent.name}-{path.name}")


CASES = [
    Case("no_manifest_yet", ("F01",), Waits(), PEOPLE, manifest=None),
    Case("manifest_half_written", ("F01",), Refused("", is_told_of=False), PEOPLE, manifest=b'{"contract": "tiny", "sour'),
    Case("manifest_of_nothing", ("F01",), Refused("", is_told_of=False), PEOPLE, manifest=b""),
    Case("manifest_that_is_a_list", ("F01",), Refused("", is_told_of=False), PEOPLE, manifest=b"[]"),
    Case("manifest_with_a_key_that_nobody_knows", ("F12",), Refused("", is_told_of=False), PEOPLE, manifest=said(note="010150-1234")),
    Case("manifest_without_its_rows", ("F02",), Refused("", is_told_of=False), PEOPLE, manifest={"rows": None}),
    Case("manifest_with_fewer_than_no_rows", ("F02",), Refused("", is_told_of=False), PEOPLE, manifest={"rows": -1}),
    Case("manifest_of_a_day_that_is_none", ("F18",), Refused("", is_told_of=False), PEOPLE, manifest=said(as_of="2022-02-30")),
    Case("manifest_too_long", ("F10",), Refused("", is_told_of=False), PEOPLE, manifest=b" " * 200_000),
    Case("manifest_says_more_rows", ("F02",), Refused(""), PEOPLE, manifest={"rows": 21}),
    Case("manifest_says_fewer_rows", ("F02",), Refused(""), PEOPLE, manifest={"rows": 19}),
    Case("manifest_says_more_bytes", ("F02",), Refused(""), PEOPLE, manifest=said(bytes=len(PEOPLE) + 1)),
    Case("manifest_says_another_hash", ("F02",), Refused(""), PEOPLE, manifest=said(sha256="0" * 64)),
    Case("manifest_says_a_hash_in_capitals", ("F02",), Refused("", is_told_of=False), PEOPLE, manifest=said(sha256="A" * 64)),
    Case("manifest_of_another_contract", ("F12",), Refused("", is_told_of=False), PEOPLE, manifest=said(contract="other")),
    Case("manifest_of_another_source", ("F12",), Refused("", is_told_of=False), PEOPLE, manifest=said(source="surveys")),
    Case("manifest_names_a_file_elsewhere", ("F12",), Refused("", is_told_of=False), PEOPLE, manifest=said(file="../../etc/passwd.csv")),
    Case("manifest_names_a_command", ("F12",), Refused("", is_told_of=False), PEOPLE, manifest=said(file="a;rm -rf.csv")),
    Case("manifest_names_an_escaped_step", ("F12",), Refused("", is_told_of=False), PEOPLE, manifest=said(file="%2e%2e%2fa.csv")),
    Case("manifest_names_a_line_end", ("F12",), Refused("", is_told_of=False), PEOPLE, manifest=said(file="a\nb.csv")),
    Case("manifest_names_a_file_of_300_signs", ("F12",), Refused("", is_told_of=False), PEOPLE, manifest=said(file="a" * 300 + ".csv")),
    Case("manifest_names_a_file_backwards", ("F12",), Refused("", is_told_of=False), PEOPLE, manifest=said(file="a\u202evsc.csv")),
    Case("manifest_names_a_file_that_is_not_there", ("F01",), Refused("", is_told_of=False), PEOPLE, manifest=said(file="b.csv")),
    Case("manifest_supersedes_what_never_came", ("F05",), Refused("", is_told_of=False), PEOPLE, manifest=said(supersedes="0" * 64)),
    Case("cpr_number_as_the_reason_of_a_correction", ("F28",), Refused("", is_told_of=False), PEOPLE,
         manifest=said(said_by="Anna", reason="row of 010150-1234")),
    Case("permission_that_has_expired", ("F02",), Refused("", is_told_of=False), PEOPLE,
         delivery={"permission": {"reference": "R-1", "expires": "2022-10-14"}}, manifest=said()),
    Case("link_for_a_file", ("F11",), Refused("", is_told_of=False), PEOPLE, manifest=said(), placed=_replaced(_linked)),
    Case("link_to_what_nobody_should_see", ("F11",), Refused("", is_told_of=False), PEOPLE, manifest=said(),
         placed=_replaced(lambda path: path.symlink_to("/etc/passwd"))),
    Case("second_name_of_a_file", ("F11",), Refused("", is_told_of=False), PEOPLE, manifest=said(), placed=_replaced(_linked_hard)),
    Case("pipe_for_a_file", ("F11",), Refused("", is_told_of=False), PEOPLE, manifest=said(), placed=_replaced(os.mkfifo)),
    Case("folder_for_a_file", ("F11",), Refused("", is_told_of=False), PEOPLE, manifest=said(), placed=_replaced(Path.mkdir)),
    Case("link_for_a_manifest", ("F11",), Refused("", is_told_of=False), PEOPLE, manifest=said(),
         placed=_replaced(_linked, "f.manifest.json")),
    Case("pipe_for_a_manifest", ("F11",), Refused("", is_told_of=False), PEOPLE, manifest=said(),
         placed=_replaced(os.mkfifo, "f.manifest.json")),
]  # fmt: skip
