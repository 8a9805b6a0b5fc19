"""The tables of the results database, as SQLAlchemy sees them. `sql/results/versions` makes them; a test compares.

deliveries    what came, where its rows went, what was refused, and who let what in
measurements  frozen inputs and results, revision by revision; bundles, corrections and restatements of them
books         terms, proposals, answers, disagreements, the ledger, and what became of each amount
outgoing      what leaves to others than the parties, and who let it out
persons       who was erased, what was replaced for it, and who has opened a file
"""

from maalbar.schema.books import (
    answer_given,
    approval,
    disagreement,
    invoice_event,
    ledger_entry,
    ledger_leg,
    payment_line,
    proposal,
    question_put,
    signature_seen,
    statement,
    terms,
    waived_line,
)
from maalbar.schema.columns import KNOWN_NOW, metadata
from maalbar.schema.deliveries import decision, delivery, delivery_check, delivery_figure, quarantine_release, refusal
from maalbar.schema.measurements import (
    bundle,
    correction,
    diagnostic,
    effect_estimate,
    indicator_value,
    measured,
    measurement,
    restatement,
)
from maalbar.schema.outgoing import release, release_answer, release_event, release_file
from maalbar.schema.persons import access_log, erasure, measured_again, object_replaced, tombstone

__all__ = [
    "KNOWN_NOW",
    "access_log",
    "answer_given",
    "approval",
    "bundle",
    "correction",
    "decision",
    "delivery",
    "delivery_check",
    "delivery_figure",
    "diagnostic",
    "disagreement",
    "effect_estimate",
    "erasure",
    "indicator_value",
    "invoice_event",
    "ledger_entry",
    "ledger_leg",
    "measured",
    "measured_again",
    "measurement",
    "metadata",
    "object_replaced",
    "payment_line",
    "proposal",
    "quarantine_release",
    "question_put",
    "refusal",
    "release",
    "release_answer",
    "release_event",
    "release_file",
    "restatement",
    "signature_seen",
    "statement",
    "terms",
    "tombstone",
    "waived_line",
]
