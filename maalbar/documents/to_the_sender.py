"""What each sender is told of what he sent, in Danish, ready to be pasted into a mail. Rows by number, columns by his names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from maalbar.documents.delivery_report import Fault, IntakeFacts, Message, SourceFacts, Taken
from maalbar.documents.formats import Formats, plain
from maalbar.documents.refused_files import mend_in_danish, what_in_danish
from maalbar.documents.set_aside import Counted

_FORM = Formats("da_DK", "DKK")
PATIENCE = timedelta(days=1)
"""How long a file may lie without its manifest before its sender is asked."""


def messages(facts: IntakeFacts) -> tuple[Message, ...]:
    """One message for each sender who has something to correct, or to send that is overdue.

    None while a fault of ours stands: what has come was not looked at for it, and a sender would be asked for it again.
    """
    if facts.elsewhere:
        return ()
    senders = dict.fromkeys(source.sender for source in facts.sources)
    told = [(sender, [source for source in facts.sources if source.sender == sender]) for sender in senders]
    return tuple(_message(facts, sender, sources) for sender, sources in told if any(_asked(facts, s) for s in sources))


def _asked(facts: IntakeFacts, source: SourceFacts) -> bool:
    """Whether the sender has to do something about a source."""
    late = source.is_awaited and not source.now and not source.underway and facts.is_overdue
    alone = any(facts.is_overdue or facts.looked_at - since >= PATIENCE for _, since in source.unannounced)
    asks = any(fault.asks for fault in source.now)
    return late or alone or asks or bool(_to_mend(source)) or bool(source.in_force and source.in_force.reasons)


def _to_mend(source: SourceFacts) -> list[Fault]:
    return [fault for fault in source.now if fault.whose == "sender"]


def _message(facts: IntakeFacts, sender: str, sources: list[SourceFacts]) -> Message:
    span = _FORM.span(facts.start, facts.end)
    lines = [
        f"Til {sender}",
        "",
        f"Vi har set på det, I har sendt til {facts.contract} for perioden {span}. Der er noget, som skal rettes.",
    ]
    for source in sources:
        if said := list(_of_source(facts, source)):
            lines += ["", f"{source.register_name} ({source.source})", *said]
    if any(" række " in line or "(nr. " in line for line in lines):
        lines += ["", "Række nr. 1 er den første under kolonnenavnene."]
    lines += ["", *_closing(facts, [source for source in sources if _asked(facts, source)])]
    subject = f"{facts.contract}: rettelser til leverancen for periode {facts.period}"
    return Message(sender, plain(subject), plain("\n".join(lines)))


def _of_source(facts: IntakeFacts, source: SourceFacts) -> Iterator[str]:
    for fault in _to_mend(source):
        yield f"- Filen {fault.file} er ikke modtaget: {what_in_danish(fault.what)}."
        yield from rows_in_danish(fault.reasons)
        yield f"  Sådan rettes det: {mend_in_danish(fault.mend)}."
    for fault in source.now:
        if fault.asks:
            yield f"- Filen {fault.file} venter. Den er så anderledes end dem før den, at vi må spørge jer:"
            yield from (f"  * {_upper(ask)}." for ask in fault.asks)
            yield "  Er filen hel og rigtig, så skriv det til os med en forklaring. Ellers send en rettet fil."
    for file, since in source.unannounced:
        moment = f"{_FORM.day(since.date())} kl. {since:%H.%M}"
        yield f"- Filen {file} har ligget hos os uden manifest siden {moment}. Den er ikke modtaget."
        yield "  Sådan rettes det: læg dens manifest ved siden af (`maalbar check-delivery … --write-manifest` skriver det)."
    one = source.in_force
    if one and one.reasons:
        count, rows = one.account["quarantined"], one.account["in"]
        verb = "er lagt til side og regnes ikke med"
        yield f"- Filen {one.file} er modtaget, men {_FORM.number(count)} af {_FORM.number(rows)} rækker {verb}:"
        yield from rows_in_danish(one.reasons)
    if source.is_awaited and not source.now and not source.unannounced:
        when = "skulle være her senest" if facts.is_overdue else "skal være her senest"
        yield f"- Vi har ikke fået en fil endnu. Den {when} {_FORM.day(facts.due)}."


def rows_in_danish(reasons: tuple[Counted, ...]) -> Iterator[str]:
    """A line for each reason that rows are set aside for, with their numbers and how they are mended."""
    for one in reasons:
        many = "række" if one.rows == 1 else "rækker"
        yield f"  * {_FORM.number(one.rows)} {many} (nr. {one.ranges}): {one.reason.danish}. {_upper(one.reason.danish_mend)}."


def _closing(facts: IntakeFacts, sources: list[SourceFacts]) -> Iterator[str]:
    stands = [one for source in sources if (one := source.in_force) and (one.reasons or source.now)]
    for one in stands:
        yield from _corrected(one)
    source = sources[0]
    days = [*(fault.as_of for fault in source.now), *(one.as_of for one in source.taken)]
    day = next((day for day in days if day), facts.end)
    yield ""
    yield "I kan prøve en fil, før I sender den; det kræver hverken database eller nøgle, og intet gemmes:"
    yield f"    maalbar check-delivery {facts.contract_id} {source.source} FIL --as-of {day}"
    yield ""
    yield "Send ingen personoplysninger som svar på denne besked: rækkenumre er nok."


def _corrected(one: Taken) -> Iterator[str]:
    yield f"En rettet fil i stedet for {one.file} skal i sit manifest sige, hvad den afløser:"
    yield f'    "supersedes": "{one.sha256}"'


def _upper(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
