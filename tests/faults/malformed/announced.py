"""What is announced and is not so, or not announced as agreed."""

from __future__ import annotations

from typing import Any

from tests.faults.malformed.case import GOOD, Case, Refused, Waits

PEOPLE = GOOD["population"]


def said(**changed: Any) -> dict[str, Any]:
    return {"rows": 20} | changed


CASES = [
    Case("no_manifest_yet", ("F01",), Waits(), PEOPLE, manifest=None),
    Case(
        "manifest_half_written",
        ("F01",),
        Refused("f.manifest.json: the manifest: json invalid — see maalbar/manifest.py", is_told_of=False),
        PEOPLE,
        manifest=b'{"contract": "tiny", "sour',
    ),
    Case(
        "manifest_of_nothing",
        ("F01",),
        Refused("f.manifest.json: the manifest: json invalid — see maalbar/manifest.py", is_told_of=False),
        PEOPLE,
        manifest=b"",
    ),
    Case(
        "manifest_that_is_a_list",
        ("F01",),
        Refused("f.manifest.json: the manifest: model type — see maalbar/manifest.py", is_told_of=False),
        PEOPLE,
        manifest=b"[]",
    ),
    Case(
        "manifest_with_a_key_that_nobody_knows",
        ("F12",),
        Refused("f.manifest.json: the manifest: extra forbidden — see maalbar/manifest.py", is_told_of=False),
        PEOPLE,
        manifest=said(note="010150-1234"),
    ),
    Case(
        "manifest_without_its_rows",
        ("F02",),
        Refused("f.manifest.json: rows: missing — see maalbar/manifest.py", is_told_of=False),
        PEOPLE,
        manifest={"rows": None},
    ),
    Case(
        "manifest_with_fewer_than_no_rows",
        ("F02",),
        Refused("f.manifest.json: rows: greater than equal — see maalbar/manifest.py", is_told_of=False),
        PEOPLE,
        manifest={"rows": -1},
    ),
    Case(
        "manifest_of_a_day_that_is_none",
        ("F18",),
        Refused("f.manifest.json: as_of: value error — see maalbar/manifest.py", is_told_of=False),
        PEOPLE,
        manifest=said(as_of="2022-02-30"),
    ),
    Case(
        "manifest_too_long",
        ("F10",),
        Refused(
            "f.manifest.json: is larger than 100000 bytes — write only what maalbar/manifest.py names", is_told_of=False
        ),
        PEOPLE,
        manifest=b" " * 200_000,
    ),
    Case(
        "manifest_says_more_rows",
        ("F02",),
        Refused("population.csv: has 20 rows, 21 were announced — send it whole"),
        PEOPLE,
        manifest={"rows": 21},
    ),
    Case(
        "manifest_says_fewer_rows",
        ("F02",),
        Refused("population.csv: has 20 rows, 19 were announced — send it whole"),
        PEOPLE,
        manifest={"rows": 19},
    ),
    Case(
        "manifest_says_more_bytes",
        ("F02",),
        Refused(
            "population.csv: is not the file announced (835 bytes, announced 836) — send it again, whole, "
            "and the manifest last"
        ),
        PEOPLE,
        manifest=said(bytes=len(PEOPLE) + 1),
    ),
    Case(
        "manifest_says_another_hash",
        ("F02",),
        Refused(
            "population.csv: is not the file announced (sha256 91dc723b70ac…, announced 000000000000…) — send it "
            "again, whole, and the manifest last"
        ),
        PEOPLE,
        manifest=said(sha256="0" * 64),
    ),
    Case(
        "manifest_says_a_hash_in_capitals",
        ("F02",),
        Refused("f.manifest.json: sha256: string pattern mismatch — see maalbar/manifest.py", is_told_of=False),
        PEOPLE,
        manifest=said(sha256="A" * 64),
    ),
    Case(
        "manifest_of_another_contract",
        ("F12",),
        Refused(
            "f.manifest.json: lies in the folder of another contract or source — deliver it to its own folder",
            is_told_of=False,
        ),
        PEOPLE,
        manifest=said(contract="other"),
    ),
    Case(
        "manifest_of_another_source",
        ("F12",),
        Refused(
            "f.manifest.json: lies in the folder of another contract or source — deliver it to its own folder",
            is_told_of=False,
        ),
        PEOPLE,
        manifest=said(source="surveys"),
    ),
    Case(
        "manifest_names_a_file_elsewhere",
        ("F12",),
        Refused(
            "f.manifest.json: names a file with a name that is not allowed — use small letters, digits, - "
            "and _, at most 64, and .csv",
            is_told_of=False,
        ),
        PEOPLE,
        manifest=said(file="../../etc/passwd.csv"),
    ),
    Case(
        "manifest_names_a_command",
        ("F12",),
        Refused(
            "f.manifest.json: names a file with a name that is not allowed — use small letters, digits, - "
            "and _, at most 64, and .csv",
            is_told_of=False,
        ),
        PEOPLE,
        manifest=said(file="a;rm -rf.csv"),
    ),
    Case(
        "manifest_names_an_escaped_step",
        ("F12",),
        Refused(
            "f.manifest.json: names a file with a name that is not allowed — use small letters, digits, - "
            "and _, at most 64, and .csv",
            is_told_of=False,
        ),
        PEOPLE,
        manifest=said(file="%2e%2e%2fa.csv"),
    ),
    Case(
        "manifest_names_a_line_end",
        ("F12",),
        Refused(
            "f.manifest.json: names a file with a name that is not allowed — use small letters, digits, - "
            "and _, at most 64, and .csv",
            is_told_of=False,
        ),
        PEOPLE,
        manifest=said(file="a\nb.csv"),
    ),
    Case(
        "manifest_names_a_file_of_300_signs",
        ("F12",),
        Refused(
            "f.manifest.json: names a file with a name that is not allowed — use small letters, digits, - "
            "and _, at most 64, and .csv",
            is_told_of=False,
        ),
        PEOPLE,
        manifest=said(file="a" * 300 + ".csv"),
    ),
    Case(
        "manifest_names_a_file_backwards",
        ("F12",),
        Refused(
            "f.manifest.json: names a file with a name that is not allowed — use small letters, digits, - "
            "and _, at most 64, and .csv",
            is_told_of=False,
        ),
        PEOPLE,
        manifest=said(file="a\u202evsc.csv"),
    ),
    Case(
        "manifest_names_a_file_that_is_not_there",
        ("F01",),
        Refused("b.csv: is not there — deliver it beside its manifest", is_told_of=False),
        PEOPLE,
        manifest=said(file="b.csv"),
    ),
    Case(
        "manifest_supersedes_what_never_came",
        ("F05",),
        Refused(
            "population.csv: is held: it supersedes a file that was not taken in — deliver that one first",
            is_told_of=False,
        ),
        PEOPLE,
        manifest=said(supersedes="0" * 64),
    ),
    Case(
        "cpr_number_as_the_reason_of_a_correction",
        ("F28",),
        Refused(
            "f.manifest.json: its reason looks like it holds a CPR number — say why without naming anyone",
            is_told_of=False,
        ),
        PEOPLE,
        manifest=said(said_by="Anna", reason="row of 010150-1234"),
    ),
    Case(
        "permission_that_has_expired",
        ("F02",),
        Refused(
            "population.csv: the permission has expired (R-1, 2022-10-14, before the day it describes) — "
            "renew it in the contract",
            is_told_of=False,
        ),
        PEOPLE,
        delivery={"permission": {"reference": "R-1", "expires": "2022-10-14"}},
        manifest=said(),
    ),
]
