"""Archives that are damaged, hold what they should not, or would fill the disk."""

from __future__ import annotations

import gzip
import io
import zipfile
from typing import Any

from tests.faults.malformed.case import GOOD, Case, Refused
from tests.faults.malformed.written import TWENTY

PEOPLE = GOOD["population"]
AS_ZIP: dict[str, Any] = {"file": "population.csv.zip", "delivery": {"packed": "zip"}}
AS_GZIP: dict[str, Any] = {"file": "population.csv.gz", "delivery": {"packed": "gzip"}}


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return sink.getvalue()


def _link() -> zipfile.ZipInfo:
    link = zipfile.ZipInfo("population.csv")
    link.external_attr = 0o120777 << 16
    return link


CASES = [
    Case(
        "gzip_cut",
        ("F07",),
        Refused("population.csv.gz: is damaged or cut off — send it whole, or pack it again"),
        gzip.compress(PEOPLE)[:-12],
        **AS_GZIP,
        **TWENTY,
    ),
    Case(
        "zip_cut",
        ("F07",),
        Refused("population.csv.zip: is no whole zip — send it whole, or pack it again"),
        zipped(("population.csv", PEOPLE))[:-12],
        **AS_ZIP,
        **TWENTY,
    ),
    Case(
        "zip_bomb",
        ("F10",),
        Refused(
            "population.csv.zip: says that it unpacks to more than the agreed 20 MB — raise "
            "`max_unpacked_mb` if it should"
        ),
        zipped(("population.csv", b"0" * 40_000_000)),
        file="population.csv.zip",
        delivery={"packed": "zip", "max_unpacked_mb": "20"},
        **TWENTY,
    ),
    Case(
        "gzip_bomb",
        ("F10",),
        Refused("population.csv.gz: unpacks to more than 300 times its size — send it unpacked"),
        gzip.compress(b"0" * 40_000_000),
        file="population.csv.gz",
        delivery={"packed": "gzip", "max_unpacked_mb": "20"},
        **TWENTY,
    ),
    Case(
        "zip_that_leads_out",
        ("F11",),
        Refused(
            "population.csv.zip: holds a file with a path that leads out of it — pack the plain file, by the usual zip"
        ),
        zipped(("../../population.csv", PEOPLE)),
        **AS_ZIP,
        **TWENTY,
    ),
    Case(
        "zip_from_the_root",
        ("F11",),
        Refused(
            "population.csv.zip: holds a file with a path that leads out of it — pack the plain file, by the usual zip"
        ),
        zipped(("/etc/population.csv", PEOPLE)),
        **AS_ZIP,
        **TWENTY,
    ),
    Case(
        "zip_of_a_link",
        ("F11",),
        Refused("population.csv.zip: holds a link, not a file — pack the plain file, by the usual zip"),
        zipped((_link(), b"/etc/passwd")),
        **AS_ZIP,
        **TWENTY,
    ),
    Case(
        "zip_of_a_device",
        ("F11",),
        Refused("population.csv.zip: holds a file that is named as a device — pack the plain file, by the usual zip"),
        zipped(("aux.csv", PEOPLE)),
        **AS_ZIP,
        **TWENTY,
    ),
    Case(
        "zip_of_two",
        ("F11",),
        Refused("population.csv.zip: is a zip of 2 files or folders — pack the one file alone"),
        zipped(("a.csv", PEOPLE), ("b.csv", PEOPLE)),
        **AS_ZIP,
        **TWENTY,
    ),
    Case(
        "zip_in_a_zip",
        ("F13",),
        Refused("population.csv.zip: is an archive that holds an archive — pack it once"),
        zipped(("population.csv", zipped(("a.csv", PEOPLE)))),
        **AS_ZIP,
        **TWENTY,
    ),
    Case(
        "zip_called_csv",
        ("F13",),
        Refused("population.csv: a zero byte at byte 5 — send text alone, in the agreed encoding"),
        zipped(("population.csv", PEOPLE)),
        **TWENTY,
    ),
    Case(
        "cpr_number_in_the_name_inside_a_zip",
        ("F28",),
        Refused(
            "population.csv.zip: the name of the file inside it looks like it holds CPR numbers; nothing of "
            "the file is kept — pseudonymise it before it is sent",
            "IdentityFound",
        ),
        zipped(("010150-1234.csv", PEOPLE)),
        **AS_ZIP,
        **TWENTY,
    ),
]
