"""Settings of what may happen while a contact waits: easier requirements, help from reserves, limits, announcements."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from config.fields import Count, Level, Line, Listed, Name, PositiveSeconds, Seconds, Section

Destination = Literal["queue", "flow", "number", "voicemail", "exit"]
Country = Annotated[str, StringConstraints(pattern=r"^([A-Z]{2}|\*)$")]
Number = Annotated[str, StringConstraints(pattern=r"^\+?[0-9]{1,20}$")]
LimitKind = Literal["waiting", "longest_wait", "wait", "expected_wait", "none_logged_in", "none_ready"]
LimitHolds = Literal["at_entry", "while_waiting", "both"]

COUNTED: frozenset[str] = frozenset({"waiting"})
TIMED: frozenset[str] = frozenset({"longest_wait", "wait", "expected_wait"})


class Exit(Section):
    """Where a contact goes that may not wait (any longer)."""

    to_kind: Destination = "exit"
    """A queue (the join time is kept), a flow, a number, voicemail, or a closing announcement (exit)."""
    to: Line = ""
    """The name of the queue or flow, the number, or the mailbox."""

    @model_validator(mode="after")
    def _names_where(self) -> "Exit":
        if self.to_kind != "exit" and not self.to:
            raise ValueError(f"to is missing: which {self.to_kind}?")
        return self


class Limit(Section):
    """A limit of waiting, at entry or while a contact waits."""

    what: LimitKind
    """What is limited: contacts waiting, the longest wait there is, this contact's wait, the expected wait, or that
    nobody who could take it is logged in (or ready)."""
    count: Count = 0
    """With waiting: so many."""
    after_s: Seconds = 0.0
    """With a wait: so long."""
    then: Exit = Exit()
    """Where the contact goes."""
    holds: LimitHolds | None = None
    """When it is judged; absent: at entry for waiting, longest_wait and expected_wait, both for the others. While
    waiting, these three send away the newest who are more than may wait, who has waited so long, and who is to expect
    so long a wait (asked every 15 seconds, and when agents or rules change). Callbacks stay, and who is
    being offered to an agent goes only for having waited so long."""

    @model_validator(mode="after")
    def _has_its_measure(self) -> "Limit":
        if self.what in COUNTED and not self.count:
            raise ValueError("count is missing: how many may wait?")
        if self.what in TIMED and not self.after_s:
            raise ValueError("after_s is missing: how long may it be?")
        return self


class RelaxationStep(Section):
    """A requirement made easier after a while; the place is kept."""

    after_s: PositiveSeconds
    """Counted from the join time."""
    lower: dict[Name, Level] = Field(default_factory=dict)
    """Skills with the level that now suffices."""
    drop: Listed[Name] = ()
    """Skills that are no longer asked for."""
    open: Listed[Name] = ()
    """Reserve groups that may help from now on."""


class ReserveRule(Section):
    """A reserve group that helps a queue in need, until the need is over for both measures."""

    group: Name
    """The reserve group."""
    wait_s: Seconds = 0.0
    """It helps when somebody has waited so long; 0: not for that."""
    expected_s: Seconds = 0.0
    """It helps when so long a wait is expected; 0: not for that."""
    clear_wait_s: Seconds = 0.0
    """It goes when nobody waits longer than this; 0: than wait_s."""
    clear_expected_s: Seconds = 0.0
    """It goes when no longer wait is expected; 0: than expected_s."""


class Announcements(Section):
    """What waiting customers are told."""

    first_s: Seconds = 15.0
    """The first time, so long after joining."""
    every_s: PositiveSeconds = 45.0
    """Then at this distance."""
    position: bool = True
    """Whether they hear their position."""
    position_limit: Count = 0
    """Positions beyond this are not told; 0: all are."""
    expected_wait: bool = False
    """Whether they hear the expected wait; it never grows from one time to the next."""
    round_s: PositiveSeconds = 60.0
    """The expected wait is rounded up to a multiple of this."""


class Callbacks(Section):
    """Customers who hang up and keep their place."""

    attempts: Annotated[int, Field(ge=1, le=20)] = 3
    """How often a customer is dialled."""
    retry_s: PositiveSeconds = 600.0
    """The time between two attempts."""
    expires_s: PositiveSeconds = 86_400.0
    """After so long nobody calls back any more."""
    hours: Name | None = None
    """The calendar in which customers may be rung; absent: the queue's."""
    ring_s: Annotated[int, Field(ge=5, le=300)] = 30
    """How long a customer's phone rings."""
    countries: Listed[Country] = ()
    """Countries whose numbers are dialled (`*`: all); absent: the site's own. Premium-rate numbers never are."""
    shown_number: Number | None = None
    """The number that customers see; absent: the one that they had called."""
