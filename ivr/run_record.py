"""A run as text and back, so that a caller who waits can go on where they were after a restart. Pure.

Only what outlives a rest is kept: where the run is, what it knows and chose. Values of private variables are left out:
after a restart they are ``none``, as if the caller had never been asked.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TypeAlias

import msgspec

from facts.ids import ContactId
from ivr.errors import IvrError
from ivr.flow import Flow, Queue, Subflow, Transfer, Value
from ivr.run import Frame, Phase, Run, Secret, begin_variables

FORM = 1
"""Raised when the text means something else than before; texts of another form are not read."""

RESTING_PHASES = {Queue: Phase.QUEUED, Transfer: Phase.TRANSFERRING}
"""At which nodes a run rests, and what it waits for there."""

Kept: TypeAlias = str | int | float | bool | dict[str, str] | None


class RunLostError(IvrError):
    """The run cannot go on: its text is none, or its node is not in the flow any more."""


class _Frame(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    flow: str
    node: str
    variables: dict[str, Kept] = {}


class _Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    form: int
    flow: str
    node: str
    language: str
    call: dict[str, Kept] = {}
    variables: dict[str, Kept] = {}
    frames: tuple[_Frame, ...] = ()
    choices: dict[str, str] = {}
    data: dict[str, str] = {}
    skills: dict[str, int] = {}
    priority: int | None = None
    errors: int = 0
    keys_only: bool = False
    requests: int = 0
    visits: int = 0
    outcome: str = ""


def text_of(run: Run) -> str:
    """The run as JSON."""
    record = _Record(
        form=FORM,
        flow=run.flow,
        node=run.node,
        language=run.language,
        call=_kept(run.call),
        variables=_kept(run.variables),
        frames=tuple(_Frame(flow=f.flow, node=f.node, variables=_kept(f.variables)) for f in run.frames),
        choices=run.choices,
        data=run.data,
        skills=run.skills,
        priority=run.priority,
        errors=run.errors,
        keys_only=run.keys_only,
        requests=run.requests,
        visits=run.visits,
        outcome=run.outcome,
    )
    return msgspec.json.encode(record).decode()


def versions_of(run: Run) -> dict[str, str]:
    """The version of every flow that the run is in or may still go into."""
    found: dict[str, str] = {}
    todo = [run.flow, *(frame.flow for frame in run.frames)]
    while todo:
        name = todo.pop()
        flow = run.flows.get(name)
        if flow is None or name in found:
            continue
        found[name] = flow.version
        todo += [node.flow for node in flow.file.nodes.values() if isinstance(node, Subflow)]
    return found


def run_from(text: str, contact_id: ContactId, flows: Mapping[str, Flow]) -> Run:
    """The run again, in these flows. :class:`RunLostError` when it cannot go on in them."""
    try:
        record = msgspec.json.decode(text, type=_Record)
    except msgspec.DecodeError as error:
        raise RunLostError(f"what was kept of the run cannot be read: {error}") from None
    if record.form != FORM:
        raise RunLostError(f"what was kept of the run has form {record.form}, not {FORM}")
    for frame in record.frames:
        _found(flows, frame.flow, frame.node, (Subflow,))
    flow = _found(flows, record.flow, record.node, tuple(RESTING_PHASES))
    return Run(
        contact_id=contact_id,
        flows=flows,
        flow=record.flow,
        node=record.node,
        phase=RESTING_PHASES[type(flow.node(record.node))],
        language=record.language if record.language in flow.file.languages else flow.file.languages[0],
        call=_read(record.call),
        variables=_variables(flow, record.variables),
        frames=tuple(_frame(flows, frame) for frame in record.frames),
        choices=record.choices,
        data=record.data,
        skills=record.skills,
        priority=record.priority,
        errors=record.errors,
        keys_only=record.keys_only,
        requests=record.requests,
        visits=record.visits,
        outcome=record.outcome,
    )


def _found(flows: Mapping[str, Flow], name: str, node: str, kinds: tuple[type, ...]) -> Flow:
    flow = flows.get(name)
    if flow is None:
        raise RunLostError(f"there is no flow {name!r} any more")
    if not isinstance(flow.file.nodes.get(node), kinds):
        raise RunLostError(f"flow {name!r} has no such node {node!r} any more")
    return flow


def _frame(flows: Mapping[str, Flow], kept: _Frame) -> Frame:
    return Frame(flow=kept.flow, node=kept.node, variables=_variables(flows[kept.flow], kept.variables))


def _variables(flow: Flow, kept: Mapping[str, Kept]) -> dict[str, Value | Secret]:
    """What was kept, as far as the flow still declares it; the rest as at the flow's start, private values empty."""
    known = _read({name: value for name, value in kept.items() if name in flow.file.variables})
    begun = begin_variables(flow, known)
    return {name: Secret(None) if isinstance(value, Secret) else value for name, value in begun.items()}


# -- values ---------------------------------------------------------------------------------------------------------


def _kept(values: Mapping[str, Value | Secret]) -> dict[str, Kept]:
    return dict(_kept_pairs(values))


def _kept_pairs(values: Mapping[str, Value | Secret]) -> Iterator[tuple[str, Kept]]:
    for name, value in values.items():
        if not isinstance(value, Secret):
            yield name, {"decimal": str(value)} if isinstance(value, Decimal) else value


def _read(kept: Mapping[str, Kept]) -> dict[str, Value]:
    return {
        name: Decimal(value.get("decimal", "0")) if isinstance(value, dict) else value for name, value in kept.items()
    }
