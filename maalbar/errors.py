"""The errors of Maalbar: one clear line each (what, where, how to mend it), and an exit code per kind of cause.

    MaalbarError                     1
    ├── ContractError                3   a contract file cannot be used
    ├── DeliveryRefused              4   a file as a whole cannot be taken in
    │   ├── IdentityFound                a file holds what may name a person; nothing of it stays here
    │   └── BundleRefused                a result bundle of another room cannot be taken in, or may not be written
    ├── ChecksFailed                 5   an expectation does not hold
    │   └── DecisionNeeded               a file differs from those before it so much that a person must decide
    ├── MeasurementError             6   a period cannot be measured as asked
    │   ├── EarlierPeriodMissing         an earlier period is not measured yet, so this one waits
    │   └── SourcesExpired               what it was measured from may no longer be kept, and is erased
    ├── SettlementRefused            7   a proposal cannot be approved or posted
    │   ├── ProposalSuperseded           a newer proposal has taken its place
    │   ├── ProposalDecided              it has been posted or rejected, by other answers than these
    │   ├── ProposalStale                the ledger or the results moved since it was made
    │   ├── PeriodRejected               a party said no, and nobody has taken a way on yet
    │   ├── ApprovalRefused              an answer is missing, or counts for nothing: someone not named gave it
    │   │   └── ProposalRejected         a party said no
    │   ├── InvoiceRefused               what is told of an invoice cannot follow what was told before
    │   └── TermsNotBinding              the terms are not signed, or say something else of a period that is settled
    ├── ResultsRefused              10   a file of results that others hand in cannot be settled
    ├── ErasureRefused              12   nothing can be erased as asked
    ├── ReleaseRefused              13   figures cannot be released without telling of single persons, or nobody may let them out
    │   └── ReleaseStale                 figures or earlier releases moved since it was prepared
    ├── StoreDamaged                 8   stored bytes no longer match their hash
    ├── LandingUnreachable          11   the place where senders put files cannot be reached now; also a ConnectionError
    └── SetupError                   9   a setting, a service or a file of the installation is missing

No message holds a row value: an error names files, columns, counts and row numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType


class MaalbarError(Exception):
    """The root. `what` went wrong, `where` (file, line, period), `mend`: what the reader can do about it."""

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", mend: str = "") -> None:
        self.what, self.where, self.mend = what, where, mend
        super().__init__(self.line)
        self.lines = [self.line]
        """One line per fault; one alone unless the error gathers several."""

    @property
    def line(self) -> str:
        """The whole message in one line."""
        parts = [f"{self.where}: {self.what}" if self.where else self.what]
        if self.mend:
            parts.append(self.mend)
        return " ".join(" — ".join(parts).split())

    def __reduce__(self) -> tuple[object, ...]:
        # Keyword-only arguments do not survive the default pickling, which Airflow uses between processes.
        return _rebuild, (type(self), self.what, self.where, self.mend)


def _rebuild(kind: type[MaalbarError], what: str, where: str, mend: str) -> MaalbarError:
    return kind(what, where=where, mend=mend)


class ContractError(MaalbarError):
    exit_code = 3


class DeliveryRefused(MaalbarError):
    exit_code = 4


class BundleRefused(DeliveryRefused):
    pass


class IdentityFound(DeliveryRefused):
    pass


class ChecksFailed(MaalbarError):
    exit_code = 5


class DecisionNeeded(ChecksFailed):
    """`checks`: the names of all that are broken, which a decision would let pass. `figures`: what was found of those that stop
    the file. They do not travel between processes."""

    checks: tuple[str, ...] = ()
    figures: Mapping[str, Mapping[str, int | float | str]] = MappingProxyType({})


class MeasurementError(MaalbarError):
    exit_code = 6


class EarlierPeriodMissing(MeasurementError):
    pass


class SourcesExpired(MeasurementError):
    pass


class ErasureRefused(MaalbarError):
    exit_code = 12


class SettlementRefused(MaalbarError):
    exit_code = 7


class ProposalSuperseded(SettlementRefused):
    pass


class ProposalDecided(SettlementRefused):
    pass


class ProposalStale(SettlementRefused):
    pass


class PeriodRejected(SettlementRefused):
    pass


class ApprovalRefused(SettlementRefused):
    pass


class ProposalRejected(ApprovalRefused):
    pass


class ResultsRefused(MaalbarError):
    exit_code = 10

    @classmethod
    def of(cls, faults: list[ResultsRefused]) -> ResultsRefused:
        """One error for all faults of a file, in order."""
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        error = cls(faults[0].what, where=faults[0].where, mend=faults[0].mend + more)
        error.lines = [fault.line for fault in faults]
        return error


class ReleaseRefused(MaalbarError):
    exit_code = 13


class ReleaseStale(ReleaseRefused):
    pass


class TermsNotBinding(SettlementRefused):
    pass


class InvoiceRefused(SettlementRefused):
    pass


class StoreDamaged(MaalbarError):
    exit_code = 8


class LandingUnreachable(MaalbarError, ConnectionError):
    """Also a ConnectionError: what a lost connection has stopped may be tried again as it is."""

    exit_code = 11


class SetupError(MaalbarError):
    exit_code = 9
