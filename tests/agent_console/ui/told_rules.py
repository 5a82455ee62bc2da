"""The sentences by which the daemon refuses what people enter in the console, read from where they are written."""

import ast
import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import yaml
from pydantic_core import PydanticKnownError

from agent_console.errors import ConsoleError
from agent_console.http import refusals
from agent_console.http.refusals import field_problems
from config import document, messages, references
from config.errors import Problem
from config.messages import wording
from config.telephony import NO_AGI_PROOF, NO_AMI_ACCOUNT
from cti_bridge.app.console import settings_store
from cti_bridge.app.console.acts import WAYS_OUT
from cti_bridge.app.console.reports import told_in_query
from cti_bridge.shell.call_control.situations import REASONS
from ivr import flow, located
from ivr.checks import types
from ivr.checks.material import near
from ivr.located import _WANTED, _near
from tests.architecture.sources import ROOT

HOLE: Final = "7"
"""Stands for what is filled in."""

_CONTEXTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "json_invalid": {"error": HOLE},
    "literal_error": {"expected": "'a' or 'b'"},
    "enum": {"expected": "'a' or 'b'"},
    "greater_than": {"gt": 7},
    "greater_than_equal": {"ge": 7},
    "less_than": {"lt": 7},
    "less_than_equal": {"le": 7},
    "string_too_short": {"min_length": 7},
    "string_too_long": {"max_length": 7},
    "too_short": {"field_type": "List", "min_length": 7, "actual_length": 6},
    "too_long": {"field_type": "List", "max_length": 7, "actual_length": 8},
    "datetime_from_date_parsing": {"error": HOLE},
    "date_from_datetime_parsing": {"error": HOLE},
    "date_parsing": {"error": HOLE},
}
"""What pydantic fills in, by kind of mistake."""
_OTHERS: Final = frozenset(
    {"date_from_datetime_parsing", "datetime_from_date_parsing", "finite_number", "float_type", "int_from_float"}
    | {"string_unicode", "timezone_aware"}
)
"""Kinds of mistakes for which the API has no way out of their own, and which its documents can bring about."""
_OF_THEIR_OWN: Final = frozenset({"value_error", "string_pattern_mismatch"})
"""Kinds whose words stand elsewhere."""

_CALLED: Final[Mapping[str, tuple[int, ...]]] = {
    "FieldProblem": (),
    "_invalid": (1, 2),
    "Problem": (1,),
    "problem": (1,),
    "ValueError": (0,),
    "WeakPasswordError": (0,),
    "CorrectionError": (0,),
}
"""What makes a refusal, and which of its arguments are sentences."""
_NAMED: Final = frozenset({"rule", "way_out", "message"})


def api_sentences() -> Iterator[str]:
    """What the API says itself: rules and ways out."""
    for kind in sorted({*refusals._WAYS_OUT, *refusals._LIMITS, *_OTHERS} - _OF_THEIR_OWN):
        context = dict(_CONTEXTS.get(kind, {}))
        said = PydanticKnownError(kind, context).message()  # type: ignore[arg-type]  # a kind by its name
        yield from _told(field_problems([{"type": kind, "msg": said, "ctx": context, "loc": ("body", "x")}]))
    yield from (sentence for pair in refusals._PATTERNS.values() for sentence in pair)
    yield from (*refusals._WAYS_OUT.values(), refusals._WAY_OUT, "is empty", "give at least one", "write something")
    for reason, way_out in WAYS_OUT.items():
        yield from (REASONS[reason], way_out)
    yield from _written(ROOT / "storage/passwords.py")
    for sentence in _written(ROOT / "cti_bridge/app/correcting.py"):
        yield from sentence.split(": ", maxsplit=1)  # as the console's corrections do
    for folder in ("agent_console", "cti_bridge/app/console"):
        for page in sorted((ROOT / folder).rglob("*.py")):
            yield from _written(page)


_SHOWN_DETAILS: Final = frozenset(
    {"ConsoleError", "RightsNeededError", "NoDeskError", "ConflictError", "MatchNeededError", "TooLargeError"}
    | {"UnavailableError", "ConsoleUnavailableError", "PhoneRefusedError"}
)
"""Refusals whose detail is shown; of the others the console says in its own words what happened."""

_WRAPPED: Final[Mapping[str, frozenset[str]]] = {
    "storage/customers.py": frozenset({"CustomerConflictError", "CustomerIdError"}),
    "storage/customer_rows.py": frozenset({"CustomerConflictError", "CustomerIdError"}),
    "storage/settings_revisions.py": frozenset({"OvertakenError"}),
    "cti_bridge/app/settings_changes.py": frozenset({"ChangedSinceError"}),
    "cti_bridge/app/web_phone_accounts.py": frozenset({"NoPasswordError"}),
}
"""Errors of others whose words are handed on."""


def details() -> Iterator[str]:
    """What is wrong where no field is: conflicts, parts that are away, rights that do not reach."""
    for folder in ("agent_console", "cti_bridge/app/console"):
        for page in sorted((ROOT / folder).rglob("*.py")):
            yield from _written(page, dict.fromkeys(_SHOWN_DETAILS, (0,)))
    for name, errors in _WRAPPED.items():
        yield from _written(ROOT / name, dict.fromkeys(errors, (0, 1)))


def report_sentences() -> Iterator[str]:
    """Why a report cannot be made, as its field is told."""
    pages = [*(ROOT / "reporting/kpi").glob("*.py"), *(ROOT / "reporting/exports").glob("as_excel.py")]
    pages += [ROOT / "cti_bridge/app" / name for name in ("report_setup.py", "report_queries.py")]
    for page in sorted(pages):
        for sentence in _written(page, {"ReportError": (0,)}):
            yield told_in_query(sentence)


_ROWS: Final[Mapping[str, Mapping[str, tuple[int, ...]]]] = {
    "facts/customer_rules.py": {"Fault": (0, 1)},
    "reporting/importers/customers.py": {"Fault": (0, 1), "ImportRefusedError": (0, 1)},
    "reporting/importers/rows.py": {"ImportRefusedError": (0, 1)},
    "reporting/importers/whole_tables.py": {"ImportRefusedError": (0, 1)},
    "storage/customer_drafts.py": {"Fault": (0, 1)},
    "storage/customer_import.py": {"_RowError": (0, 1)},
    "storage/customer_rows.py": {"CustomerConflictError": (0, 1), "CustomerIdError": (0, 1)},
}
"""What is wrong with a table of customers, and with its rows."""


def import_sentences() -> Iterator[str]:
    """What is wrong with a table of customers, and with its rows."""
    for name, errors in _ROWS.items():
        yield from _written(ROOT / name, errors)


def flow_sentences() -> Iterator[str]:
    """What is wrong with a voice menu, as a change of the settings is told that it would not fit."""
    pages = [*(ROOT / "ivr/checks").glob("*.py")]
    pages += [ROOT / "ivr" / name for name in ("expressions.py", "flow_library.py", "loader.py", "located.py")]
    said = [sentence for page in sorted(pages) for sentence in _of_flows(page)]
    yield from (*_WANTED.values(), *types._WRITTEN.values(), *_meanings(), "nothing", "a mapping", "a list")
    yield from ("a date such as 2026-01-31, or today", "queue", "mailbox")
    yield from (hint(name, known).removeprefix("; ") for hint in (near, _near) for name, known in _NEARBY)
    made = [Problem(file="", line=0, column=0, key="", message=message) for message in said]
    yield from _told(settings_store.field_problems(made))


def _meanings() -> Iterator[str]:
    """What a value of a flow file should be, where its type says it."""
    for note in vars(flow).values():
        yield from (str(one.description) for one in getattr(note, "__metadata__", ()) if one.description)
    for struct in (one for one in vars(flow).values() if isinstance(one, type) and issubclass(one, msgspec.Struct)):
        for field in msgspec.structs.fields(struct):
            notes = getattr(field.type, "__metadata__", ())
            yield from (str(one.description) for one in notes if getattr(one, "description", None))


_NEARBY: Final = (("salse", ("sales",)), ("x", ("sales", "support")), ("x", ()))
"""What was written, and what there is: something close, something else, nothing."""

ONLY_HOLES: Final = re.compile(r"[\W7]*")
"""What is put together of texts that stand elsewhere."""

_OF_FLOWS: Final = frozenset({"problem", "Problem", "_TooMuch", "MarkedYAMLError", "ExpressionError"})
_SAID: Final = frozenset({"said", "message"})


def _of_flows(page: Path) -> Iterator[str]:
    """Texts that become messages: given at once, or put together under the names that these sources use for that."""
    for function in ast.walk(ast.parse(page.read_text(encoding="utf-8"))):
        if not isinstance(function, ast.FunctionDef):
            continue
        built: list[str] = []
        for node in ast.walk(function):
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in _SAID:
                    built += _joined(value)
                case ast.AugAssign(target=ast.Name(id=name), value=value) if name in _SAID:
                    built += [one + more for one in built for more in _joined(value)]
                case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in _OF_FLOWS:
                    made = [text for argument in _arguments(node) for text in _joined(argument) if " " in text]
                    yield from (text for text in made if not ONLY_HOLES.fullmatch(text))
        yield from (text for text in built if not ONLY_HOLES.fullmatch(text))


def _arguments(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(word.value for word in call.keywords if word.arg not in {"file", "key", "rule"})]


def _joined(node: ast.expr) -> list[str]:
    """Every text that an expression can be."""
    match node:
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return [one + other for one in _joined(left) or [HOLE] for other in _joined(right) or [HOLE]]
        case ast.IfExp(body=body, orelse=orelse):
            return [*_joined(body), *_joined(orelse)]
    return [*_texts([node])]


def yaml_sentences() -> Iterator[str]:
    """What YAML's reader finds wrong with a file, which is the way out."""
    for module in (yaml.scanner, yaml.parser, yaml.composer):
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            match node:
                case ast.Call(
                    func=ast.Name(id="ScannerError" | "ParserError" | "ComposerError"), args=[_, _, said, *_]
                ):
                    yield from _formatted(said)
    yield from ("special characters are not allowed", "nested too deeply", "cannot be read")
    yield from (f"found {HOLE}{hint}" for _, hint in located._HINTS)
    yield from (document.WAY_OUT, *(way_out for _, way_out in document.WAYS_OUT))


_FILLED: Final = re.compile(r"%[rds]")


def _formatted(node: ast.expr) -> Iterator[str]:
    """A text, or one with `%` behind which values stand."""
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and not part.value.isidentifier():
            yield _FILLED.sub(HOLE, part.value)


def titles() -> Iterator[str]:
    """The titles of refusals, which go before a detail."""
    to_do: list[type[ConsoleError]] = [ConsoleError]
    while to_do:
        error = to_do.pop()
        yield error.title
        to_do += error.__subclasses__()


def settings_sentences() -> Iterator[str]:
    """What the check of the settings says, in rules and ways out as the console is told them."""
    found = [*messages._PATTERNS.values(), NO_AGI_PROOF, NO_AMI_ACCOUNT, *_of_the_schema(), *_of_names()]
    pages = [*(ROOT / "config").glob("*.py"), ROOT / "acd/policy_check.py"]
    pages += [ROOT / "cti_bridge/app" / name for name in ("checking.py", "settings_changes.py")]
    found += [sentence for page in sorted(pages) for sentence in _written(page)]
    found += [
        f"{sentence} (column 7 of the requirement)"
        for sentence in _written(ROOT / "facts/requirement_text.py", {"RequirementSyntaxError": (0,)})
    ]
    made = [Problem(file="", line=0, column=0, key="", message=message) for message in found]
    yield from _told(settings_store.field_problems(made))


def _told(problems: Iterable[Any]) -> Iterator[str]:
    for problem in problems:
        yield from (problem.rule, problem.way_out)


def _of_the_schema() -> Iterator[str]:
    for kind in sorted({*messages._WORDS} - _OF_THEIR_OWN):
        context = dict(_CONTEXTS.get(kind, {}))
        yield wording({"type": kind, "loc": ("x",), "msg": "", "input": None, "ctx": context})
    for unknown in ("wrapup_s", "purple"):
        path = ("queues", "sales", unknown)
        yield wording({"type": "extra_forbidden", "loc": path, "msg": "", "input": None})
    yield messages._pattern({"pattern": HOLE})


def _of_names() -> Iterator[str]:
    for kind in ("skill", "team", "queue", "agent"):
        for known in (frozenset[str](), frozenset({"x"}), frozenset({"sales"})):
            yield references._unknown(kind, "sale", known)
    yield references._unknown_calendar(HOLE)
    yield references._unknown_group(HOLE)
    yield from ("there is no flow 'x'; did you mean y?", "there is no flow 'x'; there are y, z")


def _written(page: Path, called: Mapping[str, tuple[int, ...]] = _CALLED) -> Iterator[str]:
    for node in ast.walk(ast.parse(page.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in called:
                yield from _texts(node.args[place] for place in called[name] if place < len(node.args))
                yield from _texts(named.value for named in node.keywords if named.arg in _NAMED)
            case ast.Assign(targets=[ast.Name(id=name)]) if name in _NAMED:
                yield from _texts([node.value])
            case ast.Yield(value=ast.Tuple(elts=[_, said])) if page.name == "references.py":
                yield from _texts([said])


def _texts(nodes: Iterable[ast.expr]) -> Iterator[str]:
    for node in nodes:
        match node:
            case ast.Constant(value=str(text)) if text:
                yield text
            case ast.JoinedStr(values=parts):
                yield "".join(map(_part, parts))
            case ast.BoolOp(values=values):
                yield from _texts(values)


_HINTS: Final = frozenset({"near", "_near"})
"""What says at the end of a sentence what else there is; its own sentences stand in `flow_sentences`."""


def _part(part: ast.expr) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    match part:
        case ast.FormattedValue(value=ast.Call(func=ast.Name(id=name))) if name in _HINTS:
            return ""
    return repr(HOLE) if isinstance(part, ast.FormattedValue) and part.conversion == ord("r") else HOLE
