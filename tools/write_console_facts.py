"""Write the samples by which the console proves that it can tell every step of a contact's story in its languages.

    tools/write_console_facts.py     writes fact_samples.json under agent_console/ui/src/reports

Of each kind of fact that a story may hold: with nothing but what it must have, with everything, and once for every
code that a field can have. Nothing in them is a Latin letter but codes, so that a letter in a Chinese story is a code
without words. A new fact, or a new code of one, changes the file; the console's tests then tell which words are
missing in ``language/*/story.json``.
"""

import ast
import json
import sys
import types
import typing
from collections.abc import Iterator
from enum import EnumType
from pathlib import Path
from typing import Any, Final, Literal, get_args, get_origin

import msgspec

from acd.ordering import AGENT_RANKS
from acd.policy import AgentOrder, ContactOrder
from facts import journal
from facts.journal import Fact
from reporting.importers.queue_log_known import MADE_UP

ROOT: Final = Path(__file__).parents[1]
SAMPLES: Final = ROOT / "agent_console" / "ui" / "src" / "reports" / "fact_samples.json"

OF_NO_CONTACT: Final = frozenset({
    "AgentLoggedIn", "AgentLoggedOut", "AgentTimeCorrected", "EntryPointSwitched", "FactsRemoved", "NodeStarted",
    "NodeStopped", "PersonalDataErased", "PolicyChanged", "QueueClosed", "QueueOpened", "SituationNoted",
    "SkillsChanged", "SwitchConnected", "SwitchLost",
})  # fmt: skip
"""Kinds that no story of a contact holds."""

TEXT: Final = "样本"
NUMBER: Final = 3
_OF_ALL: Final = frozenset({"direction", "customer_id", "queue", "agent_id", "contact_id"})
"""Fields that every fact has; the channel is told with the first one."""
_CHOOSERS: Final = ("preferred_agent",)
"""By what agents are chosen besides the orders of queues."""


def kinds() -> dict[str, type[Fact]]:
    """Every kind of fact that a contact's story may hold."""
    found = {name: one for name, one in vars(journal).items() if isinstance(one, type) and issubclass(one, Fact)}
    return {name: one for name, one in found.items() if one is not Fact and name not in OF_NO_CONTACT}


def samples() -> list[dict[str, Any]]:
    """Facts as the API tells them, without two that are alike."""
    found = [msgspec.to_builtins(fact) for kind in kinds().values() for fact in _of(kind)]
    return [one for index, one in enumerate(found) if one not in found[:index]]


def _of(kind: type[Fact]) -> Iterator[Fact]:
    hints = typing.get_type_hints(kind)
    left_out = _OF_ALL if kind is journal.ContactOffered else _OF_ALL | {"channel"}
    fields = [field for field in msgspec.structs.fields(kind) if field.name not in left_out]
    needed = {field.name: _value(hints[field.name]) for field in fields if field.required}
    values = {field.name: _value(hints[field.name]) for field in fields}
    whole = {name: value for name, value in values.items() if not isinstance(value, dict)}
    people: dict[str, Any] = {"agent_id": TEXT, "queue": TEXT}
    yield kind(**needed)
    yield kind(**{**whole, **people, "customer_id": TEXT})
    for field in fields:
        for value in (*_codes(hints[field.name]), *_SAID.get((kind.__name__, field.name), ())):
            yield kind(**{**needed, **people, field.name: value})


def _value(hint: Any) -> Any:
    """A value of that type: the first code, a text, a number."""
    codes = [one for one in _codes(hint) if one is not None]
    if codes:
        return codes[0]
    plain = next((one for one in get_args(hint) if one is not types.NoneType), hint)
    plain = getattr(plain, "__supertype__", plain)
    if get_origin(plain) is dict:
        return {}
    return {str: TEXT, int: NUMBER, float: 0.5}[plain]


def _codes(hint: Any) -> Iterator[Any]:
    """Every value of a type that has a few only."""
    if get_origin(hint) is Literal:
        yield from get_args(hint)
    elif isinstance(hint, EnumType):
        yield from hint
    elif hint is bool:
        yield from (True, False)
    elif isinstance(hint, types.UnionType) or get_origin(hint) is typing.Union:
        for one in get_args(hint):
            yield from (None,) if one is types.NoneType else _codes(one)


def joining() -> Iterator[str]:
    """Why contacts join a queue, as the sources say it."""
    yield from ("import", MADE_UP)
    for folder in ("acd", "cti_bridge"):
        for page in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(page.read_text(encoding="utf-8"))):
                yield from _why(node)


def _why(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Call(func=ast.Name(id="JoinQueue" | "overflow" | "tell_queued"), keywords=words):
            said: list[ast.expr | None] = [word.value for word in words if word.arg == "why"]
        case ast.FunctionDef(name="overflow", args=arguments):
            said = [*arguments.defaults, *arguments.kw_defaults]
        case _:
            said = []
    yield from (one.value for one in said if isinstance(one, ast.Constant) and isinstance(one.value, str))


def choosing() -> Iterator[dict[str, Any]]:
    """Why a contact was offered to an agent, by every order."""
    others = [(TEXT, -2), (TEXT, 0.25)]
    for order in (*_CHOOSERS, *get_args(AgentOrder), *AGENT_RANKS):
        about = {
            "order": order,
            "qualified": NUMBER,
            "free_agents": NUMBER,
            "idle_us": 61_000_000,
            "weights": {TEXT: 2},
        }
        yield {**about, "rank": -1, "others": [TEXT] if order == "ring_several" else others}
    for order in get_args(ContactOrder):
        yield {"order": order, "waiting": NUMBER, "score": 2.5, "others": others}


_SAID: Final[dict[tuple[str, str], tuple[Any, ...]]] = {
    ("ContactQueued", "why"): tuple(dict.fromkeys(joining())),
    ("OfferMade", "why"): tuple(choosing()),
    ("RequirementRelaxed", "why"): (f"open to {TEXT}",),
}
"""Codes of fields that are texts by their type."""


def samples_text() -> str:
    """The file: a fact a line."""
    lines = (json.dumps(one, ensure_ascii=False) for one in samples())
    return "[\n" + ",\n".join(f"  {line}" for line in lines) + "\n]\n"


def main() -> int:
    """Write the file."""
    SAMPLES.write_text(samples_text(), encoding="utf-8")
    sys.stdout.write(f"{SAMPLES}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
