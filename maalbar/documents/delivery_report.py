"""The page of an intake: what came for a period, what was made of it, and what is to be done. No value of a row is on it.

It is for whoever stands before a failed run and has never seen the project: first what to do, then the messages to send, then
every source with what was looked at. One HTML file, nothing fetched, no script but that of `framed`; every text is escaped.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from maalbar.documents.framed import templates
from maalbar.documents.set_aside import Counted

ACCOUNT = {
    "in": "rows in",
    "accepted": "accepted",
    "quarantined": "set aside",
    "collapsed": "the same as others",
    "cancelled": "not meant, or taken back",
    "erased": "of erased persons",
}
"""The parts of a row account, in words."""


@dataclass(frozen=True)
class Check:
    """Something that was looked at, in words, and what was found."""

    verdict: Literal["held", "broken", "warned", "untested"]
    words: str


@dataclass(frozen=True)
class Fault:
    """A file that was not taken in. `reasons`: the rows that were wrong, where they are known.

    `whose`: who mends it. `is_held`: it waits for a word and not for another file. `is_past`: it was refused at an earlier look
    and does not lie there any more. `asks`: what its sender is asked about in Danish, where a person must decide.
    """

    file: str
    what: str
    mend: str
    whose: Literal["sender", "ours"]
    as_of: date | None = None
    sha256: str = ""
    is_held: bool = False
    is_past: bool = False
    reasons: tuple[Counted, ...] = ()
    asks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Taken:
    """A delivery that was taken in. `account`: part (a key of ACCOUNT) → rows. `remarks`: who said what of it."""

    delivery_id: str
    file: str
    as_of: date
    sha256: str
    is_in_force: bool
    account: dict[str, int]
    checks: tuple[Check, ...]
    reasons: tuple[Counted, ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class SourceFacts:
    """Everything of one source and period. `sender`: the name of the party that sends it. `unannounced`: the files that lie there
    without their manifest, and since when."""

    source: str
    register_name: str
    sender: str
    taken: tuple[Taken, ...] = ()
    faults: tuple[Fault, ...] = ()
    underway: tuple[str, ...] = ()
    unannounced: tuple[tuple[str, datetime], ...] = ()

    @property
    def is_awaited(self) -> bool:
        return not self.taken

    @property
    def now(self) -> tuple[Fault, ...]:
        """The faults of what lies there now."""
        return tuple(fault for fault in self.faults if not fault.is_past)

    @property
    def state(self) -> str:
        """In one word or two, for the table of sources."""
        if any(not fault.is_held for fault in self.now):
            return "refused"
        if self.now:
            return "held"
        if self.underway:
            return "being written"
        if self.is_awaited and self.unannounced:
            return "without manifest"
        if self.is_awaited:
            return "not come"
        return "taken in, rows set aside" if self.in_force and self.in_force.account["quarantined"] else "taken in"

    @property
    def in_force(self) -> Taken | None:
        return next((one for one in self.taken if one.is_in_force), None)


@dataclass(frozen=True)
class IntakeFacts:
    """What one look at a period's deliveries found. `due`: the last day on which its data may come. `today`: the day it is for
    the contract, which in a rehearsal is one of the past. `looked_at`: the clock's time."""

    contract_id: str
    contract: str
    mark: str | None
    period: str
    start: date
    end: date
    due: date
    today: date
    looked_at: datetime
    sources: tuple[SourceFacts, ...]
    elsewhere: tuple[Fault, ...] = ()
    """What went wrong and is of no source: a setting, a disk."""

    @property
    def is_overdue(self) -> bool:
        return self.today > self.due


@dataclass(frozen=True)
class Message:
    """What one sender is to be told, ready to be sent."""

    sender: str
    subject: str
    text: str


def render_intake(facts: IntakeFacts, messages: tuple[Message, ...]) -> bytes:
    """Lay the page out as HTML."""
    template = templates().get_template("intake.html.j2")
    return template.render(
        facts=facts, messages=messages, headline=headline(facts), steps=steps(facts, messages), parts=ACCOUNT
    ).encode()


def headline(facts: IntakeFacts) -> str:
    """How it stands, in one sentence."""
    faults = [fault for source in facts.sources for fault in source.now]
    refused = sum(not fault.is_held for fault in faults)
    held = sum(fault.is_held for fault in faults)
    awaited = len(_not_come(facts))
    alone = sum(len(source.unannounced) for source in facts.sources)
    aside = sum(one.account["quarantined"] for source in facts.sources if (one := source.in_force))
    said = [
        *([f"{_many(refused, 'file')} refused"] if refused else []),
        *([f"{_many(held, 'file')} held"] if held else []),
        *([f"{_many(len(facts.elsewhere), 'fault')} here, not of a sender"] if facts.elsewhere else []),
        *([f"{_many(alone, 'file')} without manifest"] if alone else []),
        *([f"{_many(awaited, 'source')} not come"] if awaited else []),
        *([f"{_many(aside, 'row')} set aside"] if aside else []),
    ]
    if not said:
        return "Everything has come and was taken in whole."
    return f"{', '.join(said)}."


def steps(facts: IntakeFacts, messages: tuple[Message, ...]) -> list[tuple[str, str]]:
    """What to do, in order: (in words, the command to type or nothing)."""
    told: list[tuple[str, str]] = []
    for fault in facts.elsewhere:
        told.append((f"Mend here: {fault.file}: {fault.what}. {_sentence(fault.mend)}", ""))
    told += [(f"Send {one.sender} the message below.", "") for one in messages]
    for source in facts.sources:
        for fault in source.now:
            if fault.whose == "ours":
                words, command = _with_command(fault.mend)
                told.append((f"Decide or mend here: {fault.file}: {fault.what}. {_sentence(words)}", command))
    for source in facts.sources:
        if one := source.in_force:
            told += [_release(facts, source, one, counted) for counted in one.reasons if counted.reason.may_be_released]
    told += [_unannounced(facts, source, *one) for source in facts.sources for one in source.unannounced]
    awaited = [source.register_name for source in _not_come(facts)]
    if awaited:
        late = "It was due" if facts.is_overdue else "It is due"
        more = " Outcomes that need it are not measurable without it." if facts.is_overdue else " Wait for it."
        told.append((f"Not come: {', '.join(awaited)}. {late} on {facts.due}.{more}", ""))
    if any(source.now or source.unannounced for source in facts.sources) or facts.elsewhere:
        again = "When that is done, clear the task take_in of the failed run in Airflow, or type:"
        told.append((again, f"maalbar intake {facts.contract_id} {facts.period}"))
    return told or [("Nothing.", "")]


def _not_come(facts: IntakeFacts) -> list[SourceFacts]:
    return [source for source in facts.sources if source.is_awaited and not source.now and not source.unannounced]


def _unannounced(facts: IntakeFacts, source: SourceFacts, file: str, since: datetime) -> tuple[str, str]:
    words = f"{file} of {source.sender} lies there without its manifest since {since:%Y-%m-%d %H:%M}, and is not taken in: ask "
    words += f"{source.sender} to put the manifest beside it. Whoever knows that the file is whole can write it with:"
    command = f"maalbar check-delivery {facts.contract_id} {source.source} {file} --as-of DAY --write-manifest"
    return words, command


def _release(facts: IntakeFacts, source: SourceFacts, one: Taken, counted: Counted) -> tuple[str, str]:
    reason = counted.reason
    words = f"{_many(counted.rows, 'row')} of {one.file} set aside for `{reason.text}`: if {source.sender} says it is right,"
    words += " let them in:" if counted.rows > 1 else " let it in:"
    command = (
        f"maalbar release {facts.contract_id} {one.sha256[:12]} --reason-code {reason.code} --name NAME --because WHY"
    )
    return words, command


def _with_command(mend: str) -> tuple[str, str]:
    """A remedy without the command in it, and the command."""
    words, found, command = mend.partition("maalbar ")
    return (words.rstrip(" :"), f"{found}{command}") if found else (mend, "")


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}." if words and not words.endswith((".", ":")) else words


def _many(count: int, word: str) -> str:
    return f"{count} {word}{'s' * (count != 1)}"
