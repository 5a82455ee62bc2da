"""What supervisors do: listen in, move contacts, change people's state, skills and queues."""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, StringConstraints

from agent_console.documents.administration import SectionName, SettingChange
from agent_console.documents.problems import FieldProblem
from agent_console.documents.values import Document, Line, Name, Wish
from facts.customer_rules import WRITTEN
from facts.states import Declared

MonitorMode: TypeAlias = Literal["listen", "whisper", "barge"]


class Monitor(Wish):
    """Listen to a talk; once more changes the mode."""

    mode: MonitorMode
    agent: Name | None = None
    """Whose side, where several agents talk; absent: the first."""


class Monitored(Document):
    """A talk that one listens to.

    ``phone_awaited``: the agent's phone was lost out of it, and is waited for; music is heard until it is back.
    """

    contact_id: str
    agent: str
    mode: MonitorMode
    supervisor: str
    phone_awaited: bool = False


class SetPriority(Wish):
    """A waiting contact's new priority; higher goes first."""

    priority: Annotated[int, Field(ge=-1000, le=1000)]


class Move(Wish):
    """To another queue; the join time is kept."""

    queue: Name


class SetAgentState(Wish):
    """What an agent is to be."""

    declared: Annotated[Declared, Field(strict=False)]
    reason: Name | None = None
    """With NOT_READY only; absent: set by a supervisor."""
    force: bool = False
    """With LOGGED_OUT only: at once, also during a contact."""


class SetSkills(Wish):
    """An agent's full set of skills."""

    skills: dict[Name, Annotated[int, Field(ge=1, le=10)]]


class SetQueues(Wish):
    """The queues in which an agent is an exception; in all others, who serves follows from skills and reserve.

    Of queues that one does not see nothing changes: they may be left out.
    """

    without_queues: Annotated[list[Name], Field(max_length=1000)]
    """Taken out of these: never offered their contacts, whatever the skills."""
    extra_queues: Annotated[list[Name], Field(max_length=1000)]
    """Put into these, whatever they require; what a contact itself requires still holds."""


class Said(Wish):
    """A message to a team."""

    text: Annotated[str, StringConstraints(pattern=WRITTEN, max_length=500)]


class PreviewWish(Wish):
    """A change of the settings that is not made, only looked at."""

    section: SectionName
    name: Line
    document: Any = None
    """The new contents, as in the settings file; None: it is removed."""
    partial: bool = False
    """Whether `document` holds only the keys that differ from the entry as it is."""
    more: list[SettingChange] = Field(default_factory=list, max_length=5000)
    """Other changes at the same time."""


class PreviewDoc(Document):
    """What a change would do. What is of other teams is counted, and not named."""

    unroutable: list[str]
    """Waiting contacts that somebody logged in can take now, and nobody could afterwards."""
    unroutable_elsewhere: int = 0
    """So many more of them there are that one does not see: of other teams."""
    routable: list[str]
    """Waiting contacts that nobody logged in can take now, and somebody could afterwards."""
    routable_elsewhere: int = 0
    """So many more of them there are that one does not see."""
    idle_agents: list[str]
    """Agents who serve a queue now and would serve none."""
    idle_agents_elsewhere: int = 0
    """So many more of them there are of other teams."""
    gone_queues: list[str]
    """Queues in which somebody waits and that would be no more."""
    gone_queues_elsewhere: int = 0
    """So many more of them there are of other teams."""
    problems: list[FieldProblem]
    """Why the change would be refused. Those of entries that one does not see are counted in one."""
