"""What the tables of the results database have in common."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, MetaData, Text, text

metadata = MetaData()
KNOWN_NOW = text("known_now()")
"""The database's own time, which never runs backwards: a row that is written after another is known after it."""


def required(*names: str) -> list[Column[str]]:
    """Columns of text that are never empty."""
    return [Column(name, Text, nullable=False) for name in names]


def money_line() -> list[Column[str] | Column[int]]:
    """What a proposed line and a posted entry have in common: what it concerns, who pays whom, how much."""
    return [
        *required("period", "outcome", "payer", "recipient", "component"),
        Column("amount_minor", BigInteger, nullable=False),
    ]
