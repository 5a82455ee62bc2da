"""Every stable code that the daemon sends beside its English has words in both languages of the console."""

import json
from collections.abc import Collection, Iterable
from typing import Any, Final, get_args

import pytest

from agent_console.documents.contacts import ContactLine
from agent_console.documents.desk import DeskContact
from agent_console.documents.desk import Party as PartyDoc
from agent_console.documents.session import Me
from cti_bridge.shell.call_control.situations import ACTS, REASONS
from facts.journal import PhoneTrouble
from facts.states import SYSTEM_REASONS, Activity, LeftQueue
from reporting.kpi.intervals import CYCLES, INTERVALS
from reporting.kpi.why_missed import _UNITS, CAUSES
from tests.architecture.sources import ROOT


def choices(document: Any, field: str) -> Iterable[str]:
    """What a field of a document can be."""
    hint = document.model_fields[field].annotation
    return [code for code in get_args(hint) if isinstance(code, str)]


TABLES: Final[dict[str, tuple[str, Iterable[str]]]] = {
    "common.refusal": ("why an act is not possible", REASONS),
    "common.reason": ("reasons of the system's own", SYSTEM_REASONS),
    "common.activity": ("what agents do", Activity),
    "common.phoneTrouble": ("troubles of a browser's phone", get_args(PhoneTrouble)),
    "common.role": ("roles", choices(Me, "role")),
    "desk.act": ("acts of a call", ACTS),
    "desk.contact": ("states of a contact at the desk", choices(DeskContact, "state")),
    "desk.recording": ("whether it is recorded", choices(DeskContact, "recording")),
    "desk.direction": ("directions", choices(DeskContact, "direction")),
    "desk.party": ("states of a party", choices(PartyDoc, "state")),
    "desk.result": ("results of a contact", ["in_progress", "answered", "abandoned", *LeftQueue]),
    "reports.place": ("where a contact is", choices(ContactLine, "place")),
    "reports.dimension": ("slices of time", [*INTERVALS, *CYCLES]),
    "reports.cause": ("causes of a missed target", CAUSES),
    "reports.unit": ("their units", set(_UNITS.values()) - {""}),
}


def told(group: str, language: str) -> Collection[str]:
    name, _, key = group.partition(".")
    path = ROOT / "agent_console/ui/src/language" / language / f"{name}.json"
    found: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))[key]
    return found


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("group", TABLES)
def test_each_code_has_words(group: str, language: str) -> None:
    what, codes = TABLES[group]
    assert list(codes), what
    assert sorted(set(codes) - set(told(group, language))) == [], f"{what}: language/{language}/{group}"
