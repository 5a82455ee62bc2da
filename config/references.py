"""Names in the settings that refer to each other: nothing may refer to what is not there."""

import difflib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from config.errors import KeyPath
from config.models import Settings
from config.queues import Queue
from config.telephony import NO_AGI_PROOF, NO_AMI_ACCOUNT
from facts.requirement_text import parse_requirement, skills_named
from facts.states import SYSTEM_REASONS

Mistake = tuple[KeyPath, str]


class Way(msgspec.Struct, frozen=True):
    """Where a queue's limit, or a closed queue, sends contacts; ``path``: of the way out, as written."""

    path: KeyPath
    to_kind: str
    to: str


class Declared(msgspec.Struct, frozen=True):
    """Names that the file declares, whether or not what stands under them is right.

    ``held``: skills that some agent is said to have; ``groups``: reserve groups that some agent is said to be in;
    ``ways``: the ways out of queues, also of limits in which something is wrong.
    """

    skills: frozenset[str]
    teams: frozenset[str]
    queues: frozenset[str]
    agents: frozenset[str]
    opening_hours: frozenset[str]
    held: frozenset[str]
    groups: frozenset[str]
    ways: tuple[Way, ...] = ()

    @classmethod
    def of(cls, data: dict[str, Any]) -> "Declared":
        """Read the names from the raw data, before anything is taken out of it."""
        sections = ("skills", "teams", "queues", "agents", "opening_hours")
        found = {name: frozenset(_keys(data.get(name))) for name in sections}
        agents = data.get("agents")
        people = [person for person in agents.values() if isinstance(person, dict)] if isinstance(agents, dict) else []
        held = frozenset(skill for person in people for skill in _keys(person.get("skills")))
        groups = frozenset(group for person in people for group in _texts(person.get("reserve")))
        return cls(**found, held=held, groups=groups, ways=tuple(_ways(data.get("queues"))))


def reference_problems(settings: Settings, declared: Declared) -> list[Mistake]:
    """Every mistake between the parts of the settings."""
    return [
        *_queue_mistakes(settings, declared),
        *_agent_mistakes(settings, declared),
        *_user_mistakes(settings, declared),
        *_reason_mistakes(settings),
        *_calendar_mistakes(settings),
        *_entry_point_mistakes(settings, declared),
    ]


def missing_secrets(data: dict[str, Any]) -> Iterator[Mistake]:
    """Secrets that are needed and not there, told even where something else in the section is wrong."""
    asterisk = data.get("asterisk")
    for part, key, message in (("ami", "secret", NO_AMI_ACCOUNT), ("agi", "token", NO_AGI_PROOF)):
        section = asterisk.get(part) if isinstance(asterisk, dict) else None
        if isinstance(section, dict) and section.get(key) is None:
            yield ("asterisk", part), message


def lost_ways(declared: Declared) -> Iterator[Mistake]:
    """Ways out to queues that are not there, told even where something else is wrong in a limit, which is left out."""
    for way in declared.ways:
        if way.to_kind == "queue" and way.to not in declared.queues:
            yield (*way.path, "to"), _unknown("queue", way.to, declared.queues)


def _ways(queues: Any) -> Iterator[Way]:
    """The ways out of queues, in their order, whatever else is wrong."""
    for name, queue in queues.items() if isinstance(queues, dict) else ():
        if not isinstance(queue, dict):
            continue
        limits = queue.get("limits")
        exits = [
            (("limits", index, "then"), limit.get("then"))
            for index, limit in enumerate(limits if isinstance(limits, list) else ())
            if isinstance(limit, dict)
        ]
        for path, way in (*exits, (("when_closed",), queue.get("when_closed"))):
            kind, to = (way.get("to_kind"), way.get("to")) if isinstance(way, dict) else (None, None)
            if isinstance(kind, str) and isinstance(to, str) and to:
                yield Way(("queues", name, *path), kind, to)


def _keys(section: Any) -> Iterable[str]:
    return section if isinstance(section, dict) else ()


def _texts(names: Any) -> Iterable[str]:
    """The names of a list; one alone may stand without it."""
    return [str(name) for name in (names if isinstance(names, list) else [names]) if name is not None]


def _unknown(kind: str, name: str, known: frozenset[str]) -> str:
    close = difflib.get_close_matches(name, sorted(known), n=1)
    listed = f", or use one of: {', '.join(sorted(known))}" if known else ""
    return f"there is no {kind} '{name}'; " + (f"did you mean {close[0]}?" if close else f"add it to {kind}s{listed}")


def _skills_of(text: str, known: frozenset[str]) -> Iterator[str]:
    for skill in sorted(skills_named(parse_requirement(text)) - known):
        yield _unknown("skill", skill, known)


def _queue_mistakes(settings: Settings, declared: Declared) -> Iterator[Mistake]:
    for name, queue in settings.queues.items():
        path = ("queues", name)
        for message in _skills_of(queue.requires, declared.skills):
            yield (*path, "requires"), message
        for key, calendar in (("opening_hours", queue.opening_hours), ("callbacks", queue.callbacks.hours)):
            if calendar is not None and calendar not in declared.opening_hours:
                yield (*path, key), _unknown_calendar(calendar)
        for team in queue.teams:
            if team not in declared.teams:
                yield (*path, "teams"), _unknown("team", team, declared.teams)
        for key, agents in (("agents", queue.agents), ("weights", queue.weights)):
            for agent in agents:
                if agent not in declared.agents:
                    yield (*path, key), _unknown("agent", agent, declared.agents)
        yield from _waiting_mistakes(path, queue, declared)


def _waiting_mistakes(path: KeyPath, queue: Queue, declared: Declared) -> Iterator[Mistake]:
    exits = [((*path, "limits", index, "then"), limit.then) for index, limit in enumerate(queue.limits)]
    for where, then in [*exits, ((*path, "when_closed"), queue.when_closed)]:
        if then.to_kind == "queue" and then.to not in declared.queues:
            yield (*where, "to"), _unknown("queue", then.to, declared.queues)
    for index, step in enumerate(queue.relaxation):
        for skill in (*step.lower, *step.drop):
            if skill not in declared.skills:
                yield (*path, "relaxation", index), _unknown("skill", skill, declared.skills)
        for group in step.open:
            if group not in declared.groups:
                yield (*path, "relaxation", index, "open"), _unknown_group(group)
    for index, rule in enumerate(queue.reserve):
        if rule.group not in declared.groups:
            yield (*path, "reserve", index, "group"), _unknown_group(rule.group)


def _unknown_group(group: str) -> str:
    return f"no agent is in the reserve group '{group}': name it at agents (reserve: [{group}])"


def _agent_mistakes(settings: Settings, declared: Declared) -> Iterator[Mistake]:
    by_phone: dict[str, list[str]] = defaultdict(list)
    for name, agent in settings.agents.items():
        path = ("agents", name)
        for skill in agent.skills:
            if skill not in declared.skills:
                yield (*path, "skills", skill), _unknown("skill", skill, declared.skills)
        for key, queues in (("without_queues", agent.without_queues), ("extra_queues", agent.extra_queues)):
            for index, queue in enumerate(queues):
                if queue not in declared.queues:
                    yield (*path, key, index), _unknown("queue", queue, declared.queues)
        if agent.team is not None and agent.team not in declared.teams:
            yield (*path, "team"), _unknown("team", agent.team, declared.teams)
        by_phone[agent.phone].append(name)
        if len(by_phone[agent.phone]) > 1:
            yield (*path, "phone"), f"is the phone of {by_phone[agent.phone][0]} too; a phone has one agent"


def _user_mistakes(settings: Settings, declared: Declared) -> Iterator[Mistake]:
    by_agent: dict[str, str] = {}
    for name, user in settings.users.items():
        path = ("users", name)
        for team in user.teams:
            if team not in declared.teams:
                yield (*path, "teams"), _unknown("team", team, declared.teams)
        if user.agent is None:
            continue
        if user.agent not in declared.agents:
            yield (*path, "agent"), _unknown("agent", user.agent, declared.agents)
        if by_agent.setdefault(user.agent, name) != name:
            yield (*path, "agent"), f"is the agent of {by_agent[user.agent]} too; an agent is one person"


def _reason_mistakes(settings: Settings) -> Iterator[Mistake]:
    by_digits: dict[str, str] = {}
    for code, reason in settings.reasons.items():
        path = ("reasons", code)
        if code in SYSTEM_REASONS:
            yield path, f"belongs to the system ({SYSTEM_REASONS[code]}); choose another code"
        if reason.digits is not None and by_digits.setdefault(reason.digits, code) != code:
            yield (*path, "digits"), f"is already dialled for {by_digits[reason.digits]}"


def _entry_point_mistakes(settings: Settings, declared: Declared) -> Iterator[Mistake]:
    for number, entry in settings.entry_points.items():
        path = ("entry_points", number)
        if entry.queue is not None and entry.queue not in declared.queues:
            yield (*path, "queue"), _unknown("queue", entry.queue, declared.queues)
        if (entry.most_calls is None) != (entry.overflow is None):
            yield path, "most_calls and overflow go together: so many calls, then that flow"
        for index, route in enumerate(entry.routes):
            for key, calendar in (("open", route.open), ("closed", route.closed)):
                if calendar is not None and calendar not in declared.opening_hours:
                    yield (*path, "routes", index, key), _unknown_calendar(calendar)


def _unknown_calendar(name: str) -> str:
    return f"there is no calendar '{name}' among the opening_hours; add it there"


def _calendar_mistakes(settings: Settings) -> Iterator[Mistake]:
    calendars = {name: hours.holidays for name, hours in settings.opening_hours.items() if hours.holidays}
    if not calendars:
        return
    import holidays  # noqa: PLC0415 - costs half a second, and few settings need it

    subdivisions = holidays.list_supported_countries(include_aliases=True)
    for name, where in calendars.items():
        path = ("opening_hours", name, "holidays")
        if where.country not in subdivisions:
            yield (*path, "country"), f"the holidays of '{where.country}' are not known; write two letters, e.g. DE"
        elif where.subdivision is not None and where.subdivision not in subdivisions[where.country]:
            known = ", ".join(subdivisions[where.country]) or "none"
            yield (*path, "subdivision"), f"'{where.subdivision}' is not known of {where.country}; known are {known}"
