"""Flow files from disk: read, checked as a whole, versioned. The only place of ``ivr`` that reads flow files."""

import functools
import hashlib
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

import msgspec

from ivr.checks import Known, Material, check, remark
from ivr.errors import FlowError, Problem
from ivr.flow import Flow, FlowFile, PromptFile, Recording, Subflow
from ivr.located import MAX_CHARACTERS, Located, read

SHIPPED = Path(__file__).parent / "flows"
"""Flows that come with the product."""

_STANDARD = Path(__file__).parent / "prompts" / "standard.yaml"

MOST_BYTES = 4
"""A character has no more in UTF-8."""

Catalogue = dict[str, dict[str, Recording]]


class _Source(msgspec.Struct, frozen=True):
    """A flow file as read, before it is known whether it is right. ``digest`` covers all files it is made from."""

    path: Path
    located: Located
    catalogue: Catalogue
    digest: str
    problems: tuple[Problem, ...]


def load(paths: Iterable[Path], known: Known | None = None) -> dict[str, Flow]:
    """Flows by name from files that may refer to each other. :class:`FlowError` names every mistake of all files."""
    flows, problems = check_files(paths, known)
    if problems:
        raise FlowError(problems)
    return flows


def load_with_shipped(paths: Iterable[Path]) -> dict[str, Flow]:
    """As :func:`load`, of flows that may go into those shipped; see :func:`with_called`."""
    sources = [_read_source(path) for path in paths]
    flows, problems = _check(sources, with_shipped_known(None, {}, _called_in(sources)))
    if problems:
        raise FlowError(problems)
    return flows


def with_called(flows: Mapping[str, Flow]) -> dict[str, Flow]:
    """The flows, and the shipped ones into which they go."""
    found = dict(flows)
    todo = list(flows.values())
    while todo:
        called = {node.flow for node in todo.pop().file.nodes.values() if isinstance(node, Subflow)} - found.keys()
        more = {name: flow for name in called if (flow := load_shipped().get(name)) is not None}
        found |= more
        todo += more.values()
    return found


def load_folder(folder: Path, known: Known | None = None) -> dict[str, Flow]:
    """All flows of a folder: its ``*.yaml`` files that are flows (prompt files and scripts of callers are not)."""
    return load(flow_files(folder), known)


@functools.cache
def load_shipped() -> Mapping[str, Flow]:
    """The flows that come with the product: read once."""
    return MappingProxyType(load_folder(SHIPPED))


def flow_files(folder: Path) -> list[Path]:
    """The flow files of a folder, by name: YAML with a line that begins with ``flow:``."""
    return [path for path in sorted((*folder.glob("*.yaml"), *folder.glob("*.yml"))) if _is_flow(path)]


def _is_flow(path: Path) -> bool:
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        return any(line.startswith("flow:") for line in file.read(MAX_CHARACTERS).splitlines())


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """The flows that could be made (one with a mistake is left out), every mistake, and what is perhaps not meant."""

    flows: dict[str, Flow]
    problems: list[Problem]
    remarks: list[Problem]


def check_with_neighbours(paths: Iterable[Path], known: Known | None = None) -> Checked:
    """As :func:`check_files`, and the flows beside them and those shipped are known too, as these may go into those.

    Mistakes of the neighbours themselves are not told, and they are not among the flows that are given back.
    """
    sources = [_read_source(path) for path in paths]
    there = {source.path.resolve() for source in sources}
    folders = dict.fromkeys(source.path.parent for source in sources)
    beside = [file for folder in folders for file in flow_files(folder) if file.resolve() not in there]
    others = [located.value for file in beside if (located := _read_source(file).located).value is not None]
    neighbours = {other.flow: other for other in others}
    flows, problems = _check(sources, with_shipped_known(known, neighbours, _called_in(sources)))
    return Checked(
        flows=flows, problems=problems, remarks=sorted({r for source in sources for r in _remark_on(source)})
    )


def with_shipped_known(
    known: Known | None, own: Mapping[str, FlowFile], called: Collection[str] | None = None
) -> Known:
    """The same, with ``own`` flows and those shipped, which own ones replace; left unread if none is ``called``."""
    needed = called is None or not own.keys() >= set(called)
    shipped = {name: flow.file for name, flow in load_shipped().items()} if needed else {}
    return msgspec.structs.replace(known or Known(), flows={**shipped, **own})


def _called_in(sources: Iterable[_Source]) -> set[str]:
    """The flows into which these go, less themselves."""
    files: list[FlowFile] = [source.located.value for source in sources if source.located.value is not None]
    called = {node.flow for file in files for node in file.nodes.values() if isinstance(node, Subflow)}
    return called - {file.flow for file in files}


def check_files(paths: Iterable[Path], known: Known | None = None) -> tuple[dict[str, Flow], list[Problem]]:
    """The flows that could be made, and every mistake of all files. A flow with a mistake is left out.

    ``known.flows``: flows besides, into which these may go.
    """
    return _check([_read_source(path) for path in paths], known or Known())


def _check(sources: list[_Source], known: Known) -> tuple[dict[str, Flow], list[Problem]]:
    problems = [problem for source in sources for problem in source.problems]
    problems += _same_name(sources)
    files = {source.located.value.flow: source.located.value for source in sources if source.located.value is not None}
    known = msgspec.structs.replace(known, flows={**(known.flows or {}), **files})
    flows = {}
    for source in sources:
        found = list(_check_source(source, known))
        problems += found
        if not found and not source.problems:
            flow = _flow(source)
            flows[flow.name] = flow
    return flows, sorted(set(problems))


def _same_name(sources: list[_Source]) -> list[Problem]:
    first: dict[str, Path] = {}
    problems = []
    for source in sources:
        if source.located.value is None:
            continue
        name = source.located.value.flow
        if name in first:
            said = f"flow {name!r} is already in {first[name]}"
            problems.append(Problem(file=str(source.path), line=1, key="flow", rule="name_twice", message=said))
        first.setdefault(name, source.path)
    return problems


def _check_source(source: _Source, known: Known) -> Iterable[Problem]:
    return check(_material(source, known)) if source.located.value is not None else ()


def _remark_on(source: _Source) -> Iterable[Problem]:
    """What is no mistake, but perhaps not meant."""
    return remark(_material(source, Known())) if source.located.value is not None else ()


def _material(source: _Source, known: Known) -> Material:
    located = source.located
    written = frozenset(str(path[1]) for path in located.lines if len(path) == 2 and path[0] == "nodes")
    return Material(
        name=str(source.path),
        file=located.value,
        lines=located.lines,
        written=written,
        whole=not located.problems,
        catalogue=source.catalogue,
        known=known,
    )


def _flow(source: _Source) -> Flow:
    file: FlowFile = source.located.value
    return Flow(name=file.flow, version=source.digest[:12], file=file, catalogue=source.catalogue)


# -- reading --------------------------------------------------------------------------------------------------------


def _read_source(path: Path) -> _Source:
    text, problem = read_text(path)
    if problem is not None:
        return _Source(path, Located(None, {}, ()), {}, "", (problem,))
    located = read(text, FlowFile, str(path))
    digest = hashlib.sha256(text.encode())
    catalogue: Catalogue = dict(_standard_prompts())
    problems = list(located.problems)
    if located.value is not None:
        problems += _add_prompt_files(path, located, catalogue, digest)
        catalogue |= _recordings(located.value.prompts, path.parent)
        problems += _missing_recordings(str(path), located.value.prompts, located.lines, path.parent)
    return _Source(path, located, catalogue, digest.hexdigest(), tuple(problems))


def read_text(path: Path) -> tuple[str, Problem | None]:
    """A file's text, or the problem that there is none."""
    raw, line = b"", 1
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_CHARACTERS * MOST_BYTES + 1)
        too_long = len(raw) > MAX_CHARACTERS * MOST_BYTES  # and cut off, perhaps within a character
        return raw.decode("utf-8-sig", errors="ignore" if too_long else "strict"), None
    except UnicodeDecodeError as error:
        said, line = "not UTF-8: save the file as UTF-8", raw.count(b"\n", 0, error.start) + 1
    except OSError as error:
        said = f"cannot be read: {error.strerror}"
    return "", Problem(file=str(path), line=line, key="", rule="unreadable", message=said)


def _add_prompt_files(path: Path, located: Located, catalogue: Catalogue, digest: "hashlib._Hash") -> list[Problem]:
    problems: list[Problem] = []
    for index, name in enumerate(located.value.prompt_files):
        other = path.parent / name
        text, problem = read_text(other)
        if problem is not None:
            line = located.lines.get(("prompt_files", index), 1)
            key = f"prompt_files[{index}]"
            said = f"{name!r} {problem.message}"
            problems.append(Problem(file=str(path), line=line, key=key, rule="prompt_file", message=said))
            continue
        digest.update(text.encode())
        prompts = read(text, PromptFile, str(other))
        problems += prompts.problems
        if prompts.value is not None:
            catalogue |= _recordings(prompts.value.prompts, other.parent)
            problems += _missing_recordings(str(other), prompts.value.prompts, prompts.lines, other.parent)
    return problems


@functools.cache
def _standard_prompts() -> Mapping[str, dict[str, Recording]]:
    text, _ = read_text(_STANDARD)
    return _recordings(read(text, PromptFile, str(_STANDARD)).value.prompts, _STANDARD.parent)


def _recordings(prompts: Mapping[str, Mapping[str, str | Recording]], folder: Path) -> Catalogue:
    """Prompts with their recordings as absolute paths."""
    return {
        name: {language: _recording(said, folder) for language, said in by_language.items()}
        for name, by_language in prompts.items()
    }


def _recording(said: str | Recording, folder: Path) -> Recording:
    if isinstance(said, str):
        return Recording(text=said)
    if not said.recording:
        return said
    return msgspec.structs.replace(said, recording=str((folder / said.recording).resolve()))


def _missing_recordings(
    name: str,
    prompts: Mapping[str, Mapping[str, str | Recording]],
    lines: dict[tuple[str | int, ...], int],
    folder: Path,
) -> list[Problem]:
    problems = []
    for prompt, by_language in prompts.items():
        for language, said in by_language.items():
            place = ("prompts", prompt, language)
            message = _what_is_missing(said, folder)
            if message:
                line, key = lines.get(place, 1), ".".join(place)
                problems.append(Problem(file=name, line=line, key=key, rule="missing_prompt", message=message))
    return problems


def _what_is_missing(said: str | Recording, folder: Path) -> str:
    recording = Recording(text=said) if isinstance(said, str) else said
    if recording.recording and not (folder / recording.recording).is_file():
        return f"missing prompt: there is no file {recording.recording!r} beside this one"
    if not (recording.text.strip() or recording.recording or recording.sound):
        return "missing prompt: give a text, a recording or a sound of the switch"
    return ""
