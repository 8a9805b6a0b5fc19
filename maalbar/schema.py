"""The tables of the results database, as SQLAlchemy sees them. `sql/results/versions` makes them; a test compares."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Integer,
    MetaData,
    Numeric,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()
KNOWN_NOW = text("known_now()")
"""The database's own time, which never runs backwards: a row that is written after another is known after it."""


def _text(*names: str) -> list[Column[str]]:
    return [Column(name, Text, nullable=False) for name in names]


def _money_line() -> list[Column[str] | Column[int]]:
    """What a proposed line and a posted entry have in common: what it concerns, who pays whom, how much."""
    return [
        *_text("period", "outcome", "payer", "recipient", "component"),
        Column("amount_minor", BigInteger, nullable=False),
    ]


delivery = Table(
    "delivery",
    metadata,
    Column("delivery_id", Text, primary_key=True),
    *_text("contract", "source"),
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
    *_text("contract", "source"),
    Column("as_of", Date, nullable=False),
    *_text("file", "sha256", "kind", "what", "mend"),
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
    *_text("name", "why"),
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
    *_text("verdict", "words"),
    Column("figures", JSONB, nullable=False),
)

decision = Table(
    "decision",
    metadata,
    Column("sequence", BigInteger, Identity(always=True), primary_key=True),
    *_text("contract", "source"),
    Column("as_of", Date, nullable=False),
    *_text("sha256"),
    Column("checks", JSONB, nullable=False),
    *_text("said_by", "said_why"),
    Column("decided_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

measurement = Table(
    "measurement",
    metadata,
    Column("measurement_id", Text, primary_key=True),
    *_text("contract", "period"),
    Column("revision", Integer, nullable=False),
    Column("inputs", JSONB, nullable=False),
    Column("as_known_at", Date, nullable=False),
    *_text("terms_digest", "code_version"),
    Column("basis_digest", Text),
    Column("frozen_at", DateTime(timezone=True), server_default=KNOWN_NOW),
    UniqueConstraint("contract", "period", "revision"),
)

measured = Table(
    "measured",
    metadata,
    Column("measurement_id", Text, ForeignKey("measurement.measurement_id"), primary_key=True),
    Column("cohort", JSONB, nullable=False),
    *_text("result_digest"),
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
    *_text("verdict"),
    Column("figures", JSONB, nullable=False),
)

proposal = Table(
    "proposal",
    metadata,
    Column("contract", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    *_text("through", "digest", "ledger_head", "terms_digest"),
    Column("measurements", JSONB, nullable=False),
    *_text("state"),
)

payment_line = Table(
    "payment_line",
    metadata,
    Column("contract", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("line", Integer, primary_key=True, autoincrement=False),
    *_money_line(),
    ForeignKeyConstraint(["contract", "number"], ["proposal.contract", "proposal.number"]),
)

approval = Table(
    "approval",
    metadata,
    Column("contract", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("party", Text, primary_key=True),
    *_text("digest", "user_id", "name", "authority", "answer", "comment"),
    Column("answered_at", DateTime(timezone=True), nullable=False),
    ForeignKeyConstraint(["contract", "number"], ["proposal.contract", "proposal.number"]),
)

ledger_entry = Table(
    "ledger_entry",
    metadata,
    Column("contract", Text, primary_key=True),
    Column("entry", BigInteger, primary_key=True, autoincrement=False),
    Column("settlement", Integer, nullable=False),
    Column("line", Integer, nullable=False),
    *_money_line(),
    *_text("proposal_digest", "previous_hash", "hash"),
    Column("form", SmallInteger, nullable=False),
    Column("approvals_digest", Text, nullable=False, server_default=""),
    UniqueConstraint("contract", "settlement", "line"),
    ForeignKeyConstraint(
        ["contract", "settlement", "line"],
        ["payment_line.contract", "payment_line.number", "payment_line.line"],
    ),
)

signature_seen = Table(
    "signature_seen",
    metadata,
    *[Column(name, Text, primary_key=True) for name in ("contract", "party", "terms")],
    Column("dated", Date, primary_key=True),
    *_text("name", "authority"),
    Column("sequence", BigInteger, Identity(always=True), nullable=False, unique=True),
)

ledger_leg = Table(
    "ledger_leg",
    metadata,
    Column("contract", Text, primary_key=True),
    Column("entry", BigInteger, primary_key=True, autoincrement=False),
    Column("leg", SmallInteger, primary_key=True, autoincrement=False),
    *_text("account"),
    Column("amount_minor", BigInteger, nullable=False),
    ForeignKeyConstraint(["contract", "entry"], ["ledger_entry.contract", "ledger_entry.entry"]),
)

terms = Table(
    "terms",
    metadata,
    Column("digest", Text, primary_key=True),
    *_text("contract"),
    Column("body", JSON, nullable=False),
)

statement = Table(
    "statement",
    metadata,
    Column("contract", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("period", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    *_text("sha256", "file_name"),
    ForeignKeyConstraint(["contract", "number"], ["proposal.contract", "proposal.number"]),
)

invoice_event = Table(
    "invoice_event",
    metadata,
    Column("contract", Text, primary_key=True),
    Column("settlement", Integer, primary_key=True, autoincrement=False),
    *[Column(name, Text, primary_key=True) for name in ("payer", "recipient")],
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    *_text("state"),
    Column("dated", Date, nullable=False),
    Column("amount_minor", BigInteger),
    *_text("reference", "recorded_by"),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    ForeignKeyConstraint(["contract", "settlement"], ["proposal.contract", "proposal.number"]),
)

bundle = Table(
    "bundle",
    metadata,
    Column("measurement_id", Text, ForeignKey("measurement.measurement_id"), primary_key=True),
    Column("sha256", Text, nullable=False, unique=True),
    *_text("public_key", "key_name"),
    Column("deliveries", JSONB, nullable=False),
    Column("told_exactly", JSONB, nullable=False),
    Column("taken_in_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

correction = Table(
    "correction",
    metadata,
    Column("contract", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    *_text("name", "reason"),
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
    *_text("basis_digest", "code_version"),
    Column("figures", JSONB, nullable=False),
    Column("restated_at", DateTime(timezone=True), nullable=False, server_default=KNOWN_NOW),
)

erasure = Table(
    "erasure",
    metadata,
    Column("contract", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    *_text("kind", "because", "name"),
    Column("sources", JSONB, nullable=False),
    Column("persons", Integer, nullable=False),
    *[Column(name, JSONB, nullable=False) for name in ("replaced", "figures")],
    Column("erased_at", DateTime(timezone=True), nullable=False),
    *_text("previous_hash", "hash"),
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
    *_text("contract"),
    Column("delivery_id", Text, ForeignKey("delivery.delivery_id"), nullable=False),
    *_text("shelf", "old"),
    Column("new", Text),
    *_text("form"),
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
    *_text("contract"),
    Column("number", Integer, primary_key=True, autoincrement=False),
    *_text("result_digest"),
    Column("results", JSONB, nullable=False),
    ForeignKeyConstraint(["contract", "number"], ["erasure.contract", "erasure.number"]),
)

access_log = Table(
    "access_log",
    metadata,
    Column("sequence", BigInteger, Identity(always=True), primary_key=True),
    *_text("contract", "shelf", "sha256", "who", "why"),
    Column("opened_at", DateTime(timezone=True), nullable=False, server_default=text("clock_timestamp()")),
)
