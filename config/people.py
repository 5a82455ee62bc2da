"""Settings of people: agents, teams, and the words they work with."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from config.fields import DialString, Digits, FilePath, Level, Line, Listed, Name, Secret, Section

Role = Literal["agent", "supervisor", "administrator"]


class Team(Section):
    """People who are led together; a supervisor sees their own teams."""

    title: Line = ""
    """What people call it."""


class Agent(Section):
    """A person who takes contacts. The key is used in journal and reports: never give it to somebody else."""

    name: Line = ""
    """The person's name."""
    phone: DialString
    """The phone: the endpoint's name, e.g. 1001, or a channel, e.g. PJSIP/1001."""
    skills: dict[Name, Level] = Field(default_factory=dict)
    """Skills with levels, 1 to 10; higher is better, absent is not zero."""
    team: Name | None = None
    """The team."""
    slots: Annotated[int, Field(ge=1, le=20)] = 1
    """How many contacts at once."""
    auto_answer: bool = False
    """Whether the phone is asked to answer offered contacts by itself."""
    web_phone: bool = False
    """Whether the phone is the browser: the console is then the telephone."""
    reserve: Listed[Name] = ()
    """Reserve groups; who is in one takes only contacts to which it is open."""
    without_queues: Listed[Name] = ()
    """Queues that the person is taken out of: never offered a contact of theirs, whatever the skills."""
    extra_queues: Listed[Name] = ()
    """Queues that the person is put into, whatever they require and without regard to reserve; what a contact itself
    requires still holds."""
    pin: Secret | None = None
    """Asked for when signing in from a phone that is not the person's own."""
    pin_file: FilePath | None = None
    """A file that holds the PIN."""


class Reason(Section):
    """Why a person is not ready."""

    title: Line = ""
    """What people call it."""
    digits: Digits | None = None
    """Dialled after *53 to choose it from the phone."""
    productive: bool = False
    """Whether the time counts as work (training, meeting) in utilisation."""


class Disposition(Section):
    """What came of a contact."""

    title: Line = ""
    """What people call it."""
    resolved: bool | None = None
    """Whether it means that the customer's matter is settled; absent: the agent says."""


class KnownNumber(Section):
    """Somebody outside whom agents ask, or hand callers over to."""

    title: Line = ""
    """What people call it."""
    number: Annotated[str, StringConstraints(pattern=r"^\+?[0-9]{1,32}$")]
    """The telephone number, as agents would dial it."""


class User(Section):
    """A person who signs in to the console. Passwords are not settings: `cordboard user` gives them."""

    title: Line = ""
    """The person's name, as others see it."""
    role: Role = "agent"
    """What they may do: work at their own desk; lead teams besides; change everything."""
    teams: Listed[Name] = ()
    """The teams that a supervisor leads, and sees."""
    agent: Name | None = None
    """The agent who they are; without one they have no desk."""
    language: Line | None = None
    """The language of their console; absent: the site's."""
