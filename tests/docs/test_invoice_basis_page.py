"""The page about invoice basis and posting file describes every column, in its order, and no other."""

from __future__ import annotations

import re

from maalbar.flow import invoice_basis, posting_file
from maalbar.settings import PROJECT


def test_the_page_describes_the_columns_of_both_files_in_their_order():
    text = (PROJECT / "docs" / "invoice-basis.md").read_text(encoding="utf-8")
    first, second = text.split("## The posting file")
    described = [re.findall(r"^\| `([^`]+)` \|", part, re.MULTILINE) for part in (first.split("| column |")[1], second)]
    assert described == [list(invoice_basis.COLUMNS), list(posting_file.COLUMNS)]
