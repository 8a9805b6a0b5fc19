"""A contract file with one thing changed, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from maalbar.contract import ContractFaults, load_agreement, load_contract
from maalbar.settings import PROJECT

ROWS = PROJECT / "docs" / "examples" / "features"
TINY = (Path(__file__).parent.parent / "contracts" / "tiny.yaml").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Refused:
    """The file as changed, and the error of loading it."""

    path: Path
    text: str
    error: ContractFaults

    def line_of(self, part: str) -> int:
        """The line on which the one occurrence of a text begins."""
        assert self.text.count(part) == 1, f"`{part}` does not stand in the file exactly once"
        return self.text[: self.text.index(part)].count("\n") + 1


@pytest.fixture
def refused_row(tmp_path: Path) -> Callable[..., Refused]:
    """Loads the agreement of a row of `tests/contract_features/rows` with texts replaced, and expects a refusal."""

    def load(number: int, *changes: tuple[str, str]) -> Refused:
        (file,) = ROWS.glob(f"{number:02}-*.yaml")
        text = file.read_text(encoding="utf-8")
        for old, new in changes:
            assert text.count(old) == 1, f"`{old}` does not stand in the file exactly once"
            text = text.replace(old, new)
        path = tmp_path / file.name
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ContractFaults) as caught:
            load_agreement(path)
        return Refused(path, text, caught.value)

    return load


@pytest.fixture
def refused(tmp_path: Path) -> Callable[..., Refused]:
    """Loads the tiny contract with each text replaced by another, and expects a refusal."""

    def load(*changes: tuple[str, str]) -> Refused:
        text = TINY
        for old, new in changes:
            assert text.count(old) == 1, f"`{old}` does not stand in the file exactly once"
            text = text.replace(old, new)
        path = tmp_path / "tiny.yaml"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ContractFaults) as caught:
            load_contract(path)
        return Refused(path, text, caught.value)

    return load
