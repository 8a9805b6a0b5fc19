"""The tables of what leaves: releases, their files, who let them out, and what became of them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from maalbar.schema.columns import KNOWN_NOW, metadata, required


def _numbered() -> list[Column[str] | Column[int]]:
    return [
        Column("contract", Text, primary_key=True),
        Column("number", Integer, primary_key=True, autoincrement=False),
    ]


def _of_release() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["contract", "number"], ["release.contract", "release.number"])


release = Table(
    "release",
    metadata,
    *_numbered(),
    *required("kind", "recipient", "profile"),
    Column("publishes", Boolean, nullable=False),
    *[Column(name, JSONB, nullable=False) for name in ("periods", "made_from", "cells")],
    *required("digest", "prepared_by"),
    Column("prepared_at", DateTime(timezone=True), nullable=False, server_default=KNOWN_NOW),
)

release_file = Table(
    "release_file",
    metadata,
    *_numbered(),
    Column("file_name", Text, primary_key=True),
    *required("sha256"),
    Column("size_bytes", BigInteger, nullable=False),
    _of_release(),
)

release_answer = Table(
    "release_answer",
    metadata,
    *_numbered(),
    Column("user_id", Text, primary_key=True),
    Column("party", Text, nullable=False, server_default=""),
    *required("digest", "name", "authority", "answer", "comment"),
    Column("answered_at", DateTime(timezone=True), nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=KNOWN_NOW),
    _of_release(),
    Index(
        "release_answer_of_party",
        "contract",
        "number",
        "party",
        unique=True,
        postgresql_where=text("party <> ''::text"),
    ),
)

release_event = Table(
    "release_event",
    metadata,
    *_numbered(),
    Column("state", Text, primary_key=True),
    *required("name", "why"),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=KNOWN_NOW),
    _of_release(),
)
