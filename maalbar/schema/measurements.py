"""The tables of measurements: frozen inputs and results, revision by revision; bundles, corrections and restatements of them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Integer,
    Numeric,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

from maalbar.schema.columns import KNOWN_NOW, metadata, required

measurement = Table(
    "measurement",
    metadata,
    Column("measurement_id", Text, primary_key=True),
    *required("contract", "period"),
    Column("revision", Integer, nullable=False),
    Column("inputs", JSONB, nullable=False),
    Column("as_known_at", Date, nullable=False),
    *required("terms_digest", "code_version"),
    Column("basis_digest", Text),
    Column("frozen_at", DateTime(timezone=True), server_default=KNOWN_NOW),
    UniqueConstraint("contract", "period", "revision"),
)

measured = Table(
    "measured",
    metadata,
    Column("measurement_id", Text, ForeignKey("measurement.measurement_id"), primary_key=True),
    Column("cohort", JSONB, nullable=False),
    *required("result_digest"),
    Column("form", SmallInteger, nullable=False),
    Column("measured_at", DateTime(timezone=True), server_default=KNOWN_NOW),
    Column("erasures", Integer, nullable=False, server_default="0"),
)

indicator_value = Table(
    "indicator_value",
    metadata,
    Column("measurement_id", Text, ForeignKey("measurement.measurement_id"), primary_key=True),
    *[Column(name, Text, primary_key=True) for name in ("outcome", "window_id", "arm")],
    # Null where another room has withheld it.
    *[Column(name, BigInteger) for name in ("persons", "person_days")],
    *[Column(name, Numeric) for name in ("person_years", "quantity")],
    Column("value", Numeric),
    Column("invited", BigInteger),
    *[Column(name, Numeric) for name in ("low", "high", "standardised", "standardised_low", "standardised_high")],
    Column("standardised_refused", Text),
    Column("persons_with_any", BigInteger),
)

effect_estimate = Table(
    "effect_estimate",
    metadata,
    Column("measurement_id", Text, ForeignKey("measurement.measurement_id"), primary_key=True),
    *[Column(name, Text, primary_key=True) for name in ("outcome", "basis")],
    *[
        Column(name, Numeric)
        for name in ("change", "standard_error", "low", "high", "p_value", "detectable", "improvement")
    ],
    Column("units", BigInteger),
    Column("not_measurable", Text),
    *[Column(name, Text) for name in ("estimator", "clusters")],
    *[Column(name, Boolean) for name in ("is_approximate", "is_significant")],
    Column("power", Numeric),
)

diagnostic = Table(
    "diagnostic",
    metadata,
    Column("measurement_id", Text, ForeignKey("measurement.measurement_id"), primary_key=True),
    *[Column(name, Text, primary_key=True) for name in ("outcome", "basis", "name")],
    *required("verdict"),
    Column("figures", JSONB, nullable=False),
)

bundle = Table(
    "bundle",
    metadata,
    Column("measurement_id", Text, ForeignKey("measurement.measurement_id"), primary_key=True),
    Column("sha256", Text, nullable=False, unique=True),
    *required("public_key", "key_name"),
    Column("deliveries", JSONB, nullable=False),
    Column("told_exactly", JSONB, nullable=False),
    Column("taken_in_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

correction = Table(
    "correction",
    metadata,
    Column("contract", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    *required("name", "reason"),
    *[Column(name, JSONB, nullable=False) for name in ("substitutions", "revisions")],
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=KNOWN_NOW),
)

restatement = Table(
    "restatement",
    metadata,
    Column("restatement_id", Text, primary_key=True),
    Column("measurement_id", Text, ForeignKey("measurement.measurement_id"), nullable=False),
    Column("inputs", JSONB, nullable=False),
    Column("as_known_at", Date, nullable=False),
    *required("basis_digest", "code_version"),
    Column("figures", JSONB, nullable=False),
    Column("restated_at", DateTime(timezone=True), nullable=False, server_default=KNOWN_NOW),
)
