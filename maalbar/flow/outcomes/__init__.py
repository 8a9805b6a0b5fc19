"""What the Outcomes pages show, gathered from the contract's file, the ledger, the results and the register of statements.

`is_full` in every function: whether the reader may see what is not approved yet. Without it nothing here hands out an open
proposal, a measurement that is not posted, what was set aside, or a release that has not left. Who may see a contract at all is
asked before; nothing here asks.
"""

from maalbar.flow.outcomes.books import head_of
from maalbar.flow.outcomes.contract import brief, contract_facts
from maalbar.flow.outcomes.issued import issued_file, statement_shown
from maalbar.flow.outcomes.period import period_facts, run_facts

__all__ = [
    "brief",
    "contract_facts",
    "head_of",
    "issued_file",
    "period_facts",
    "run_facts",
    "statement_shown",
]
