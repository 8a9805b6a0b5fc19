"""The tables of deliveries: what came, where its rows went, what was refused, and who let what in."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

from maalbar.schema.columns import KNOWN_NOW, metadata, required

delivery = Table(
    "delivery",
    metadata,
    Column("delivery_id", Text, primary_key=True),
    *required("contract", "source"),
    Column("as_of", Date, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("supersedes", Text),
    Column("canonical_sha256", Text, nullable=False),
    Column("quarantine_sha256", Text),
    *[Column(f"rows_{name}", BigInteger, nullable=False) for name in ("in", "accepted", "quarantined", "collapsed")],
    *[Column(f"rows_{name}", BigInteger, nullable=False, server_default="0") for name in ("cancelled", "erased")],
    Column("person_key", Integer),
    *[Column(name, Text) for name in ("said_by", "said_why", "file")],
    Column("received_at", DateTime(timezone=True), nullable=False, server_default=KNOWN_NOW),
    Column("sequence", BigInteger, Identity(always=True), nullable=False, unique=True),
    CheckConstraint(
        "rows_in = rows_accepted + rows_quarantined + rows_collapsed + rows_cancelled + rows_erased", name="row_account"
    ),
)

refusal = Table(
    "refusal",
    metadata,
    Column("sequence", BigInteger, Identity(always=True), primary_key=True),
    *required("contract", "source"),
    Column("as_of", Date, nullable=False),
    *required("file", "sha256", "kind", "what", "mend"),
    Column("checks", JSONB(none_as_null=True)),
    Column("refused_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    UniqueConstraint("contract", "source", "as_of", "sha256", "what"),
)

quarantine_release = Table(
    "quarantine_release",
    metadata,
    Column("delivery_id", Text, ForeignKey("delivery.delivery_id"), primary_key=True),
    Column("of_delivery", Text, ForeignKey("delivery.delivery_id"), nullable=False),
    Column("reasons", JSONB, nullable=False),
    Column("rows_released", BigInteger, nullable=False),
    *required("name", "why"),
    Column("released_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("rows_released > 0"),
    CheckConstraint("delivery_id <> of_delivery"),
)

delivery_figure = Table(
    "delivery_figure",
    metadata,
    Column("delivery_id", Text, ForeignKey("delivery.delivery_id"), primary_key=True),
    Column("figures", JSONB, nullable=False),
)

delivery_check = Table(
    "delivery_check",
    metadata,
    Column("delivery_id", Text, ForeignKey("delivery.delivery_id"), primary_key=True),
    Column("name", Text, primary_key=True),
    *required("verdict", "words"),
    Column("figures", JSONB, nullable=False),
)

decision = Table(
    "decision",
    metadata,
    Column("sequence", BigInteger, Identity(always=True), primary_key=True),
    *required("contract", "source"),
    Column("as_of", Date, nullable=False),
    *required("sha256"),
    Column("checks", JSONB, nullable=False),
    *required("said_by", "said_why"),
    Column("decided_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)
