"""Everything that can be wrong before a call comes: settings, policy, flows, and what they say of each other."""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from acd.policy_check import Besides, circles, problems_of_rules
from config.errors import KeyPath, Problem
from config.load import Examination, examine
from config.models import Settings
from config.references import Way
from config.waiting import Exit
from cti_bridge.app.leading import examine_leading
from cti_bridge.app.policy import policy_from
from ivr.checks import Known
from ivr.errors import Problem as FlowProblem
from ivr.loader import SHIPPED, check_files, flow_files, load_shipped, read_text, with_called, with_shipped_known
from storage.errors import StorageError

_FLOW_NAME = re.compile(r"^flow:\s*[\"']?([^\s\"'#]+)", re.MULTILINE)


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What was examined, every mistake in the order of files and lines, and what one should know besides."""

    problems: tuple[Problem, ...]
    queues: int
    agents: int
    flows: int
    notes: tuple[str, ...] = ()


def check(path: Path | None, env: Mapping[str, str]) -> Finding:
    """Examine settings (None: the embedded default) and all that they name; of file and database, what leads.

    A file that does not lead any more is examined all the same: it may be imported. Raises
    :class:`config.errors.UnreadableSettings`.
    """
    of_file = check_examined(examine(path, env))
    try:
        leading = examine_leading(path, env)
    except StorageError as error:
        return msgspec.structs.replace(of_file, notes=(f"the database was not looked at: {error}",))
    if leading.present.revision is None:
        return of_file
    found = check_examined(leading.examination)
    problems = tuple(sorted({*found.problems, *of_file.problems}))
    return msgspec.structs.replace(found, problems=problems, notes=leading.notes)


def check_examined(examination: Examination) -> Finding:
    """Examine what examined settings name."""
    settings = examination.settings
    flows, of_flows = _check_flows(examination)
    found = {*examination.problems, *of_flows}
    found |= {*_check_policy(examination), *_check_circles(examination)}
    return Finding(
        problems=tuple(sorted(found)),
        queues=len(settings.queues),
        agents=len(settings.agents),
        flows=flows,
    )


def _check_policy(examination: Examination) -> Iterator[Problem]:
    """What the distributor finds in rules that are each well formed: circles, steps that never end, absent skills.

    Left out is what was told before, and what only seems wrong because a mistake was taken out of the settings.
    """
    names = examination.declared
    besides = Besides(queues=names.queues, agents=names.agents, skills=names.held, groups=names.groups)
    told = [problem.key for problem in examination.problems]
    policy = policy_from(examination.settings, None if told else 0)  # a calendar may be what is wrong
    for mistake in problems_of_rules(policy, besides):
        found = examination.source.problem(tuple(map(_as_set, mistake.path)), mistake.text)
        if any(_within(key, found.key) or (mistake.absent and _within(found.key, key)) for key in told):
            continue
        yield found


def _check_circles(examination: Examination) -> Iterator[Problem]:
    """Queues that send contacts round and round, by limits in which something else is wrong as well."""
    ways: dict[str, list[tuple[KeyPath, str]]] = {name: [] for name in examination.settings.queues}
    for path, way in sorted(_ways_out(examination).items(), key=lambda item: _as_written(item[0])):
        if way.to_kind == "queue":
            ways.setdefault(str(path[1]), []).append((path, way.to))
    for mistake in circles(ways):
        yield examination.source.written_problem(mistake.path, mistake.text)


def _ways_out(examination: Examination) -> dict[KeyPath, Way]:
    """All ways out of queues by their place as written: of the settings, and of what is wrong and was left out."""
    written = examination.source.kept.written
    ways = {way.path: way for way in examination.declared.ways}
    for name, queue in examination.settings.queues.items():
        exits: list[tuple[KeyPath, Exit]] = [(("when_closed",), queue.when_closed)]
        exits += [(("limits", index, "then"), limit.then) for index, limit in enumerate(queue.limits)]
        for key, out in exits:
            path = written(("queues", name, *key))
            ways[path] = Way(path, out.to_kind, out.to)
    return ways


def _as_written(path: KeyPath) -> tuple[bool, int]:
    """The order of a queue's ways out: its limits, and then when it is closed."""
    return path[2] != "limits", int(path[3]) if path[2] == "limits" else 0


def _within(key: str, other: str) -> bool:
    """Whether a key is the other, or in it."""
    return key == other or key.startswith((f"{other}.", f"{other}["))


def _as_set(part: str | int) -> str | int:
    """A key of the policy as the settings call it: durations there are seconds."""
    return f"{part.removesuffix('_us')}_s" if isinstance(part, str) and part.endswith("_us") else part


def _check_flows(examination: Examination) -> tuple[int, list[Problem]]:
    """How many flows are in use, and the mistakes in them and in what refers to them.

    Flows that come with Cordboard are looked at only when an entry point, or a flow in use, leads to them: they speak
    of queues that this site need not have.
    """
    known = Known(queues=examination.declared.queues, calendars=examination.declared.opening_hours)
    own_files = _own_files(examination.settings.flows)
    own, shipped = _by_name(own_files), _by_name(flow_files(SHIPPED))
    flows, problems = check_files(own_files, with_shipped_known(known, {}))
    left = {name: path for name, path in shipped.items() if name not in own}
    of_own = {name: flow.file for name, flow in flows.items()}
    _, of_shipped = check_files(left.values(), msgspec.structs.replace(known, flows=of_own))
    named = {flow for _, flow in _flows_of_entries(examination.settings)}
    named |= {way.to for way in _ways_out(examination).values() if way.to_kind == "flow"}
    in_use = with_called({name: flow for name, flow in {**load_shipped(), **flows}.items() if name in {*named, *own}})
    shipped_in_use = {str(left[name]) for name in in_use.keys() & left.keys()}
    problems += [problem for problem in of_shipped if problem.file in shipped_in_use]
    found = [*_unknown_flows(examination, {*own, *shipped}), *map(_of_a_flow, problems)]
    return len(own) + len(shipped_in_use), found


def _own_files(paths: Iterable[Path]) -> list[Path]:
    """The site's flow files; a path that is no file is kept, for the loader to say so."""
    return [file for path in paths for file in (flow_files(path) if path.is_dir() else [path])]


def _by_name(files: Iterable[Path]) -> dict[str, Path]:
    """Files by the name of their flow, mistaken or not."""
    named = {}
    for file in files:
        text, problem = read_text(file)
        found = _FLOW_NAME.search(text)
        if problem is None and found is not None:
            named[found[1]] = file
    return named


def _of_a_flow(problem: FlowProblem) -> Problem:
    return Problem(file=problem.file, line=problem.line, column=0, key=problem.key, message=problem.message)


def _unknown_flows(examination: Examination, names: set[str]) -> Iterator[Problem]:
    source = examination.source
    named = [(source.kept.written(path), flow) for path, flow in _flows_of_entries(examination.settings)]
    named += [((*way.path, "to"), way.to) for way in _ways_out(examination).values() if way.to_kind == "flow"]
    for path, flow in named:
        if flow not in names:
            close = difflib.get_close_matches(flow, sorted(names), n=1)
            hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(sorted(names))}"
            yield source.written_problem(path, f"there is no flow '{flow}'; {hint}")


def _flows_of_entries(settings: Settings) -> Iterator[tuple[KeyPath, str]]:
    """Every flow to which an entry point leads, with its place."""
    for number, entry in settings.entry_points.items():
        said: list[tuple[KeyPath, str | None]] = [
            (("flow",), entry.flow),
            (("emergency",), entry.emergency),
            (("overflow",), entry.overflow),
            *((("routes", index, "flow"), route.flow) for index, route in enumerate(entry.routes)),
        ]
        yield from ((("entry_points", number, *key), flow) for key, flow in said if flow is not None)
