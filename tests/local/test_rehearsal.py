"""A rehearsal without Airflow: every document of a contract, of days that the clock does not move, and nothing left behind."""

from __future__ import annotations

import os

import pypdf
import pytest

from maalbar.documents.kept_facts import from_json
from maalbar.local.rehearsal import rehearsal

pytestmark = pytest.mark.slow


def test_a_rehearsal_writes_every_document_and_leaves_the_environment_as_it_was(tiny_contract, tmp_path):
    tiny_contract()
    before, told = dict(os.environ), []
    written = rehearsal("tiny", tmp_path / "out", years=-1, people=40, seed=3, tell=told.append)
    assert dict(os.environ) == before
    assert told[-2:] == ["period 1: measured, approved, posted", "period 2: measured, approved, posted"]
    names = {str(path.relative_to(tmp_path / "out")) for path in written}
    statements = {f"statements/tiny_demo__{kind}" for p in "12" for kind in (f"opgoerelse-{p}", f"statement-{p}.en")}
    others = {"tiny_demo__aarsrapport-2", "tiny_demo__yearly-report-2.en", "kontrakter", "contracts.en"}
    facts = {"tiny_demo__opgoerelse-1", "tiny_demo__statement-1.en", *others}
    assert names == {f"{name}.{kind}" for name in statements | others for kind in ("pdf", "html")} | {
        f"facts/{name}.json" for name in facts
    }
    assert len(pypdf.PdfReader(tmp_path / "out" / "tiny_demo__aarsrapport-2.pdf").pages) == 2
    first = from_json((tmp_path / "out" / "facts" / "tiny_demo__opgoerelse-1.json").read_bytes())
    # The tiny contract's first period may run on 15 October 2022; a year earlier its demo approvers answer, on that day.
    assert {approval.answered_on.isoformat() for approval in first.approvals} == {"2021-10-15"}
    assert first.rehearsal_years == -1
