"""Lay the portfolio out: one self-contained HTML page, and the same as PDF."""

from __future__ import annotations

from maalbar.documents.html import render_html
from maalbar.documents.pdf import render_pdf
from maalbar.documents.portfolio.document import portfolio_document
from maalbar.documents.portfolio.facts import PortfolioFacts


def portfolio_html(facts: PortfolioFacts) -> bytes:
    """The page as HTML."""
    return render_html(portfolio_document(facts), {}, "portfolio.html.j2")


def portfolio_pdf(facts: PortfolioFacts) -> bytes:
    """The page as PDF, dated by the day it tells of."""
    return render_pdf(portfolio_document(facts), {}, facts.as_of, "portfolio.typ")
