"""The floor as supervisors see it: queues, agents, who waits, alarms; and why."""

from typing import Any, Literal, TypeAlias

from pydantic import Field

from agent_console.documents.desk import CustomerBrief
from agent_console.documents.values import Document, DurationS, Figures, Moment
from facts.states import Activity, Declared


class QueueAgents(Document):
    """Agents who meet the queue's own requirement, by state."""

    logged_in: int
    ready: int
    """Free to be offered a contact."""
    reserved: int
    talking: int
    wrap_up: int
    not_ready: int


class QueueTargets(Document):
    """What callers were promised; limits of alarms where they are set.

    ``abandon_rate``: at most this share may give up: the alarm's limit, else the queue's own target.
    """

    service_level: float
    threshold_s: DurationS
    formula: str
    longest_wait_s: DurationS | None = None
    abandon_rate: float


class TotalTargets(Document):
    """The targets of several queues as one: each counts for as many of today's contacts as its figure does.

    So a figure that is just as good as its target in every queue is just as good as the target over all. None: no
    queue is seen.
    """

    service_level: float | None
    abandon_rate: float | None


class TrendPoint(Document):
    """One half-hour of today."""

    at: Moment
    offered: int
    answered: int
    abandoned: int
    service_level: float | None


class QueueRow(Document):
    """One queue now and today."""

    queue: str
    title: str
    teams: list[str]
    """Whose supervisors see it; none: everybody's."""
    open: bool
    closed_by_hand: bool
    closed_for: Literal["hours", "special_day", "holiday"] | None = None
    """Why its calendar keeps it closed: the weekday's hours, a day with hours of its own, a public holiday."""
    holiday: str | None = None
    """Which public holiday that is."""
    waiting: int
    """Not yet answered, those who are offered included."""
    ringing: int
    talking: int
    callbacks: int
    oldest_joined_at: Moment | None
    expected_wait_s: DurationS | None
    """For who would come now; None: not known."""
    helped_by: list[str] = Field(default_factory=list)
    """Reserve groups that help just now."""
    agents: QueueAgents
    today: Figures
    interval: Figures
    """The running quarter of an hour and the one before."""
    targets: QueueTargets
    trend: list[TrendPoint]


class AgentContact(Document):
    """A contact that an agent is at work on."""

    contact_id: str
    queue: str | None
    state: str
    since: Moment | None
    caller: str


class AgentRow(Document):
    """One agent now and today."""

    agent: str
    name: str
    team: str
    phone: str
    phone_reachable: bool
    phone_trouble: Literal["page_left", "cut_off", "no_sound", "silent_microphone"] | None = None
    """What is wrong with the browser's phone in the present talk."""
    declared: Declared
    activity: Activity
    reason: str | None
    reason_title: str | None
    pending: Declared | None
    since: Moment | None
    """None: of who has not been here since the daemon started."""
    logged_in_at: Moment | None = None
    skills: dict[str, int]
    without_queues: list[str]
    """Queues that the agent is taken out of, whatever the skills: of those that the reader sees; on the live channel,
    of those that everybody sees who leads the agent's team."""
    extra_queues: list[str]
    """Queues that the agent is put into, whatever they require; likewise."""
    contacts: list[AgentContact]
    today: Figures


class AgentQueue(Document):
    """What an agent is in a queue, and why."""

    queue: str
    title: str
    requirement: str
    """What the queue itself requires; empty: nothing."""
    by_skills: bool
    """Whether the agent's skills meet it."""
    exception: Literal["put_in", "taken_out"] | None
    """What holds instead of the skills; None: they do."""
    serves: bool
    """Whether the agent may take its contacts now, when ready; not who is in a reserve group that does not help."""


class Qualified(Document):
    """Agents who may take a waiting contact, by what keeps them."""

    total: int
    free: int
    busy: int
    not_ready: int
    logged_out: int
    taken_out: int
    """So many more would qualify, were they not taken out of the queue; not counted in `total`."""


class ChangeAhead(Document):
    """What time alone will bring. ``code`` and ``details`` say it for translation, ``what`` in English."""

    at: Moment
    what: str
    code: str = ""
    details: dict[str, Any] = Field(default_factory=dict)


class WaitingRow(Document):
    """A contact that waits, and why."""

    contact_id: str
    queue: str
    place: Literal["WAITING", "OFFERED", "SCHEDULED", "DIALLING"]
    joined_at: Moment
    priority: int
    position: int
    requirement: str
    """As it is now, after `step` relaxation steps."""
    caller_number: str
    caller_name: str
    """As the telephone network told it."""
    customer: CustomerBrief | None
    step: int
    attempt: int
    callback_due: Moment | None
    offered_to: list[str]
    summary: str
    code: str = ""
    details: dict[str, Any] = Field(default_factory=dict)
    qualified: Qualified
    changes: list[ChangeAhead]


class ParkedRow(Document):
    """A customer whom an agent parked, and whom nobody has picked up yet."""

    contact_id: str
    queue: str | None
    """The queue that they came from; None: from none."""
    queue_title: str
    caller_number: str
    caller_name: str
    customer: CustomerBrief | None
    parked_by: str
    parked_by_name: str
    team: str
    """Whose agent that is; empty: nobody's."""
    parked_at: Moment
    returns_at: Moment | None
    """When they go back to the queue if nobody picks them up; None: never."""
    fetched_by: str | None
    """The agent whose phone rings just now to pick them up; None: they can be picked up."""
    fetched_by_name: str | None


class AlarmDoc(Document):
    """A threshold that is passed, or was."""

    alarm_id: str
    alarm: str
    queue: str | None
    queue_title: str | None = None
    value: float | None
    threshold: float | None
    text: str
    raised_at: Moment
    cleared_at: Moment | None = None


class Totals(Document):
    """The whole centre, now and today; for supervisors the queues and agents of it that they see."""

    day: Moment
    """When today began, at the site."""
    waiting: int
    longest_joined_at: Moment | None
    talking: int
    agents: QueueAgents
    today: Figures
    interval: Figures
    targets: TotalTargets
    trend: list[TrendPoint]


class Obstacle(Document):
    """What stands between a contact and an agent. ``code`` is stable, ``text`` is English."""

    text: str
    code: str = ""
    details: dict[str, Any] = Field(default_factory=dict)


class AgentVerdict(Document):
    """An agent who was considered for a contact; without obstacles an offer is possible."""

    agent: str
    name: str
    qualified: bool
    ruled_out_by: list[Obstacle]
    since: Moment | None = None
    """Since when the agent has been in the state that rules them out."""


class ContactVerdict(Document):
    """A contact that was considered for an agent."""

    contact_id: str
    queue: str | None
    qualified: bool
    ruled_out_by: list[Obstacle]


class ContactWhy(Document):
    """Why a contact still waits."""

    contact_id: str
    queue: str | None
    place: str
    waited_s: DurationS
    position: int
    requirement: str
    summary: str
    code: str = ""
    details: dict[str, Any] = Field(default_factory=dict)
    agents: list[AgentVerdict]
    """Who was considered, of those whom one sees."""
    agents_elsewhere: int = 0
    """So many more of other teams were considered."""
    changes: list[ChangeAhead]


class AgentWhy(Document):
    """Why an agent is offered nothing."""

    agent: str
    summary: str
    code: str = ""
    details: dict[str, Any] = Field(default_factory=dict)
    obstacles: list[Obstacle]
    contacts: list[ContactVerdict]
    """Those who wait, of those whom one sees."""
    contacts_elsewhere: int = 0
    """So many more wait in queues of other teams."""
    changes: list[ChangeAhead] = Field(default_factory=list)
    """What time alone will bring, the soonest first."""
    changes_elsewhere: int = 0
    """So many more it will bring with contacts of other teams."""


class TeamDoc(Document):
    """A team with its agents."""

    team: str
    title: str
    agents: list[str]


class SkillDoc(Document):
    """A skill, and who has it at which level."""

    skill: str
    title: str
    agents: dict[str, int]


class ReasonDoc(Document):
    """Why agents may be not ready. ``system``: a person cannot choose it."""

    reason: str
    title: str
    digits: str | None
    productive: bool
    system: bool = False


class DispositionDoc(Document):
    """What may come of a contact."""

    disposition: str
    title: str
    resolved: bool | None


class EntryPointDoc(Document):
    """A dialled number and what answers it."""

    number: str
    title: str
    flow: str
    queue: str | None
    emergency_flow: str | None = None
    """What answers while the emergency switch is thrown; None: there is no switch."""
    emergency: bool = False
    """Whether it is thrown, for this number or for all."""
    emergency_by: str | None = None


class OpenSpan(Document):
    """A stretch of opening hours."""

    opens: Moment
    closes: Moment


class OpeningHoursDoc(Document):
    """A calendar: open now or not, and the next days."""

    name: str
    time_zone: str
    open: bool
    spans: list[OpenSpan]


class SettingsState(Document):
    """Which settings are in force: with another revision, lists of words (reasons, teams …) may be others."""

    revision: int
    """0: the settings file's own."""


Topic: TypeAlias = Literal[
    "desk",
    "queues",
    "agents",
    "waiting",
    "parked",
    "contacts",
    "alarms",
    "totals",
    "entry_points",
    "settings",
    "customers",
    "recordings",
    "voicemails",
    "audit",
]
"""What can be subscribed to on the live channel."""
