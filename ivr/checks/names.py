"""Mistakes of names: unknown variables, missing prompts, unknown flows and queues, secrets that would get out."""

import re
from collections.abc import Iterator
from typing import Any

from ivr.checks.material import Material, near
from ivr.errors import ExpressionError, Problem
from ivr.expressions import condition, meant_as_names, names_in
from ivr.flow import (
    Branch,
    CallBack,
    Collect,
    Confirm,
    Lookup,
    Menu,
    Node,
    Prompts,
    Queue,
    Set,
    SpokenValue,
    Subflow,
    Survey,
    Transfer,
    Voicemail,
)
from ivr.located import Path
from ivr.prompts.speaking import LANGUAGES, rules_of

CALL_NAMES = frozenset(
    {
        "language",
        "caller.number",
        "caller.name",
        "caller.region",
        "caller.withheld",
        "call.dialled",
        "call.entry_point",
        "call.id",
    }
)
"""What every call has."""

QUEUE_STATES = ("waiting", "expected_wait_s", "longest_wait_s", "agents_ready", "agents_signed_in", "open")
RESERVED = frozenset(
    {"language", "caller", "call", "hours", "queue", "true", "false", "none", "and", "or", "not", "in"}
)
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
STANDARD_WHEN_ASKING = ("no_input", "no_match")
STANDARD_WHEN_SPEAKING = ("use_keys", "keys_only", "did_you_say", "yes_or_no")


def check(material: Material) -> Iterator[Problem]:
    """All of them."""
    yield from _own_names(material)
    yield from _standard_prompts(material)
    for path, node in material.nodes():
        yield from _prompts(material, path, node)
        yield from _templates(material, path, node)
        yield from _assigned(material, path, node)
        yield from _outside(material, path, node)
        if isinstance(node, Branch):
            yield from _conditions(material, path, node)
        if isinstance(node, Subflow):
            yield from _subflow(material, path, node)


def _own_names(material: Material) -> Iterator[Problem]:
    for group in ("nodes", "variables", "prompts"):
        for name in getattr(material.file, group):
            if not _IDENTIFIER.fullmatch(name):
                said = f"{name!r} should begin with a letter and hold only letters, digits and _"
                yield material.problem((group, name), "name", said)
            elif group == "variables" and name in RESERVED:
                yield material.problem((group, name), "name", f"{name!r} has a meaning of its own; choose another name")


# -- prompts --------------------------------------------------------------------------------------------------------


def prompts_of(node: Node) -> Iterator[tuple[Path, Prompts]]:
    """Every list of prompts in a node, with its place."""
    for field in ("prompts",):
        yield (field,), getattr(node, field, ())
    for field in ("no_input", "no_match", "announce"):
        part = getattr(node, field, None)
        if part is not None and part.prompts is not None:
            yield (field, "prompts"), part.prompts
    if isinstance(node, Menu):
        for index, choice in enumerate(node.choices):
            yield ("choices", index, "prompts"), choice.prompts


def _prompts(material: Material, path: Path, node: Node) -> Iterator[Problem]:
    for where, prompts in prompts_of(node):
        for index, item in enumerate(prompts):
            place = (*path, *where, index)
            if isinstance(item, SpokenValue):
                yield from _spoken(material, place, item, private=getattr(node, "private", False))
            else:
                yield from _prompt(material, place, item)


def _prompt(material: Material, place: Path, name: str) -> Iterator[Problem]:
    if name not in material.catalogue:
        said = f"missing prompt: there is no prompt {name!r}{near(name, material.catalogue)}"
        yield material.problem(place, "missing_prompt", said)
        return
    for language in material.file.languages:
        if language not in material.catalogue[name]:
            said = f"missing prompt: {name!r} has no text for language {language!r}"
            yield material.problem(place, "missing_prompt", said)


def _standard_prompts(material: Material) -> Iterator[Problem]:
    """What the interpreter itself says has to be there in each of the flow's languages."""
    names = {name for _, node in material.nodes() for name in standard_prompts_of(node)}
    names |= {"an_agent"} if material.file.escape is not None and material.file.escape.say else set()
    for name in sorted(names):
        for language in material.file.languages:
            if language not in material.catalogue.get(name, {}):
                said = f"missing prompt: {name!r}, which every flow with such nodes needs, has no text in {language!r}"
                yield material.problem(("languages",), "missing_prompt", said)


def _spoken(material: Material, place: Path, item: SpokenValue, *, private: bool) -> Iterator[Problem]:
    yield from _variable(material, (*place, "value"), item.value)
    declared = material.file.variables.get(item.value)
    if declared is not None and declared.private and not private:
        said = f"the private variable {item.value!r} may only be spoken at a node marked `private`"
        yield material.problem((*place, "value"), "private", said)
    for language in material.file.languages:
        if rules_of(language) is None:
            said = f"values cannot be spoken in {language!r}: there are rules for {', '.join(sorted(LANGUAGES))}"
            yield material.problem((*place, "as"), "no_rules", said)


# -- variables ------------------------------------------------------------------------------------------------------


def _variable(material: Material, place: Path, name: str) -> Iterator[Problem]:
    if name in material.file.variables or name in CALL_NAMES or name.startswith("call."):
        return
    known = CALL_NAMES | set(material.file.variables)
    said = f"unknown variable {name!r}{near(name, known)}; declare it under `variables`"
    yield material.problem(place, "unknown_variable", said)


def texts_of(node: Node) -> Iterator[tuple[Path, str, bool]]:
    """Every text of a node that may hold ``{variable}``, and whether secrets may be in it."""
    match node:
        case Set():
            yield from _strings(("variables",), node.variables, secret=True)
            yield from _strings(("data",), node.data)
            yield from _routing_texts(node)
            yield from _strings((), {"language": node.language})
        case Queue():
            yield from _routing_texts(node)
            yield from _strings((), {"prefer_agent": node.prefer_agent})
            yield from _strings(("callback",), {"number": node.callback.number if node.callback else None})
        case CallBack():
            yield from _routing_texts(node)
            yield from _strings((), {"prefer_agent": node.prefer_agent, "number": node.number})
        case Lookup():
            yield from _strings((), {"url": node.url})
            yield from _strings(("send",), node.send, secret=True)
        case Subflow():
            yield from _strings(("give",), node.give, secret=True)
        case Transfer():
            yield from _strings((), {"to": node.to})
        case Voicemail():
            yield from _strings((), {"mailbox": node.mailbox})


def _routing_texts(node: Set | Queue | CallBack) -> Iterator[tuple[Path, str, bool]]:
    yield from _strings((), {"priority": node.priority})
    for name, level in node.skills.items():
        yield ("skills", name), f"{name} {level}", False


def _strings(path: Path, values: dict[str, Any], *, secret: bool = False) -> Iterator[tuple[Path, str, bool]]:
    for name, value in values.items():
        if isinstance(value, str):
            yield (*path, name), value, secret


def _templates(material: Material, path: Path, node: Node) -> Iterator[Problem]:
    for where, text, secret_allowed in texts_of(node):
        place = (*path, *where)
        for braces in meant_as_names(text):
            said = f"{braces} is no variable: write {{name}}, the name of a variable without spaces"
            yield material.problem(place, "unknown_variable", said)
        for name in names_in(text):
            yield from _variable(material, place, name)
            declared = material.file.variables.get(name)
            if declared is not None and declared.private and not secret_allowed:
                yield material.problem(place, "private", f"the private variable {name!r} would get out here")


def _assigned(material: Material, path: Path, node: Node) -> Iterator[Problem]:
    for where, name, source in _assignments(node):
        place = (*path, *where)
        if name not in material.file.variables and name != "language":
            said = f"unknown variable {name!r}{near(name, material.file.variables)}; declare it under `variables`"
            yield material.problem(place, "unknown_variable", said)
        elif isinstance(node, Set | Subflow) and _leaks(material, name, source):
            said = f"a private value would get into {name!r}, which is not private: mark it `private: true`"
            yield material.problem(place, "private", said)
    if isinstance(node, Collect):
        yield from _private_pair(material, path, node)
    if isinstance(node, Menu | Survey) and node.private:
        said = "what is chosen here cannot be private, as the way that the caller goes shows it; use `collect`"
        yield material.problem((*path, "private"), "private", said)


def _assignments(node: Node) -> Iterator[tuple[Path, str, str]]:
    match node:
        case Collect() | Survey(variable=str()):
            yield ("variable",), str(node.variable), ""
        case Set():
            for name, value in node.variables.items():
                yield ("variables", name), name, value if isinstance(value, str) else ""
        case Lookup():
            for name in node.results:
                yield ("results", name), name, ""
        case Subflow():
            for name in node.take:
                yield ("take", name), name, ""


def _leaks(material: Material, name: str, source: str) -> bool:
    declared = material.file.variables
    secret = any(used in declared and declared[used].private for used in names_in(source))
    return secret and not (name in declared and declared[name].private)


def _private_pair(material: Material, path: Path, node: Collect) -> Iterator[Problem]:
    declared = material.file.variables.get(node.variable)
    if declared is not None and declared.private != node.private:
        said = f"node and variable {node.variable!r} should both be `private: true`, or neither"
        yield material.problem((*path, "private"), "private", said)


def _conditions(material: Material, path: Path, node: Branch) -> Iterator[Problem]:
    for index, case in enumerate(node.cases):
        place = (*path, "cases", index, "when")
        try:
            used = condition(case.when).names
        except ExpressionError as error:
            yield material.problem(place, "condition", f"the condition {error}")
            continue
        for name in sorted(used):
            yield from _condition_name(material, place, name)


def _condition_name(material: Material, place: Path, name: str) -> Iterator[Problem]:
    first, *rest = name.split(".")
    if first == "hours":
        yield from _outside_name(material, place, "calendar", ".".join(rest), material.known.calendars)
    elif first == "queue":
        if len(rest) != 2 or rest[1] not in QUEUE_STATES:
            said = f"unknown variable {name!r}: queue.NAME has {', '.join(QUEUE_STATES)}"
            yield material.problem(place, "unknown_variable", said)
        else:
            yield from _outside_name(material, place, "queue", rest[0], material.known.queues)
    else:
        yield from _variable(material, place, name)


# -- names of things outside the file -------------------------------------------------------------------------------


def _outside(material: Material, path: Path, node: Node) -> Iterator[Problem]:
    if isinstance(node, Queue | CallBack):
        yield from _outside_name(material, (*path, "queue"), "queue", node.queue, material.known.queues)
    if isinstance(node, Voicemail) and not names_in(node.mailbox):
        yield from _outside_name(material, (*path, "mailbox"), "mailbox", node.mailbox, material.known.mailboxes)


def _outside_name(
    material: Material, place: Path, kind: str, name: str, known: frozenset[str] | None
) -> Iterator[Problem]:
    if not name or (known is not None and name not in known):
        yield material.problem(place, f"unknown_{kind}", f"there is no {kind} {name!r}{near(name, known or ())}")


def _subflow(material: Material, path: Path, node: Subflow) -> Iterator[Problem]:
    flows = material.known.flows
    if flows is None:
        return
    other = flows.get(node.flow)
    if other is None:
        said = f"there is no flow {node.flow!r}{near(node.flow, flows)}"
        yield material.problem((*path, "flow"), "unknown_flow", said)
        return
    for field, used in (("give", node.give.keys()), ("take", node.take.values())):
        for name in used:
            if name not in other.variables:
                said = f"flow {node.flow!r} has no variable {name!r}{near(name, other.variables)}"
                yield material.problem((*path, field), "unknown_variable", said)
    yield from _secrets_across(material, path, node)
    if material.file.flow in _called_by(flows, node.flow):
        said = f"flow {node.flow!r} calls {material.file.flow!r} again: a circle of subflows"
        yield material.problem((*path, "flow"), "subflow_circle", said)


def _secrets_across(material: Material, path: Path, node: Subflow) -> Iterator[Problem]:
    ours, theirs = material.file.variables, (material.known.flows or {})[node.flow].variables
    for name, value in node.give.items():
        used = names_in(value) if isinstance(value, str) else ()
        secret = any(other in ours and ours[other].private for other in used)
        if secret and name in theirs and not theirs[name].private:
            said = f"a private value would get into {name!r} of flow {node.flow!r}, which is not private"
            yield material.problem((*path, "give", name), "private", said)
    for name, other in node.take.items():
        if other in theirs and theirs[other].private and name in ours and not ours[name].private:
            said = f"a private value would get into {name!r}, which is not private: mark it `private: true`"
            yield material.problem((*path, "take", name), "private", said)


def _called_by(flows: Any, start: str) -> set[str]:
    reached: set[str] = set()
    todo = [start]
    while todo:
        name = todo.pop()
        if name in reached or name not in flows:
            continue
        reached.add(name)
        todo += [node.flow for node in flows[name].nodes.values() if isinstance(node, Subflow)]
    return reached


def standard_prompts_of(node: Node) -> tuple[str, ...]:
    """Standard prompts that the interpreter itself may play at a node."""
    if not isinstance(node, Menu | Collect | Confirm | Survey):
        return _standard_when_waiting(node) if isinstance(node, Queue) else ()
    return STANDARD_WHEN_ASKING if node.input == "keys" else (*STANDARD_WHEN_ASKING, *STANDARD_WHEN_SPEAKING)


def _standard_when_waiting(node: Queue) -> tuple[str, ...]:
    return ("position_is", "wait_is", "cannot_be_taken", *(("no_callback",) if node.callback is not None else ()))
