"""A scenario from a YAML file, with every mistake at once."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from acd.policy import RelaxationStep
from acd.relaxation import relaxed
from config.document import read_document
from config.errors import Problem
from facts.ids import SkillName
from facts.requirement_text import RequirementSyntaxError, parse_requirement
from facts.requirements import NOTHING_REQUIRED, AllOf, AtLeast, Requirement, satisfies
from facts.time import from_seconds
from simulation.distributions.durations import Constant, Erlang2, Exponential, Law, Lognormal
from simulation.scenarios.errors import ScenarioError, UnreadableScenario
from simulation.scenarios.fields import Fields
from simulation.scenarios.scenario import (
    AGENT_ORDERS,
    CONTACT_ORDERS,
    CallType,
    Pool,
    RoutingRules,
    Scenario,
)

DISTRIBUTIONS = ("exponential", "erlang2", "lognormal", "constant")
MOST_CALLS = 1_000_000_000
MOST_AGENTS = 1_000_000
WARM_UP_SHARE = 20
"""Without ``warm_up_calls``, one call of so many is warm-up."""


def load_scenario(path: Path) -> Scenario:
    """Read a scenario; raises :class:`ScenarioError` with every mistake, its line and its key."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        problem = Problem(file=str(path), line=0, column=0, key="", message=f"cannot be read: {reason}")
        raise UnreadableScenario([problem]) from error
    return parse_scenario(text, str(path))


def parse_scenario(text: str, file: str = "scenario") -> Scenario:
    """A scenario from its text; ``file`` is named in mistakes. Raises :class:`ScenarioError`."""
    document = read_document(text, file)
    problems = list(document.problems)
    if problems and not document.data:
        raise ScenarioError(problems)
    fields = Fields(document, (), problems)
    scenario = _scenario(fields)
    fields.done()
    if problems:
        raise ScenarioError(problems)
    return scenario


def _scenario(fields: Fields) -> Scenario:
    call_types = tuple(_call_type(item) for item in fields.items("call_types"))
    _unique(fields, "call_types", [call_type.name for call_type in call_types])
    pools = tuple(_pool(item, call_types) for item in fields.items("pools"))
    _unique(fields, "pools", [pool.name for pool in pools])
    _served(fields, call_types, pools)
    calls = _calls(fields, sum(call_type.per_hour for call_type in call_types))
    warm_up = fields.whole("warm_up_calls", calls // WARM_UP_SHARE, at_least=0)
    if fields.sound and warm_up >= calls:
        fields.wrong("warm_up_calls", f"leaves nothing to count: fewer than the {calls} calls of the run")
    return Scenario(
        calls=calls,
        warm_up_calls=warm_up,
        call_types=call_types,
        pools=pools,
        policy=_policy(fields),
        seed=fields.whole("seed", 1),
        service_level_s=fields.number("service_level_s", 20.0, at_least=0),
        max_in_system=fields.whole("max_in_system", None, at_least=1),
    )


def _calls(fields: Fields, per_hour: float) -> int:
    """How many calls the run has: said, or as many as are expected in so many hours."""
    if not fields.has("hours"):
        return int(fields.whole("calls", at_least=1, at_most=MOST_CALLS))
    if fields.has("calls"):
        fields.wrong("hours", "give calls or hours, not both")
        fields.whole("calls", at_least=1, at_most=MOST_CALLS)
    calls = fields.number("hours", above=0) * per_hour
    if calls > MOST_CALLS:
        fields.wrong("hours", f"would be {calls:.0e} calls: {MOST_CALLS:.0e} or fewer can be simulated")
        return MOST_CALLS
    return max(1, round(calls))


def _policy(fields: Fields) -> RoutingRules:
    if not fields.has("policy"):
        return RoutingRules()
    policy = fields.section("policy")
    agent = policy.choice("agent", AGENT_ORDERS, "longest_idle")
    contact = policy.choice("contact", CONTACT_ORDERS, "first_come")
    policy.done()
    return RoutingRules(agent=agent, contact=contact)  # type: ignore[arg-type]  # each is one of its orders


def _call_type(fields: Fields) -> CallType:
    call_type = CallType(
        name=fields.name("name"),
        per_hour=fields.number("per_hour", above=0),
        requires=_requirement(fields),
        priority=fields.whole("priority", 0),
        patience=_patience(fields),
        band=fields.whole("band", 0),
        ageing_per_minute=fields.number("ageing_per_minute", 0.0, at_least=0),
        weight=fields.number("weight", 1.0, above=0),
        target_s=fields.number("target_s", 20.0, above=0),
        starvation_cap_s=fields.number("starvation_cap_s", 0.0, at_least=0),
        relaxation=_steps(fields) if fields.has("relaxation") else (),
    )
    fields.done()
    return call_type


def _steps(fields: Fields) -> tuple[RelaxationStep, ...]:
    """The relaxation steps, which go forward in time."""
    steps = tuple(_relaxation(step) for step in fields.items("relaxation"))
    for index in range(1, len(steps)):
        if steps[index].after_us <= steps[index - 1].after_us:
            fields.wrong("relaxation", "is not later than the step before it", index, "after_s")
    return steps


def _relaxation(fields: Fields) -> RelaxationStep:
    """What is asked for no more, or less of, after so many seconds of waiting."""
    step = RelaxationStep(
        after_us=from_seconds(fields.number("after_s", above=0)),
        lower={SkillName(skill): level for skill, level in fields.levels("lower").items()}
        if fields.has("lower")
        else {},
        drop=tuple(SkillName(skill) for skill in fields.names("drop")),
        open=fields.names("open"),
    )
    fields.done()
    return step


def _requirement(fields: Fields) -> Requirement:
    """Skills with least levels, all of them needed; or a text as in the settings; nothing: anybody may."""
    if not fields.has("requires"):
        return NOTHING_REQUIRED
    value = fields.raw("requires")
    if isinstance(value, str):
        try:
            return parse_requirement(value)
        except RequirementSyntaxError as error:
            fields.wrong("requires", str(error))
            return NOTHING_REQUIRED
    return AllOf(tuple(AtLeast(SkillName(skill), level) for skill, level in fields.levels("requires").items()))


def _patience(fields: Fields) -> Law | None:
    value = fields.raw("patience")
    if value is None or value == "none":
        return None
    law = fields.section("patience")
    if law.raw("distribution") == "none":
        law.done()
        return None
    return _law(law, "none")


def _law(fields: Fields, *more: str) -> Law:
    """A distribution; ``more`` are the names that may stand here besides."""
    chosen = fields.choice("distribution", (*DISTRIBUTIONS, *more))
    if chosen == "constant":
        law: Law = Constant(mean_s=fields.number("mean_s", at_least=0))
    elif chosen == "lognormal":
        law = Lognormal(mean_s=fields.number("mean_s", above=0), scv=fields.number("scv", above=0))
    elif chosen == "erlang2":
        law = Erlang2(mean_s=fields.number("mean_s", above=0))
    else:
        law = Exponential(mean_s=fields.number("mean_s", above=0))
    fields.done()
    return law


def _pool(fields: Fields, call_types: tuple[CallType, ...]) -> Pool:
    pool = Pool(
        name=fields.name("name"),
        agents=fields.whole("agents", at_least=1, at_most=MOST_AGENTS),
        skills=fields.levels("skills"),
        handling={},
        wrap_up_s=fields.number("wrap_up_s", 0.0, at_least=0),
        weight=fields.whole("weight", 1, at_least=0),
        reserve=fields.names("reserve"),
        without_queues=fields.names("without_queues"),
        extra_queues=fields.names("extra_queues"),
    )
    _exceptions(fields, pool, [call_type.name for call_type in call_types])
    taken = [call_type.name for call_type in call_types if call_type.name and _may(pool, call_type)]
    pool = msgspec.structs.replace(pool, handling=_handling(fields, taken, call_types))
    fields.done()
    return pool


def _exceptions(fields: Fields, pool: Pool, known: list[str]) -> None:
    """Whether the call types are there that a pool is taken out of or put into, each in one of the lists."""
    for key, names in (("without_queues", pool.without_queues), ("extra_queues", pool.extra_queues)):
        for index, name in enumerate(names):
            if name not in known:
                fields.wrong(key, f"there is no call type {name}", index)
            elif key == "extra_queues" and name in pool.without_queues:
                fields.wrong(
                    key, f"{name} is among without_queues too: a pool is either put into it or taken out", index
                )


def _handling(fields: Fields, taken: list[str], call_types: tuple[CallType, ...]) -> dict[str, Law]:
    """One law for all, or one for each type of call that the pool may take (``taken``), at once or some time."""
    if not fields.has("handling"):
        fields.wrong("handling", "is missing")
        return {}
    value = fields.raw("handling")
    handling = fields.section("handling")
    if not isinstance(value, dict) or "distribution" in value:
        law = _law(handling)
        return {call_type.name: law for call_type in call_types}
    laws = {
        call_type.name: _law(handling.section(call_type.name))
        for call_type in call_types
        if handling.has(call_type.name)
    }
    handling.done()
    for name in taken:
        if name not in laws:
            fields.wrong("handling", f"says nothing of {name}, which this pool may take")
    return laws


def _unique(fields: Fields, key: str, names: list[str]) -> None:
    for index, name in enumerate(names):
        if name and name in names[:index]:
            fields.wrong(key, f"the name {name} is given twice", index, "name")


def _served(fields: Fields, call_types: tuple[CallType, ...], pools: tuple[Pool, ...]) -> None:
    """Whether the pools and groups are there that the calls need."""
    if not fields.sound:
        return
    groups = {group for pool in pools for group in pool.reserve}
    for index, call_type in enumerate(call_types):
        for number, step in enumerate(call_type.relaxation):
            for group in set(step.open) - groups:
                fields.wrong(
                    "call_types", f"no pool is in the reserve group {group}", index, "relaxation", number, "open"
                )
        if not any(_may(pool, call_type) for pool in pools):
            fields.wrong("call_types", _nobody(call_type, pools), index, "requires")


def _nobody(call_type: CallType, pools: tuple[Pool, ...]) -> str:
    """Why no pool may ever take these calls."""
    unreserved = [msgspec.structs.replace(pool, reserve=()) for pool in pools]
    if any(_may(pool, call_type) for pool in unreserved):
        return (
            "only pools in reserve groups have the skills that these calls require, and no relaxation step opens them"
        )
    if any(_may(msgspec.structs.replace(pool, without_queues=()), call_type) for pool in unreserved):
        return "all pools that have the skills that these calls require are taken out of them by without_queues"
    after = ", even after the last relaxation step" if call_type.relaxation else ""
    return f"no pool has the skills that these calls require{after}"


def _may(pool: Pool, call_type: CallType) -> bool:
    """Whether agents of the pool may take such calls, at once or some time."""
    if call_type.name in pool.without_queues or call_type.name in pool.extra_queues:
        return call_type.name not in pool.without_queues
    own = {SkillName(skill): level for skill, level in pool.skills.items()}
    return any(
        (not pool.reserve or not opened.isdisjoint(pool.reserve)) and satisfies(own, requirement)
        for requirement, opened in _stages(call_type)
    )


def _stages(call_type: CallType) -> Iterator[tuple[Requirement, set[str]]]:
    """What the calls require, and the reserve groups that may help, at first and after each relaxation step."""
    requirement, opened = call_type.requires, set[str]()
    yield requirement, opened
    for step in call_type.relaxation:
        requirement, opened = relaxed(requirement, step), opened | set(step.open)
        yield requirement, opened
