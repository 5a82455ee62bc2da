"""What a virtual PBX is told at the start, and what traffic it is to have."""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from facts.time import SECOND, Duration, Instant
from simulation.distributions.durations import Constant, Exponential, Law, Lognormal

_SOUNDS_S = MappingProxyType({"vm-press": 0.72, "vm-goodbye": 1.0, "vm-nobodyavail": 3.0})
_FIRST_CHOICE = MappingProxyType({"1": 1.0})


class AmiAccount(msgspec.Struct, frozen=True, kw_only=True):
    """Who may log in to AMI. ``read`` and ``write`` are Asterisk's classes, or ``all``."""

    username: str = "cordboard"
    secret: str = "virtual"  # noqa: S105 - on loopback, of a switch without a real line
    read: frozenset[str] = frozenset({"system", "call", "user"})
    write: frozenset[str] = frozenset({"system", "call", "originate", "reporting"})
    excluded: frozenset[str] = frozenset({"VarSet", "RTCPSent", "RTCPReceived", "TestEvent"})
    """Events that this account never sees."""


class PbxSettings(msgspec.Struct, frozen=True, kw_only=True):
    """A virtual switch: its phones, who may log in, where its menus are."""

    phones: tuple[str, ...] = ("1001", "1002", "1003")
    """Numbers of the agents' phones; their endpoints are ``PJSIP/NUMBER``."""

    phone_names: Mapping[str, str] = {}
    agi_url: str = "agi://127.0.0.1:4573"
    agi_token: str = ""
    accounts: tuple[AmiAccount, ...] = (AmiAccount(),)
    agent_pattern: str = "_1XXX"
    entry_pattern: str = "_8XXX"
    dialplan: str | None = None
    """Text of another ``extensions.conf``; None for the deployed one."""

    channel_variables: tuple[str, ...] = ("ACD_CALL", "ACD_AGENT", "ACD_QUEUE", "ACD_SINCE", "ACD_DNIS")
    """Variables that ride along in every channel event."""

    sound_s: Mapping[str, float] = _SOUNDS_S
    other_sound_s: float = 2.0
    """Length of sounds that ``sound_s`` does not name."""

    missing_sounds: frozenset[str] = frozenset()
    system_name: str = "virtual"
    version: str = "22.10.1"
    started_at: Instant | None = None
    """Asterisk's clock at the start; None for the clock that is handed in."""


class EntryPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A dialled number and who calls it."""

    number: str
    per_hour: float
    keys: Mapping[str, float] = _FIRST_CHOICE
    """What callers press when the menu asks, by weight."""


class CallerHabits(msgspec.Struct, frozen=True, kw_only=True):
    """How virtual callers behave."""

    patience: Law | None = Exponential(mean_s=240)
    """How long they wait in the queue before they give up; None: for ever."""

    thinking: Law = Lognormal(mean_s=2.0, scv=0.3)
    """From the question to the first key."""

    menu_patience: Law | None = Constant(mean_s=90)
    """How long they stand the menu before they hang up."""

    no_input: float = 0.08
    """Share of questions that a caller lets pass without a key."""

    talk: Law = Lognormal(mean_s=180, scv=0.8)
    hangs_up_first: float = 0.7
    """Share of talks that the caller ends; the agent ends the others."""

    after_agent_left_s: float = 2.0
    """A caller whom everybody has left hangs up after so long."""


class AgentHabits(msgspec.Struct, frozen=True, kw_only=True):
    """How virtual agents treat a ringing phone; shares of all rings."""

    answer: Law = Lognormal(mean_s=4.0, scv=0.4)
    no_answer: float = 0.03
    busy: float = 0.01
    rejected: float = 0.01


class CustomerHabits(msgspec.Struct, frozen=True, kw_only=True):
    """How people behave whom the centre calls; shares of all calls."""

    answer: Law = Lognormal(mean_s=8.0, scv=0.4)
    no_answer: float = 0.2
    busy: float = 0.05


class Traffic(msgspec.Struct, frozen=True, kw_only=True):
    """Who calls and who works."""

    entry_points: tuple[EntryPoint, ...]
    callers: CallerHabits = CallerHabits()
    agents: AgentHabits = AgentHabits()
    agent_habits: Mapping[str, AgentHabits] = {}
    """Habits of single phones that differ from ``agents``."""

    customers: CustomerHabits = CustomerHabits()
    regulars: tuple[tuple[str, str], ...] = ()
    """Numbers and names of people who call again and again, one call at a time."""

    regular_share: float = 0.6
    """Share of the calls that are theirs; the others come from numbers of nobody."""

    already: int = 0
    """So many callers of each entry point come one after the other at the very beginning, as where a day is on."""

    already_every: Duration = SECOND // 2

    most_lines: int = 500
    """Callers at once; more find the trunk busy and do not come."""
