"""Contacts, live and past: lines of lists, and their stories."""

from typing import Any

from agent_console.documents.desk import Outcome
from agent_console.documents.values import Document, DurationS, Moment, Place


class ContactLine(Document):
    """A contact in a list. Times are None for what has not happened."""

    contact_id: str
    channel: str
    direction: str
    place: Place
    queue: str | None
    queues: list[str]
    """Every queue in which it was, in order."""
    queue_titles: list[str]
    """What people call these queues, in the same order."""
    agents: list[str]
    """Who talked with it, in order."""
    agent_names: list[str]
    """Their names, in the same order, also of agents whom who asks does not lead."""
    customer_id: str | None
    caller_number: str
    caller_name: str
    entry_point: str
    began_at: Moment
    joined_at: Moment | None
    answered_at: Moment | None
    ended_at: Moment | None
    wait_s: DurationS | None
    talk_s: DurationS | None
    hold_s: DurationS | None
    wrap_up_s: DurationS | None
    result: str
    """`in_progress`, `answered`, `abandoned`, or how it left otherwise."""
    outcome: Outcome
    outcome_etag: str
    """Changes with the outcome: who corrects it names this in `If-Match`."""
    recordings: int = 0
    parked_by: str | None = None
    """The agent who left the customer to be picked up; None: they are not parked."""
    parked_at: Moment | None = None
    may_open: bool = True
    """Whether who asks may open it: its story is for those who lead its queues or agents."""


class StoryLine(Document):
    """One fact of a contact: when, what, and in words."""

    at: Moment
    since_s: DurationS
    """Since the contact's first fact."""
    kind: str
    text: str
    node: str
    seq: int
    data: dict[str, Any]


class Story(Document):
    """A contact's whole story."""

    contact_id: str
    lines: list[StoryLine]
