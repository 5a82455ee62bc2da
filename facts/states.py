"""The words for states, outcomes and causes that facts, distributor and reports share.

An agent has two axes: what the person *declared*, and what the system is doing with them (*activity*). Every
instant between log-in and log-out has exactly one value on each.
"""

import enum


class Declared(enum.StrEnum):
    """What the person asked for."""

    LOGGED_OUT = "LOGGED_OUT"
    NOT_READY = "NOT_READY"
    READY = "READY"


class Activity(enum.StrEnum):
    """What the system is doing with the agent; with several slots the first of contact > wrap-up > offer > idle."""

    IDLE = "IDLE"
    RESERVED = "RESERVED"
    TALKING = "TALKING"
    HOLD = "HOLD"
    WRAP_UP = "WRAP_UP"


class OfferOutcome(enum.StrEnum):
    """How an offer ended. Only the first four are the agent's; the rest blame nobody."""

    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    REJECTED = "rejected"
    BUSY = "busy"
    UNREACHABLE = "unreachable"
    CALLER_LEFT = "caller_left"
    ANSWERED_ELSEWHERE = "answered_elsewhere"
    WITHDRAWN = "withdrawn"


class LeftQueue(enum.StrEnum):
    """How a contact left a queue *otherwise*: neither answered nor abandoned. Never lumped together."""

    OVERFLOWED = "overflowed"
    TIMED_OUT = "timed_out"
    FULL = "full"
    CLOSED = "closed"
    NO_AGENTS = "no_agents"
    KEY = "key"
    CALLBACK_EXPIRED = "callback_expired"
    TRANSFERRED = "transferred"
    WITHDRAWN = "withdrawn"
    SWITCH_LOST = "switch_lost"


class Party(enum.StrEnum):
    """Who ended a talk or a contact, or asked for a change."""

    CALLER = "caller"
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    SYSTEM = "system"


SYSTEM_REASONS = {
    "login": "just signed in",
    "no_answer": "did not answer offered contacts",
    "phone_lost": "the phone cannot be reached",
    "supervisor": "set by a supervisor",
    "connection_lost": "the desk lost its connection",
    "after_restart": "the system was restarted",
}
"""Not-ready reasons that belong to the system; a person cannot choose them."""
