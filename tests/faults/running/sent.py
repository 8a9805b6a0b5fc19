"""The contract of five years, signed by its parties, and its senders: every file is written here from its cells."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
from collections.abc import Mapping
from pathlib import Path

from maalbar.contract import Contract, load_contract
from maalbar.contract.signing import sign
from maalbar.contract.yamlfile import read_yaml
from maalbar.manifest import SUFFIX

CONTRACT = Path(__file__).parent / "five_years.yaml"
PERIODS = ("0", "1", "2", "3", "4", "5")
SOURCES = ("doctors", "hospitals")
PERSONS = tuple(f"{arm}{number:02}" for arm in "tc" for number in range(20))
"""Treated and compared with, as their ids begin."""

Cells = dict[tuple[str, str], int]
"""(person, window) → visits; the window of the baseline is that of period 0."""


FUND = "approvers: [{user: fie, name: Fie Fund, authority: Power of attorney}]"
FOUR_EYES = "\n    ".join(
    [FUND, "deputies: [{user: finn, name: Finn Fund, authority: Power of attorney}]", "four_eyes: true"]
)


def write_contract(folder: Path, contract_id: str = "five_years", *, four_eyes: bool = False) -> Contract:
    """The contract under another id, signed on its day by an approver of each party. `four_eyes`: of the fund."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{contract_id}.yaml"
    shutil.copyfile(CONTRACT, file)
    file.write_text(file.read_text(encoding="utf-8").replace("id: five_years", f"id: {contract_id}"), encoding="utf-8")
    assert read_yaml(file).data["id"] == contract_id
    if four_eyes:
        file.write_text(file.read_text(encoding="utf-8").replace(FUND, FOUR_EYES), encoding="utf-8")
        assert read_yaml(file).data["parties"]["fund"]["four_eyes"]
    contract = load_contract(file)
    for party_id, party in contract.answering.items():
        sign(file, party_id, party.approvers[0].name, "The council", contract.status.dated)
    return load_contract(file)


def counted(rng: random.Random, through: str) -> Cells:
    """What a sender has counted of everybody, in all windows up to one; the treated come down by a little."""
    windows = PERIODS[: PERIODS.index(through) + 1]
    return {
        (person, window): rng.randint(2, 8) - (rng.randint(0, 2) if window != "0" and person[0] == "t" else 0)
        for person in PERSONS
        for window in windows
    }


def land(
    landing: Path, contract: Contract, source: str, period: str, cells: Mapping[tuple[str, str], int], *,
    supersedes: str | None = None, is_whole: bool = True,
) -> str:  # fmt: skip
    """Put a file of a period into the landing folder, and its manifest last; its hash. `is_whole`: or its last bytes lack."""
    lines = ["person;year;arm;visits"]
    lines += [f"{person};{window};{person[0]};{visits}" for (person, window), visits in cells.items()]
    raw = ("\n".join(lines) + "\n").encode()
    sha256, as_of = hashlib.sha256(raw).hexdigest(), contract.period(period).run_after.isoformat()
    folder = landing / contract.id / source
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{source}-{as_of}-{sha256[:8]}.csv"
    (folder / name).write_bytes(raw if is_whole else raw[:-20])
    said = {"contract": contract.id, "source": source, "as_of": as_of, "file": name, "sha256": sha256}
    said |= {"rows": len(cells), "bytes": len(raw)} | ({"supersedes": supersedes} if supersedes else {})
    (folder / f"{name}{SUFFIX}").write_text(json.dumps(said), encoding="utf-8")
    return sha256
