"""The tables of books: terms, proposals, what was asked and answered, the ledger, and what became of each amount."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

from maalbar.schema.columns import KNOWN_NOW, metadata, money_line, required

proposal = Table(
    "proposal",
    metadata,
    Column("contract", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    *required("through", "digest", "ledger_head", "terms_digest"),
    Column("measurements", JSONB, nullable=False),
    *required("state"),
)

payment_line = Table(
    "payment_line",
    metadata,
    Column("contract", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("line", Integer, primary_key=True, autoincrement=False),
    *money_line(),
    ForeignKeyConstraint(["contract", "number"], ["proposal.contract", "proposal.number"]),
)

approval = Table(
    "approval",
    metadata,
    Column("contract", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("party", Text, primary_key=True),
    *required("digest", "user_id", "name", "authority", "answer", "comment"),
    Column("answered_at", DateTime(timezone=True), nullable=False),
    Column("place", SmallInteger, primary_key=True, autoincrement=False, server_default="1"),
    UniqueConstraint("contract", "number", "party", "user_id", name="two_different_people"),
    ForeignKeyConstraint(["contract", "number"], ["proposal.contract", "proposal.number"]),
)

ledger_entry = Table(
    "ledger_entry",
    metadata,
    Column("contract", Text, primary_key=True),
    Column("entry", BigInteger, primary_key=True, autoincrement=False),
    Column("settlement", Integer, nullable=False),
    Column("line", Integer, nullable=False),
    *money_line(),
    *required("proposal_digest", "previous_hash", "hash"),
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
    *required("name", "authority"),
    Column("sequence", BigInteger, Identity(always=True), nullable=False, unique=True),
)

ledger_leg = Table(
    "ledger_leg",
    metadata,
    Column("contract", Text, primary_key=True),
    Column("entry", BigInteger, primary_key=True, autoincrement=False),
    Column("leg", SmallInteger, primary_key=True, autoincrement=False),
    *required("account"),
    Column("amount_minor", BigInteger, nullable=False),
    ForeignKeyConstraint(["contract", "entry"], ["ledger_entry.contract", "ledger_entry.entry"]),
)

terms = Table(
    "terms",
    metadata,
    Column("digest", Text, primary_key=True),
    *required("contract"),
    Column("body", JSON, nullable=False),
)

disagreement = Table(
    "disagreement",
    metadata,
    Column("contract", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    *required("step", "party", "user_id", "name", "authority", "why"),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=KNOWN_NOW),
    ForeignKeyConstraint(["contract", "number"], ["proposal.contract", "proposal.number"]),
)

waived_line = Table(
    "waived_line",
    metadata,
    Column("contract", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("sequence", Integer, nullable=False),
    ForeignKeyConstraint(
        ["contract", "number", "line"], ["payment_line.contract", "payment_line.number", "payment_line.line"]
    ),
    ForeignKeyConstraint(
        ["contract", "number", "sequence"],
        ["disagreement.contract", "disagreement.number", "disagreement.sequence"],
    ),
)

statement = Table(
    "statement",
    metadata,
    Column("contract", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("period", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    *required("sha256", "file_name"),
    Column("language", Text, primary_key=True, server_default="da"),
    ForeignKeyConstraint(["contract", "number"], ["proposal.contract", "proposal.number"]),
)

invoice_event = Table(
    "invoice_event",
    metadata,
    Column("contract", Text, primary_key=True),
    Column("settlement", Integer, primary_key=True, autoincrement=False),
    *[Column(name, Text, primary_key=True) for name in ("payer", "recipient")],
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    *required("state"),
    Column("dated", Date, nullable=False),
    Column("amount_minor", BigInteger),
    *required("reference", "recorded_by"),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    ForeignKeyConstraint(["contract", "settlement"], ["proposal.contract", "proposal.number"]),
)

question_put = Table(
    "question_put",
    metadata,
    Column("sequence", BigInteger, Identity(always=True), primary_key=True),
    *required("contract", "dag", "run", "task", "digest"),
    Column("put_at", DateTime(timezone=True), nullable=False, server_default=KNOWN_NOW),
)

answer_given = Table(
    "answer_given",
    metadata,
    Column("question", BigInteger, ForeignKey("question_put.sequence"), primary_key=True, autoincrement=False),
    *required("user_id", "option", "comment"),
    Column("answered_at", DateTime(timezone=True), nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=KNOWN_NOW),
)
