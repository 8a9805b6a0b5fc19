"""The tables of persons: who was erased, what was replaced for it, and who has opened a file."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from maalbar.schema.columns import metadata, required

erasure = Table(
    "erasure",
    metadata,
    Column("contract", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    *required("kind", "because", "name"),
    Column("sources", JSONB, nullable=False),
    Column("persons", Integer, nullable=False),
    *[Column(name, JSONB, nullable=False) for name in ("replaced", "figures")],
    Column("erased_at", DateTime(timezone=True), nullable=False),
    *required("previous_hash", "hash"),
)

tombstone = Table(
    "tombstone",
    metadata,
    *[Column(name, Text, primary_key=True) for name in ("contract", "source")],
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("mark", Text, primary_key=True),
    Column("number", Integer, nullable=False),
    ForeignKeyConstraint(["contract", "number"], ["erasure.contract", "erasure.number"]),
)

object_replaced = Table(
    "object_replaced",
    metadata,
    Column("sequence", BigInteger, Identity(always=True), primary_key=True),
    *required("contract"),
    Column("delivery_id", Text, ForeignKey("delivery.delivery_id"), nullable=False),
    *required("shelf", "old"),
    Column("new", Text),
    *required("form"),
    Column("person_key", Integer),
    Column("rows_gone", BigInteger, nullable=False),
    Column("gone", JSONB, nullable=False),
    Column("number", Integer, nullable=False),
    UniqueConstraint("delivery_id", "shelf", "number"),
    ForeignKeyConstraint(["contract", "number"], ["erasure.contract", "erasure.number"]),
)

measured_again = Table(
    "measured_again",
    metadata,
    Column("measurement_id", Text, ForeignKey("measurement.measurement_id"), primary_key=True),
    *required("contract"),
    Column("number", Integer, primary_key=True, autoincrement=False),
    *required("result_digest"),
    Column("results", JSONB, nullable=False),
    ForeignKeyConstraint(["contract", "number"], ["erasure.contract", "erasure.number"]),
)

access_log = Table(
    "access_log",
    metadata,
    Column("sequence", BigInteger, Identity(always=True), primary_key=True),
    *required("contract", "shelf", "sha256", "who", "why"),
    Column("opened_at", DateTime(timezone=True), nullable=False, server_default=text("clock_timestamp()")),
)
