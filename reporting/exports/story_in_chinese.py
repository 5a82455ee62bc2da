"""A contact's story in 简体中文, in the words that the console has for it (``chinese_story.json`` is a copy of its).

What a fact says is put together as the console does: from its kind and its data, whose absent values are the usual
ones. What has no words here is told in English.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import msgspec

from facts.time import SECOND
from reporting.exports.phrases import phrases
from reporting.exports.requirement_words import Connectives, requirement_words
from reporting.exports.story import Line
from reporting.exports.words import duration_text
from reporting.kpi.intervals import moment_text

Pieces: TypeAlias = Sequence[str | None]
_OPENED: Final = re.compile(r"^open to (.+)$", re.DOTALL)
_CLOCK: Final = slice(11, 19)
"""Of a moment."""


class _UnknownWordError(LookupError):
    """A code of a newer daemon: the fact has no words here."""


@cache
def _words() -> Mapping[str, Any]:
    found: Mapping[str, Any] = msgspec.json.decode(
        resources.files("reporting.exports").joinpath("chinese_story.json").read_bytes()
    )
    return found


def in_chinese(line: Line, zone: tzinfo, flows: Mapping[str, str] = MappingProxyType({})) -> str:
    """What happened, as a sentence behind the name of its kind. ``flows``: titles of voice menus by name."""
    told, words = _Told(line.data, zone, flows), phrases("zh")
    try:
        said = words.join.join(filter(None, _TELLERS[line.kind](told)))
    except LookupError:
        said = line.text
    return words.happened.format(kind=words.named(words.facts, line.kind), said=said)


class _Told:
    """A fact with its words."""

    def __init__(self, data: Mapping[str, Any], zone: tzinfo, flows: Mapping[str, str]) -> None:
        self._data = data
        self._zone = zone
        self._flows = flows

    def say(self, key: str, **holes: object) -> str:
        """A sentence of the words, filled in; raises `_UnknownWordError`."""
        found: Any = _words()
        for part in key.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
        if not isinstance(found, str):
            raise _UnknownWordError(key)
        return re.sub(r"\{\{(\w+)\}\}", lambda hole: str(holes[hole[1]]), found)

    def text(self, field: str, usual: str = "") -> str:
        value = self._data.get(field, usual)
        return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else usual

    def number(self, field: str, usual: float = 0) -> float:
        value = self._data.get(field, usual)
        return value if isinstance(value, int | float) else usual

    def has(self, field: str) -> bool:
        return self._data.get(field) not in (None, "")

    def part(self, field: str) -> Mapping[str, Any]:
        value = self._data.get(field)
        return value if isinstance(value, Mapping) else {}

    def word(self, group: str, field: str, usual: str) -> str:
        """A word out of a list of codes; one that is not in it stands for itself."""
        code = self.text(field, usual)
        try:
            return self.say(f"{group}.{re.sub(r'[^0-9A-Za-z_]+', '_', code)}")
        except _UnknownWordError:
            return code

    def of(self, key: str, field: str, hole: str, value: str | None = None) -> str | None:
        """A sentence about a field, where it has a value that says something."""
        if not self._data.get(field):
            return None
        return self.say(key, **{hole: self.text(field) if value is None else value})

    def time(self, field: str) -> str:
        if field in self._data and self._data[field] is None:
            return self.say("notKnown")
        return self.clock(self.number(field))

    def clock(self, microseconds: float) -> str:
        return duration_text(microseconds / SECOND, phrases("zh"))

    def moment(self, field: str) -> str:
        return moment_text(int(self.number(field)), self._zone)[_CLOCK]

    @property
    def agent(self) -> str:
        return self.text("agent_id") or self.say("somebody")

    def flow(self, field: str = "flow") -> str:
        return self._flows.get(self.text(field)) or self.text(field)

    def resolved(self, field: str) -> str | None:
        value = self._data.get(field)
        return self.say("outcome.resolved" if value else "outcome.open") if isinstance(value, bool) else None

    def disposition(self, field: str) -> str:
        return self.text(field) or self.say("outcome.none")


def _number(value: float) -> str:
    return f"{value:g}"


def _arrived(fact: _Told) -> Pieces:
    channel, entry = fact.word("channel", "channel", "call"), fact.text("entry_point")
    caller = " ".join(filter(None, (fact.text("caller_name"), fact.text("caller_number"))))
    return [
        fact.say("arrived.at", channel=channel, entry=entry) if entry else channel,
        fact.say("arrived.from", caller=caller) if caller else None,
        fact.of("arrived.customer", "customer_id", "customer"),
    ]


def _chose(fact: _Told) -> Pieces:
    at = {"flow": fact.flow(), "node": fact.text("node")}
    outcome = fact.text("outcome", "match")
    if outcome != "match":
        return [fact.say(f"menu.{outcome}", **at)]
    mode, choice = fact.word("mode", "mode", "dtmf"), fact.text("choice")
    chosen = fact.say("menu.chose", mode=mode, choice=choice, **at) if choice else None
    sure = fact.say("menu.sure", share=f"{fact.number('confidence'):.0%}") if fact.has("confidence") else None
    return [chosen or fact.say("menu.private", mode=mode, **at), sure]


def _needs(fact: _Told) -> str:
    words = Connectives(
        both=fact.say("requirement.and"), either=fact.say("requirement.or"), without=fact.say("requirement.not")
    )
    return requirement_words(fact.text("requirement"), words)


def _queued(fact: _Told) -> Pieces:
    how = "queued.returned" if fact.number("returned") else "queued.joined"
    return [
        fact.say(how, queue=fact.text("queue")),
        fact.word("queuedWhy", "why", "menu"),
        fact.of("queued.needs", "requirement", "requirement", _needs(fact)),
        fact.of("queued.priority", "priority", "priority"),
        fact.of("queued.place", "position", "position"),
        fact.say("queued.expected", time=fact.time("expected_wait_us")) if fact.has("expected_wait_us") else None,
    ]


def _relaxed(fact: _Told) -> Pieces:
    opened = _OPENED.match(fact.text("why"))
    return [
        fact.say("relaxed.step", step=fact.text("step"), time=fact.time("after_us")),
        fact.of("relaxed.needs", "requirement", "requirement", _needs(fact)) or fact.say("relaxed.nothing"),
        fact.text("why") if opened is None else fact.say("relaxed.opened", groups=opened[1]),
    ]


def _prioritised(fact: _Told) -> Pieces:
    return [
        fact.say("priority.changed", priority=_number(fact.number("priority"))),
        fact.of("priority.by", "by", "by"),
        fact.of("priority.place", "position", "position"),
    ]


def _offered(fact: _Told) -> Pieces:
    why = fact.part("why")
    return [
        fact.say("offered.to", agent=fact.agent, attempt=fact.text("attempt", "1")),
        fact.say("offered.after", time=fact.time("waited_us")),
        *(_offer_reason(fact, why) if why else ()),
    ]


def _offer_reason(fact: _Told, why: Mapping[str, Any]) -> Pieces:
    """Why it was offered to this agent; raises where its order has no words."""
    order = str(why.get("order", ""))
    if order in ("preferred_agent", "first_come"):
        return [fact.say(f"offered.{order}", waiting=why.get("waiting", ""))]
    match order:
        case "longest_idle":
            return [fact.say("offered.longest_idle", free=why["free_agents"], time=fact.clock(why["idle_us"]))]
        case "weighted_random":
            weights = fact.say("list").join(f"{agent} {weight:g}" for agent, weight in why["weights"].items())
            return [fact.say("offered.weighted_random", weights=weights)]
        case "ring_several":
            return [fact.say("offered.ring_several", qualified=why["qualified"]), _beside(fact, why, _number)]
    return _by_order(fact, why, order)


def _by_order(fact: _Told, why: Mapping[str, Any], order: str) -> Pieces:
    called = fact.say(f"order.{order}")
    if "score" in why:

        def points(score: float) -> str:
            return fact.say("offered.points", points=f"{score:.4g}")

        said = fact.say("offered.score", order=called, waiting=why["waiting"], score=f"{why['score']:.4g}")
        return [said, _beside(fact, why, points)]

    def ranked(rank: float) -> str:
        return fact.say(f"rank.{order}", rank=_rank(order, rank))

    said = fact.say("offered.rank", order=called, qualified=why["qualified"], rank=ranked(why["rank"]))
    return [said, _beside(fact, why, ranked)]


def _rank(order: str, rank: float) -> str:
    """What the number by which an order ranks agents means to people."""
    if order == "least_occupied":
        return f"{rank:.0%}"
    return _number(rank + 1 if order == "ordered" else abs(rank))


def _beside(fact: _Told, why: Mapping[str, Any], told: Callable[[float], str]) -> str | None:
    """Whom else it could have been, with what was compared."""
    others: Sequence[Any] = why.get("others") or ()
    named = [other if isinstance(other, str) else f"{other[0]} {told(other[1])}" for other in others]
    return fact.say("offered.beside", others=fact.say("list").join(named)) if named else None


def _transferred(fact: _Told) -> Pieces:
    key = "transferred.consulted" if fact.number("consulted") else "transferred.blind"
    to = fact.flow("to") if fact.text("to_kind") == "flow" else fact.text("to")
    return [fact.say(key, agent=fact.agent, kind=fact.word("kind", "to_kind", ""), to=to)]


def _talk_ended(fact: _Told) -> Pieces:
    return [
        fact.say("talkEnd.by", agent=fact.agent, party=fact.word("party", "ended_by", "caller")),
        fact.say("talkEnd.talked", time=fact.time("talk_us")),
        fact.of("talkEnd.held", "hold_us", "time", fact.time("hold_us")),
    ]


def _stated(fact: _Told) -> Pieces:
    return [
        fact.say("state.now", agent=fact.agent, state=fact.word("state", "declared", "")),
        fact.text("reason"),
        fact.of("state.pending", "pending", "state", fact.word("state", "pending", "")),
    ]


def _outcome(fact: _Told) -> Pieces:
    return [
        fact.say("outcome.by", agent=fact.agent, disposition=fact.disposition("disposition")),
        fact.resolved("resolved"),
        fact.of("outcome.notes", "notes", "notes"),
    ]


def _corrected(fact: _Told) -> Pieces:
    before = fact.say("join").join(filter(None, (fact.disposition("was"), fact.resolved("was_resolved"))))
    return [
        fact.say("outcome.by", agent=fact.text("by"), disposition=fact.disposition("disposition")),
        fact.resolved("resolved"),
        fact.say("outcome.was", before=before),
        fact.of("outcome.why", "why", "why"),
        fact.of("outcome.notes", "notes", "notes"),
    ]


def _surveyed(fact: _Told) -> Pieces:
    scale = {"score": fact.text("score"), "worst": fact.text("worst", "1"), "best": fact.text("best", "5")}
    return [
        fact.say("survey.score", **scale) if fact.has("score") else fact.say("survey.no"),
        fact.resolved("resolved"),
    ]


def _left(fact: _Told) -> Pieces:
    return [
        fact.say(f"left.{fact.text('outcome')}", queue=fact.text("queue")),
        fact.of("left.to", "to", "to"),
        fact.say("after", time=fact.time("waited_us")),
    ]


def _extended(fact: _Told) -> Pieces:
    if fact.has("until"):
        return [fact.say("wrapUp.longer", agent=fact.agent, time=fact.moment("until"))]
    return [fact.say("wrapUp.open", agent=fact.agent)]


def _of_agent(key: str, field: str = "", *more: tuple[str, str]) -> Callable[[_Told], Pieces]:
    """A sentence by a code (``field``), about an agent; then others, each with the length of a field."""

    def tell(fact: _Told) -> Pieces:
        first = fact.say(f"{key}.{fact.text(field)}" if field else key, agent=fact.agent)
        return [first, *(fact.say(said, time=fact.time(lasted)) for said, lasted in more)]

    return tell


def _recorded(usual: str) -> Callable[[_Told], Pieces]:
    return lambda fact: [fact.word("recorded", "by", usual)]


_TELLERS: Mapping[str, Callable[[_Told], Pieces]] = {
    "ContactOffered": _arrived,
    "MenuNodeEntered": lambda fact: [fact.say("menu.entered", flow=fact.flow(), node=fact.text("node"))],
    "MenuInputGiven": _chose,
    "MenuEnded": lambda fact: [fact.say(f"menuEnd.{fact.text('outcome')}", flow=fact.flow())],
    "MenuRested": lambda fact: [fact.say("menu.rests", flow=fact.flow(), node=fact.text("node"))],
    "ContactQueued": _queued,
    "RequirementRelaxed": _relaxed,
    "ContactPriorityChanged": _prioritised,
    "OfferMade": _offered,
    "OfferEnded": _of_agent("offerEnd", "outcome", ("rang", "rang_us")),
    "ContactConnected": lambda fact: [fact.say("connected", agent=fact.agent, time=fact.time("waited_us"))],
    "ContactHeld": _of_agent("held"),
    "ContactRetrieved": _of_agent("retrieved"),
    "ContactTransferred": _transferred,
    "ContactParked": _of_agent("parked"),
    "ContactPickedUp": lambda fact: [fact.say("pickedUp", agent=fact.agent, time=fact.time("parked_us"))],
    "CustomerDialled": _of_agent("dialled", "outcome", ("rang", "rang_us")),
    "PhoneTroubled": _of_agent("trouble", "trouble"),
    "PhoneRecovered": _of_agent("recovery", "trouble", ("after", "after_us")),
    "RecordingStarted": _recorded("queue"),
    "RecordingPaused": _recorded("agent"),
    "RecordingResumed": _recorded("agent"),
    "RecordingStopped": lambda fact: [fact.say("recorded.complete", time=fact.time("length_us"))],
    "TalkEnded": _talk_ended,
    "ContactLeftQueue": _left,
    "ContactAbandoned": lambda fact: [fact.say(f"gaveUp.{fact.text('stage')}", time=fact.time("waited_us"))],
    "ContactEnded": lambda fact: [fact.say("ended", party=fact.word("party", "ended_by", "caller"))],
    "ExpectedWaitTold": lambda fact: [
        fact.say("told", position=fact.text("position"), time=fact.time("expected_wait_us"))
    ],
    "CallbackRequested": lambda fact: [fact.say("callback.asked"), fact.of("callback.number", "number", "number")],
    "CallbackAttempted": lambda fact: [
        fact.say("callback.attempt", attempt=fact.text("attempt")),
        fact.word("attempt", "outcome", ""),
    ],
    "CallbackEnded": lambda fact: [
        fact.word("callbackEnd", "outcome", ""),
        fact.say("callbackEnd.attempts_other", count=fact.text("attempts", "0")),
    ],
    "AgentStateChanged": _stated,
    "WrapUpExtended": _extended,
    "WrapUpEnded": lambda fact: [
        fact.say("wrapUp.took", agent=fact.agent, time=fact.time("took_us")),
        fact.word("wrapUpEnd", "how", "timer"),
    ],
    "DispositionSet": _outcome,
    "DispositionCorrected": _corrected,
    "SurveyAnswered": _surveyed,
    "VoicemailLeft": lambda fact: [fact.say("voicemail", mailbox=fact.text("mailbox"), time=fact.time("length_us"))],
}
