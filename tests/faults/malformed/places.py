"""What lies in the landing folder under the name of a file, and is none."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from tests.faults.malformed.case import GOOD, Case, Refused
from tests.faults.malformed.written import TWENTY

PEOPLE, NAME = GOOD["population"], "population.csv"


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
    Case(
        "link_for_a_file",
        ("F11",),
        Refused("population.csv: is a link — deliver it again, as a file of its own", is_told_of=False),
        PEOPLE,
        **TWENTY,
        placed=_replaced(_linked),
    ),
    Case(
        "link_to_what_nobody_should_see",
        ("F11",),
        Refused("population.csv: is a link — deliver it again, as a file of its own", is_told_of=False),
        PEOPLE,
        **TWENTY,
        placed=_replaced(lambda path: path.symlink_to("/etc/passwd")),
    ),
    Case(
        "second_name_of_a_file",
        ("F11",),
        Refused(
            "population.csv: is also known under another name (a hard link) — deliver it again, as a file of its own",
            is_told_of=False,
        ),
        PEOPLE,
        **TWENTY,
        placed=_replaced(_linked_hard),
    ),
    Case(
        "pipe_for_a_file",
        ("F11",),
        Refused("population.csv: is no plain file — deliver it again, as a file of its own", is_told_of=False),
        PEOPLE,
        **TWENTY,
        placed=_replaced(os.mkfifo),
    ),
    Case(
        "folder_for_a_file",
        ("F11",),
        Refused("population.csv: is a folder — deliver it again, as a file of its own", is_told_of=False),
        PEOPLE,
        **TWENTY,
        placed=_replaced(Path.mkdir),
    ),
    Case(
        "link_for_a_manifest",
        ("F11",),
        Refused(
            "f.manifest.json: cannot be read (Too many levels of symbolic links) — let us read it, or deliver it again",
            is_told_of=False,
        ),
        PEOPLE,
        **TWENTY,
        placed=_replaced(_linked, "f.manifest.json"),
    ),
    Case(
        "pipe_for_a_manifest",
        ("F11",),
        Refused("f.manifest.json: is no plain file — deliver it again, as a file of its own", is_told_of=False),
        PEOPLE,
        **TWENTY,
        placed=_replaced(os.mkfifo, "f.manifest.json"),
    ),
]
