"""A contact's whole story in words: each fact with its time, who, and why."""

from collections.abc import Callable, Iterable, Mapping
from datetime import tzinfo
from types import MappingProxyType
from typing import Any

import msgspec

from facts import journal as facts
from facts.journal import AnyFact, Entry, Fact
from facts.states import OfferOutcome, Party
from facts.time import SECOND, Duration, Instant
from reporting.exports.offer_reasons import offer_reason
from reporting.exports.requirement_words import requirement_words
from reporting.exports.words import duration_text
from reporting.kpi.intervals import moment_text

Teller = Callable[[Any], str]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One fact in words. ``since_s``: seconds since the contact's first fact; ``who`` did it, ``why`` in words."""

    at: str
    since_s: float
    kind: str
    who: str
    text: str
    why: str
    node: str
    seq: int
    data: dict[str, Any]


def story(entries: Iterable[Entry], zone: tzinfo, flows: Mapping[str, str] = MappingProxyType({})) -> list[Line]:
    """The story of one contact's facts, in their order. ``flows``: titles of voice menus by name."""
    lines: list[Line] = []
    began: Instant | None = None
    for entry in entries:
        began = entry.at if began is None else began
        lines.append(
            Line(
                at=moment_text(entry.at, zone),
                since_s=(entry.at - began) / SECOND,
                kind=entry.fact.kind,
                who=who(entry.fact),
                text=tell(_called(entry.fact, flows)),
                why=_why(entry.fact),
                node=entry.node,
                seq=entry.seq,
                data=msgspec.to_builtins(entry.fact),
            )
        )
    return lines


_CUSTOMERS = (
    facts.ContactOffered, facts.MenuInputGiven, facts.ContactAbandoned, facts.CallbackRequested, facts.SurveyAnswered,
    facts.VoicemailLeft,
)  # fmt: skip
_AGENTS = (
    facts.ContactConnected, facts.ContactHeld, facts.ContactRetrieved, facts.ContactTransferred, facts.DispositionSet,
    facts.WrapUpExtended,
)  # fmt: skip
_OF_MENUS = (facts.MenuNodeEntered, facts.MenuInputGiven, facts.MenuEnded, facts.MenuRested)
_AGENTS_ENDS = {OfferOutcome.ANSWERED, OfferOutcome.NO_ANSWER, OfferOutcome.REJECTED, OfferOutcome.BUSY}


def who(fact: AnyFact) -> str:
    """Whose doing a fact is: ``customer``, ``supervisor``, ``system``, or the agent's name."""
    agent = fact.agent_id or "agent"
    by = getattr(fact, "ended_by", None) or getattr(fact, "by", None)
    if isinstance(by, Party):
        return {Party.CALLER: "customer", Party.AGENT: agent}.get(by, by.value)
    if isinstance(fact, _CUSTOMERS):
        return "customer"
    if isinstance(fact, facts.OfferEnded):
        customer = "customer" if fact.outcome is OfferOutcome.CALLER_LEFT else "system"
        return agent if fact.outcome in _AGENTS_ENDS else customer
    if isinstance(fact, facts.WrapUpEnded):
        return agent if fact.how == "agent" else "supervisor" if fact.how == "supervisor" else "system"
    return agent if isinstance(fact, _AGENTS) else "system"


def _why(fact: AnyFact) -> str:
    """The fact's own reason in words, where it carries one."""
    why = getattr(fact, "why", "") or getattr(fact, "reason", "")
    if isinstance(why, Mapping):
        return offer_reason(why) or reasons(why)
    return str(why).replace("_", " ")


def tell(fact: AnyFact) -> str:
    """A fact as a sentence."""
    teller = _TELLERS.get(type(fact))
    return teller(fact) if teller is not None else _plainly(fact)


def _called(fact: AnyFact, flows: Mapping[str, str]) -> AnyFact:
    """The fact as it is told: its voice menu by what people call it."""
    if isinstance(fact, facts.ContactTransferred):
        return msgspec.structs.replace(fact, to=flows.get(fact.to) or fact.to) if fact.to_kind == "flow" else fact
    title = flows.get(fact.flow) if isinstance(fact, _OF_MENUS) else None
    return msgspec.structs.replace(fact, flow=title) if title else fact


def _plainly(fact: Fact) -> str:
    """The fact's own words, for kinds without a sentence of their own."""
    values = {name: value for name, value in msgspec.to_builtins(fact).items() if name not in {"kind", "contact_id"}}
    return f"{fact.kind}: {reasons(values)}" if values else fact.kind


def reasons(why: Mapping[str, Any]) -> str:
    """Open reasons in words: names with their values, durations as clocks."""
    return "; ".join(f"{_name(name)} {_value(name, value)}" for name, value in why.items())


def _name(name: str) -> str:
    return name.removesuffix("_us").replace("_", " ")


def _value(name: str, value: Any) -> str:
    if isinstance(value, Mapping):
        return f"({reasons({str(key): item for key, item in value.items()})})"
    if isinstance(value, list | tuple):
        return ", ".join(_value(name, item) for item in value) or "none"
    if name.endswith("_us") and isinstance(value, int):
        return _time(value)
    if isinstance(value, str):
        return value.replace("_", " ")
    return str(value)


def _time(duration: Duration | None) -> str:
    return "unknown" if duration is None else duration_text(duration / SECOND)


def _who(fact: Fact) -> str:
    return fact.agent_id or "an agent"


def _arrived(fact: facts.ContactOffered) -> str:
    caller = " ".join(part for part in (fact.caller_name, fact.caller_number) if part)
    parts = [f"arrived as {fact.channel}" + (f" at {fact.entry_point}" if fact.entry_point else "")]
    parts += [f"from {caller}"] if caller else []
    parts += [f"customer {fact.customer_id}"] if fact.customer_id else []
    return ", ".join(parts)


def _chose(fact: facts.MenuInputGiven) -> str:
    if fact.outcome != "match":
        return f"menu {fact.flow}, {fact.node}: {fact.outcome.replace('_', ' ')}"
    sure = f", {fact.confidence:.0%} sure" if fact.confidence is not None else ""
    return f"menu {fact.flow}, {fact.node}: chose {fact.choice or 'something private'} by {fact.mode}{sure}"


def _queued(fact: facts.ContactQueued) -> str:
    how = "came back to its place in" if fact.returned else "joined"
    parts = [f"{how} queue {fact.queue} ({fact.why})"]
    parts += [f"needs {requirement_words(fact.requirement)}"] if fact.requirement else []
    parts += [f"priority {fact.priority}"] if fact.priority else []
    parts += [f"place {fact.position}"] if fact.position else []
    parts += [f"expected wait {_time(fact.expected_wait_us)}"] if fact.expected_wait_us is not None else []
    return ", ".join(parts)


def _offered(fact: facts.OfferMade) -> str:
    why = f"; why: {offer_reason(fact.why) or reasons(fact.why)}" if fact.why else ""
    return f"offered to {_who(fact)} (offer {fact.attempt}) after {_time(fact.waited_us)}{why}"


_OFFER_ENDS = {
    "answered": "answered by {who}",
    "no_answer": "{who} did not answer",
    "rejected": "{who} rejected it",
    "busy": "{who}'s phone was busy",
    "unreachable": "{who}'s phone could not be reached",
    "caller_left": "the caller left while {who}'s phone rang: not the agent's fault",
    "answered_elsewhere": "another agent answered while {who}'s phone rang",
    "withdrawn": "withdrawn from {who}",
}


def _offer_ended(fact: facts.OfferEnded) -> str:
    return f"{_OFFER_ENDS[fact.outcome].format(who=_who(fact))}, rang {_time(fact.rang_us)}"


def _transferred(fact: facts.ContactTransferred) -> str:
    how = "after asking there" if fact.consulted else "without asking"
    return f"{_who(fact)} transferred it to {fact.to_kind} {fact.to} {how}"


def _talk_ended(fact: facts.TalkEnded) -> str:
    held = f", on hold {_time(fact.hold_us)}" if fact.hold_us else ""
    return f"talk with {_who(fact)} ended by {fact.ended_by}: talked {_time(fact.talk_us)}{held}"


def _raised(fact: facts.ContactPriorityChanged) -> str:
    by = f" by {fact.by}" if fact.by else ""
    return f"given priority {fact.priority}{by}, place {fact.position} from now on"


_DIALS = {
    "answered": "the customer answered",
    "busy": "the customer's line was busy",
    "no_answer": "the customer did not answer",
    "failed": "the customer could not be reached",
    "given_up": "{who} gave up",
}


def _dialled(fact: facts.CustomerDialled) -> str:
    return f"{_DIALS[fact.outcome].format(who=_who(fact))} after {_time(fact.rang_us)} of ringing"


_TROUBLES = {
    "page_left": "{who}'s browser phone went away: the page was closed or loaded anew",
    "cut_off": "{who}'s browser phone was cut off for too long",
    "no_sound": "no sound got through to {who}'s browser phone",
    "silent_microphone": "{who}'s microphone gave no sound at all",
}
_RECOVERIES = {
    "page_left": "{who}'s browser phone is back",
    "cut_off": "{who}'s browser phone is back",
    "no_sound": "sound gets through to {who}'s browser phone",
    "silent_microphone": "{who}'s microphone gives sound",
}


def _recovered(fact: facts.PhoneRecovered) -> str:
    return f"{_RECOVERIES[fact.trouble].format(who=_who(fact))} after {_time(fact.after_us)}"


def _left(fact: facts.ContactLeftQueue) -> str:
    to = f" to {fact.to}" if fact.to else ""
    return f"left queue {fact.queue or ''} ({fact.outcome.replace('_', ' ')}){to} after {_time(fact.waited_us)}"


def _abandoned(fact: facts.ContactAbandoned) -> str:
    where = {"menu": "in the menu", "queue": "in the queue", "ringing": "while an agent's phone rang"}[fact.stage]
    return f"the customer gave up {where}" + (f" after {_time(fact.waited_us)}" if fact.stage != "menu" else "")


def _disposition(fact: facts.DispositionSet) -> str:
    solved = {True: ", resolved", False: ", not resolved", None: ""}[fact.resolved]
    return f"{_who(fact)} noted {fact.disposition or 'no code'}{solved}" + (f": {fact.notes}" if fact.notes else "")


def _corrected(fact: facts.DispositionCorrected) -> str:
    solved = {True: ", resolved", False: ", not resolved", None: ""}
    now, before = (
        f"{fact.disposition or 'no code'}{solved[fact.resolved]}",
        f"{fact.was or 'no code'}{solved[fact.was_resolved]}",
    )
    why = f" ({fact.why})" if fact.why else ""
    return f"{fact.by} corrected the outcome: {now}; it was {before}{why}" + (f": {fact.notes}" if fact.notes else "")


def _surveyed(fact: facts.SurveyAnswered) -> str:
    score = f" {fact.score} of {fact.worst} to {fact.best}" if fact.score is not None else ""
    solved = {True: ", resolved", False: ", not resolved", None: ""}[fact.resolved]
    return f"the customer answered the survey:{score}{solved}"


_TELLERS: Mapping[type[Fact], Teller] = {
    facts.ContactOffered: _arrived,
    facts.MenuNodeEntered: lambda fact: f"menu {fact.flow}: came to {fact.node}",
    facts.MenuInputGiven: _chose,
    facts.MenuEnded: lambda fact: f"menu {fact.flow} ended: {fact.outcome.replace('_', ' ')}",
    facts.MenuRested: lambda fact: f"menu {fact.flow} rests at {fact.node}",
    facts.ContactQueued: _queued,
    facts.RequirementRelaxed: lambda fact: (
        f"step {fact.step} after {_time(fact.after_us)}: now needs {requirement_words(fact.requirement) or 'nothing'}"
        + (f" ({fact.why})" if fact.why else "")
    ),
    facts.OfferMade: _offered,
    facts.OfferEnded: _offer_ended,
    facts.ContactConnected: lambda fact: f"connected with {_who(fact)} after {_time(fact.waited_us)} of waiting",
    facts.ContactHeld: lambda fact: f"{_who(fact)} put the customer on hold",
    facts.ContactRetrieved: lambda fact: f"{_who(fact)} took the customer back from hold",
    facts.ContactTransferred: _transferred,
    facts.ContactPriorityChanged: _raised,
    facts.ContactParked: lambda fact: f"{_who(fact)} parked it",
    facts.ContactPickedUp: lambda fact: f"{_who(fact)} picked it up after {_time(fact.parked_us)}",
    facts.CustomerDialled: _dialled,
    facts.PhoneTroubled: lambda fact: _TROUBLES[fact.trouble].format(who=_who(fact)),
    facts.PhoneRecovered: _recovered,
    facts.RecordingStarted: lambda fact: f"recorded from here on (by {fact.by}): {fact.file}",
    facts.RecordingPaused: lambda fact: f"recording paused by the {fact.by}",
    facts.RecordingResumed: lambda fact: f"recording resumed by the {fact.by}",
    facts.RecordingStopped: lambda fact: f"recording complete: {fact.file}, {_time(fact.length_us)}",
    facts.TalkEnded: _talk_ended,
    facts.ContactLeftQueue: _left,
    facts.ContactAbandoned: _abandoned,
    facts.ContactEnded: lambda fact: f"ended by {fact.ended_by}",
    facts.ExpectedWaitTold: lambda fact: f"told: place {fact.position}, expected wait {_time(fact.expected_wait_us)}",
    facts.CallbackRequested: lambda _fact: "asked to be called back, keeping the place",
    facts.CallbackAttempted: lambda fact: f"called back, attempt {fact.attempt}: {fact.outcome.replace('_', ' ')}",
    facts.CallbackEnded: lambda fact: f"callback {fact.outcome} after {fact.attempts} attempts",
    facts.WrapUpExtended: lambda fact: (
        f"{_who(fact)} made the wrap-up longer" + ("" if fact.until else ", as long as it takes")
    ),
    facts.WrapUpEnded: lambda fact: f"{_who(fact)} finished the wrap-up after {_time(fact.took_us)} ({fact.how})",
    facts.DispositionSet: _disposition,
    facts.DispositionCorrected: _corrected,
    facts.SurveyAnswered: _surveyed,
}
