"""The settings as the program sees them: frozen, complete, checked.

Each attribute's docstring is its documentation: sample, reference page and JSON schema are made of these classes.
"""

from pathlib import Path

from pydantic import Field

from config.calls import Calls
from config.fields import FilePath, Line, Listed, Name, Section, UserName
from config.people import Agent, Disposition, KnownNumber, Reason, Team, User
from config.queues import Queue, Routing
from config.services import Alarms, Database, Log, Metrics, Node, OpeningHours, Redis, Reports, Site, Web
from config.telephony import Asterisk, EntryPoint, Prompts, Speech


class Settings(Section):
    """Everything that can be set. Any key is overridden by an environment variable, e.g. CORDBOARD_WEB__PORT=8081."""

    home: FilePath = Path("~/.local/share/cordboard")
    """The data folder; usually set by CORDBOARD_HOME."""
    site: Site = Site()
    """The contact centre."""
    node: Node = Node()
    """This daemon."""
    asterisk: Asterisk | None = None
    """The telephone switch; without it only the demo can run."""
    database: Database = Database()
    """Where journal, accounts and customers are kept."""
    redis: Redis = Redis()
    """The event bus between nodes."""
    skills: dict[Name, Line] = Field(default_factory=dict)
    """Every skill with a word about it."""
    teams: dict[Name, Team] = Field(default_factory=dict)
    """Agents who are led together."""
    agents: dict[Name, Agent] = Field(default_factory=dict)
    """The people who take contacts, by a name that never changes."""
    users: dict[UserName, User] = Field(default_factory=dict)
    """Who signs in to the console, by the name that they sign in with."""
    queues: dict[Name, Queue] = Field(default_factory=dict)
    """Where contacts wait, by name."""
    routing: Routing = Routing()
    """Rules over all queues."""
    calls: Calls = Calls()
    """What agents do with calls."""
    opening_hours: dict[Name, OpeningHours] = Field(default_factory=dict)
    """Calendars, by name."""
    reasons: dict[Name, Reason] = Field(default_factory=dict)
    """Why agents may be not ready, by code."""
    dispositions: dict[Name, Disposition] = Field(default_factory=dict)
    """What may come of a contact, by code."""
    phone_book: dict[Name, KnownNumber] = Field(default_factory=dict)
    """Numbers outside that agents find by name when they transfer or consult."""
    entry_points: dict[Line, EntryPoint] = Field(default_factory=dict)
    """Dialled numbers, and what answers them."""
    flows: Listed[FilePath] = ()
    """Files and folders of voice menus, besides those that come with Cordboard."""
    prompts: Prompts = Prompts()
    """What callers hear."""
    speech: Speech = Speech()
    """Understanding callers who speak."""
    web: Web = Web()
    """The console and its API."""
    metrics: Metrics = Metrics()
    """Figures for Prometheus."""
    alarms: Alarms = Alarms()
    """Thresholds."""
    reports: Reports = Reports()
    """Reports that come by themselves."""
    log: Log = Log()
    """What the daemon tells on standard error."""

    @property
    def database_url(self) -> str:
        """The database as SQLAlchemy names it, without its password."""
        return self.database.url or f"sqlite:///{self.home / 'journal.sqlite3'}"
