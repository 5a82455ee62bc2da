"""What the console needs of the daemon, as protocols; `cti_bridge.app.console` implements them.

Looks (plain functions) are answered from memory at once. Everything else is a coroutine of asyncio: acts end when the
switch has said what became of them, stores work in threads. Errors are those of `agent_console.errors`; an act on what
has just changed raises `StateChangedError` with the present document. Who may do what is decided before a port is
called (`agent_console.http.access`), except where a docstring says otherwise. ``by`` is the user's name, for the audit
trail.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Literal, Protocol, TypeAlias

import msgspec

from agent_console.documents.administration import (
    AuditDoc,
    HolidayCountries,
    HolidaysDoc,
    ImportedDoc,
    RevisionDoc,
    RevisionLine,
    SettingDoc,
    SettingsChange,
)
from agent_console.documents.contacts import ContactLine, Story
from agent_console.documents.corrections import (
    AgentTimes,
    CorrectOutcome,
    CorrectTime,
    OutcomeCorrected,
    TimeCorrected,
)
from agent_console.documents.customers import (
    CustomerDoc,
    CustomerErased,
    CustomersImported,
    CustomerWish,
    MergeDoc,
    NewCustomer,
)
from agent_console.documents.desk import (
    ActName,
    CallbackDoc,
    Desk,
    DeskContact,
    DeskState,
    Dial,
    DirectoryEntry,
    MessageDoc,
    PersonalFigures,
    PhoneReport,
    SetOutcome,
)
from agent_console.documents.floor import (
    AgentQueue,
    AgentRow,
    AgentWhy,
    AlarmDoc,
    ContactWhy,
    DispositionDoc,
    EntryPointDoc,
    OpeningHoursDoc,
    ParkedRow,
    QueueRow,
    ReasonDoc,
    SkillDoc,
    TeamDoc,
    Totals,
    WaitingRow,
)
from agent_console.documents.health import Part
from agent_console.documents.media import FlowDoc, RecordingDoc, VoicemailDoc
from agent_console.documents.reports import (
    Catalogue,
    DrillDown,
    FlowNodes,
    MissedDoc,
    ReportDoc,
    ReportForm,
    ReportKind,
)
from agent_console.documents.session import MadeToken, NewToken, OneTimePassword, Role, Scope, Token, User, WebPhone
from agent_console.documents.supervision import Monitor, Monitored, PreviewDoc, PreviewWish, SetAgentState, SetQueues
from agent_console.documents.values import Page, Wish
from facts.languages import ReaderLanguage
from facts.time import Instant


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where the console is, and what it calls itself."""

    site: str
    language: str
    time_zone: str
    version: str


class Floor(Protocol):
    """The live state of the centre. All looks; nothing waits."""

    def now(self) -> Instant:
        """The daemon's clock."""

    def place(self) -> Place:
        """The site."""

    def agents(self) -> Sequence[AgentRow]:
        """Every agent of the settings, signed in or not."""

    def agent(self, agent: str) -> AgentRow | None:
        """One agent."""

    def agent_queues(self, agent: str) -> Sequence[AgentQueue]:
        """What an agent is in each queue, and why."""

    def queues(self) -> Sequence[QueueRow]:
        """Every queue."""

    def queue(self, queue: str) -> QueueRow | None:
        """One queue."""

    def queue_teams(self) -> Mapping[str, Sequence[str]]:
        """Every queue with the teams whose supervisors see it; none: everybody's."""

    def former_queues(self) -> Mapping[str, Sequence[str] | None]:
        """Queues that are no more, with the teams whose supervisors saw them; None: that is not known any more."""

    def waiting(self, queue: str | None = None) -> Sequence[WaitingRow]:
        """Who waits, in the order in which they would be taken."""

    def callbacks(self) -> Sequence[CallbackDoc]:
        """Customers who are to be called back."""

    def parked(self) -> Sequence[ParkedRow]:
        """Customers whom agents parked, the longest first."""

    def parker_of(self, contact_id: str) -> str | None:
        """The agent who parked a contact last, whatever became of it since; None: nobody has, or it is long over."""

    def alarms(self) -> Sequence[AlarmDoc]:
        """Alarms that ring, and those of today that have been cleared."""

    def totals(self, teams: frozenset[str] | None = None) -> Totals:
        """The whole centre, or what supervisors of these teams see of it."""

    def agents_of(self, contact_id: str) -> Sequence[str] | None:
        """Who has, or had, the contact at their desk; None: there is no live contact of that id."""

    def queue_of(self, contact_id: str) -> str | None:
        """The queue in which a live contact is, or was last."""

    def explain_contact(self, contact_id: str) -> ContactWhy | None:
        """Why a live contact still waits, or is parked."""

    def explain_agent(self, agent: str) -> AgentWhy | None:
        """Why an agent is offered nothing."""

    def teams(self) -> Sequence[TeamDoc]:
        """Teams with their agents."""

    def skills(self) -> Sequence[SkillDoc]:
        """Skills with who has them."""

    def reasons(self) -> Sequence[ReasonDoc]:
        """Reasons for not being ready; those of the system too."""

    def dispositions(self) -> Sequence[DispositionDoc]:
        """What may come of a contact."""

    def entry_points(self) -> Sequence[EntryPointDoc]:
        """Dialled numbers."""

    def opening_hours(self) -> Sequence[OpeningHoursDoc]:
        """Calendars."""

    def parts(self) -> Sequence[Part]:
        """What the daemon is made of, and whether each is ready."""

    def metrics(self) -> bytes:
        """The page for Prometheus."""


class Desks(Protocol):
    """What an agent sees and does."""

    def callbacks(self, agent: str) -> Iterable[CallbackDoc]:
        """Callbacks on an agent's desk: those that prefer them, and those that they may take."""

    def desk(self, agent: str) -> Desk:
        """Everything on the desk; raises `NotFoundError`."""

    def state(self, agent: str) -> DeskState:
        """The agent's own state."""

    def contact(self, agent: str, contact_id: str) -> DeskContact | None:
        """A contact at this desk."""

    def figures(self, agent: str) -> PersonalFigures:
        """Today's figures of one agent."""

    def directory(self, words: str) -> Sequence[DirectoryEntry]:
        """Whom one can transfer to, the best fitting first."""

    async def sign_in(self, agent: str, phone: str | None, by: str) -> DeskState:
        """Begin the shift."""

    async def sign_out(self, agent: str, by: str) -> DeskState:
        """End it; during a contact, after it."""

    async def ready(self, agent: str, by: str) -> DeskState:
        """Want contacts."""

    async def not_ready(self, agent: str, reason: str, by: str) -> DeskState:
        """Want none."""

    async def dial(self, agent: str, wish: Dial, by: str, *, hidden: frozenset[str]) -> DeskContact:
        """Call a number: the agent's phone rings first. ``hidden``: queues that the user does not see."""

    async def act(
        self, agent: str, contact_id: str, act: ActName, wish: Wish, by: str, *, may_fetch: bool = False
    ) -> DeskContact:
        """Do something with a contact at this desk; ``wish`` is the act's own document.

        ``may_fetch``: a colleague parked it whose parked customers the user sees, so that it may be picked up.
        """

    async def set_outcome(
        self, agent: str, contact_id: str, wish: SetOutcome, by: str, *, match: str | None
    ) -> DeskContact:
        """What came of it; also after the contact is over. ``match``: only if that is still the last word."""


PhoneEnd: TypeAlias = Literal["left", "cut", "replaced"]
"""How a browser's line ends: its page is gone or is the phone no more, the connection is, or another line came."""


class PhoneLine(Protocol):
    """A browser phone's way to the switch: SIP messages both ways, while the switch keeps it open."""

    async def send(self, message: str) -> None:
        """To the switch; raises `PhoneRefusedError` for what this phone may not say, `OSError` when it is cut."""

    async def receive(self) -> str | None:
        """From the switch; None: it has closed the line."""

    async def close(self, why: PhoneEnd) -> None:
        """Leave."""


class WebPhones(Protocol):
    """Phones in agents' browsers."""

    def report(self, agent: str, wish: PhoneReport) -> None:
        """The page tells how the sound of its call is."""

    def account(self, agent: str) -> WebPhone | None:
        """The agent's phone; None: theirs is not in the browser."""

    async def connect(self, agent: str, *, talks: bool) -> PhoneLine:
        """A new line; raises `UnavailableError` when the switch cannot be reached, or the phone has no password.

        ``talks``: the page has a call, which it had on a line before.
        """


class Supervision(Protocol):
    """What supervisors do on the floor."""

    async def monitor(self, contact_id: str, wish: Monitor, supervisor: str, agent: str | None) -> Monitored:
        """Listen, whisper or barge; ``agent``: at whose phone the supervisor hears."""

    async def stop_monitoring(self, contact_id: str, supervisor: str) -> None:
        """Leave the talk."""

    async def set_priority(self, contact_id: str, priority: int, by: str) -> WaitingRow:
        """Raise or lower a waiting contact."""

    async def move(self, contact_id: str, queue: str, by: str) -> WaitingRow:
        """To another queue, with its join time; also from being parked."""

    async def send_back(self, contact_id: str, by: str) -> WaitingRow:
        """From being parked into its queue, at its old place."""

    async def withdraw(self, contact_id: str, by: str) -> None:
        """Take it out of the queue; of a parked one the call ends."""

    async def cancel_callback(self, contact_id: str, by: str) -> None:
        """Nobody calls back any more."""

    async def set_state(self, agent: str, wish: SetAgentState, by: str) -> AgentRow:
        """Sign somebody in or out, make them ready or not."""

    async def set_skills(self, agent: str, skills: Mapping[str, int], *, match: str | None, by: str) -> AgentRow:
        """An agent's full set of skills. ``match``: the version of the agent's settings that was read."""

    async def set_queues(
        self, agent: str, wish: SetQueues, *, hidden: frozenset[str], match: str | None, by: str
    ) -> AgentRow:
        """Queues in which an agent is an exception. ``hidden``: queues of which the wish may change nothing."""

    async def say(self, team: str, text: str, by: str) -> MessageDoc:
        """A message to a team's desks."""

    async def close_queue(self, queue: str, by: str) -> QueueRow:
        """Emergency: nobody is taken any more."""

    async def open_queue(self, queue: str, by: str) -> QueueRow:
        """The hours hold again."""

    async def throw_emergency(self, number: str, by: str) -> None:
        """The emergency flow answers this number (``*``: all that have one) from the next call on."""

    async def put_back_emergency(self, number: str, by: str) -> None:
        """The number is answered as usual."""


class ContactQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which contacts. ``agents`` and ``queues_seen``: what the viewer may see; None: everything."""

    place: str | None = None
    queue: str | None = None
    agent: str | None = None
    customer: str | None = None
    number: str | None = None
    start: Instant | None = None
    end: Instant | None = None
    agents_seen: frozenset[str] | None = None
    queues_seen: frozenset[str] | None = None
    cursor: str | None = None
    limit: int = 50


class Contacts(Protocol):
    """Contacts of all times."""

    async def find(self, query: ContactQuery) -> Page[ContactLine]:
        """The latest first."""

    async def contact(self, contact_id: str) -> ContactLine | None:
        """One contact."""

    async def story(self, contact_id: str) -> Story | None:
        """All its facts."""


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Who is signed in: by a session (then with a CSRF token) or by an API token."""

    user: str
    title: str
    role: Role
    teams: frozenset[str]
    agent: str | None
    language: str | None
    scopes: frozenset[Scope]
    must_change_password: bool = False
    session: str | None = None
    """The session's public id, by which it is ended; never the secret."""
    csrf_token: str | None = None
    expires_at: Instant | None = None


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """A new session: its secret goes into the cookie, once."""

    secret: str
    identity: Identity


class Accounts(Protocol):
    """Users, sessions, API tokens."""

    async def sign_in(self, name: str, password: str, address: str) -> SignedIn:
        """A new session; raises `SignInFailedError` and `TooManyError`."""

    async def sign_in_known(self, name: str, via: str) -> SignedIn:
        """A session for whom a provider (``via``) has vouched; raises `SignInFailedError` for unknown users."""

    async def of_session(self, secret: str) -> Identity | None:
        """Whose session this is; None: nobody's (any more)."""

    async def of_token(self, secret: str) -> Identity | None:
        """Whose API token this is."""

    async def sign_out(self, identity: Identity) -> None:
        """End this session."""

    async def change_password(self, identity: Identity, old: str, new: str) -> SignedIn:
        """One's own password; every other session ends, and this one gets a new secret."""

    async def users(self) -> Sequence[User]:
        """Everybody of the settings, with what is known of their accounts."""

    async def reset_password(self, user: str, by: str) -> OneTimePassword:
        """A one-time password; open sessions end."""

    async def lock(self, user: str, by: str) -> User:
        """Let somebody in no more; open sessions end."""

    async def unlock(self, user: str, by: str) -> User:
        """Let them in again, also after failed attempts."""

    async def end_sessions(self, user: str, by: str) -> int:
        """End all of somebody's sessions; how many."""

    async def tokens(self, user: str | None) -> Sequence[Token]:
        """API tokens of one user, or of all."""

    async def make_token(self, wish: NewToken, user: str, by: str) -> MadeToken:
        """A new one."""

    async def end_token(self, token_id: str, by: str, *, user: str | None) -> None:
        """Make it worthless; ``user``: only if it is theirs."""


class SettingsStore(Protocol):
    """The settings in the database."""

    async def section(self, section: str) -> Sequence[SettingDoc]:
        """All entries of a section."""

    async def entry(self, section: str, name: str) -> SettingDoc | None:
        """One entry."""

    async def put(self, section: str, name: str, document: Any, *, match: str | None, by: str) -> SettingDoc:
        """Make or change one. ``match``: the ETag that was read, ``*``: whatever it is; None: it must not be there yet.

        Raises `InvalidError` with every mistake, `EditedMeanwhileError`.
        """

    async def remove(self, section: str, name: str, *, match: str, by: str) -> None:
        """Remove one; likewise."""

    async def change(self, wish: SettingsChange, by: str) -> RevisionLine:
        """Several changes, all or none; likewise."""

    async def preview(self, wish: PreviewWish) -> PreviewDoc:
        """What a change would do."""

    async def revisions(self, before: int | None, limit: int) -> Sequence[RevisionLine]:
        """The latest changes first."""

    async def revision(self, number: int) -> RevisionDoc:
        """A change, whole; raises `NotFoundError`."""

    async def undo(self, number: int, by: str) -> RevisionLine:
        """Take a change back; raises `NotFoundError`, and `ConflictError` when later changes stand on it."""

    async def export(self) -> str:
        """All sections as YAML."""

    async def take_in(self, text: str, by: str) -> ImportedDoc:
        """Put what YAML says in place of what is there; raises `InvalidError` with every mistake and its line."""


class HolidayCalendars(Protocol):
    """Public holidays, as opening hours may name them."""

    async def countries(self) -> HolidayCountries:
        """Whose holidays are known."""

    async def holidays(self, country: str, subdivision: str | None, language: str) -> HolidaysDoc:
        """The days of this year and the next; raises `InvalidError` for a place that is not known."""


class Customers(Protocol):
    """Customer records."""

    async def find(self, words: str, number: str, account: str, cursor: str | None, limit: int) -> Page[CustomerDoc]:
        """By words in the name, by number, by account; raises `InvalidError` for a bad cursor."""

    async def customer(self, customer_id: str) -> CustomerDoc | None:
        """One record, with those for which it stands."""

    async def add(self, wish: NewCustomer, by: str) -> CustomerDoc:
        """A new one; raises `ConflictError` for an id or account that is taken."""

    async def put(self, customer_id: str, wish: CustomerWish, *, match: str, by: str) -> CustomerDoc:
        """Change one; raises `EditedMeanwhileError`, `NotFoundError`, `ConflictError`."""

    async def remove(self, customer_id: str, *, match: str, by: str) -> None:
        """Remove one; likewise."""

    async def erase(self, customer_id: str, by: str) -> CustomerErased:
        """Erase the person: records, names and numbers in facts, recordings and messages."""

    async def merge(self, customer_id: str, other: str, by: str) -> MergeDoc:
        """Take another record into this one."""

    async def undo_merge(self, number: int, by: str) -> MergeDoc:
        """Part them again, exactly as they are."""

    async def take_in(
        self, table: bytes, columns: Mapping[str, str], by: str, *, clear: bool, encoding: str | None
    ) -> CustomersImported:
        """Rows of a CSV table; raises `InvalidError` for one that is none. ``encoding`` None: to be seen from it."""


class Sound(msgspec.Struct, frozen=True, kw_only=True):
    """A sound file, or a part of it: bytes ``start`` to ``end`` (exclusive) of ``size``."""

    media_type: str
    size: int
    start: int
    end: int
    chunks: AsyncIterator[bytes]


SoundKind: TypeAlias = Literal["talk", "voicemail"]


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """Whose sounds somebody may know of: of these agents, or of these queues.

    Of messages those in the mailboxes of these queues, and with ``elsewhere`` all others but the hidden queues'.
    """

    agents: frozenset[str]
    queues: frozenset[str]
    hidden_queues: frozenset[str] = frozenset()
    elsewhere: bool = True


class MessageQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which messages of callers: of a mailbox, of a contact, dealt with or not; None: whichever."""

    mailbox: str | None = None
    contact_id: str | None = None
    done: bool | None = None


class Recordings(Protocol):
    """Recordings and voicemails; ``reach`` None: all. Every access to sound is audited by the implementation.

    What does not exist, and what is not within reach, raises `NotFoundError`; a sound that is gone `ConflictError`.
    """

    async def recordings(
        self, contact_id: str | None, cursor: str | None, limit: int, reach: Reach | None
    ) -> Page[RecordingDoc]:
        """The latest first."""

    async def recording(self, recording_id: str, reach: Reach | None) -> RecordingDoc:
        """One."""

    async def sound(
        self, sound_id: str, part: tuple[int, int | None], by: str, reach: Reach | None, *, kind: SoundKind
    ) -> Sound:
        """Its bytes of a part: from, and to (exclusive; None: to the last); with a negative beginning the last ones."""

    async def remove(self, recording_id: str, by: str, reach: Reach | None) -> None:
        """Delete the sound; that there was one stays known."""

    async def voicemails(
        self, query: MessageQuery, cursor: str | None, limit: int, reach: Reach | None
    ) -> Page[VoicemailDoc]:
        """The latest first."""

    async def voicemail(self, voicemail_id: str, reach: Reach | None) -> VoicemailDoc:
        """One."""

    async def voicemail_done(self, voicemail_id: str, by: str, reach: Reach | None) -> VoicemailDoc:
        """Somebody has dealt with it; who did first stays."""

    async def voicemail_open(self, voicemail_id: str, by: str, reach: Reach | None) -> VoicemailDoc:
        """It wants somebody again."""

    def calling_back(self, voicemail_id: str, by: str) -> AbstractContextManager[Callable[[str], None]]:
        """Around a call to who left it: gives what takes the contact of that call, once there is one.

        That somebody called back is noted when the customer is reached. Raises `ConflictError` while another calls.
        """


class Corrections(Protocol):
    """What was told wrong is told anew: counted so from then on, the old kept beside it, audited.

    ``match``: the ETag that was read, ``*``: whatever counts now. Raises `InvalidError` for what makes no sense,
    `NotFoundError` where there is nothing to correct, `EditedMeanwhileError` with what counts now where somebody else
    told it anew since it was read.
    """

    async def times(self, agent: str, start: Instant, end: Instant) -> AgentTimes:
        """An agent's time as it counts now."""

    async def correct_time(self, agent: str, wish: CorrectTime, *, match: str, by: str) -> TimeCorrected:
        """An agent's time without a contact was in another state."""

    async def correct_outcome(self, contact_id: str, wish: CorrectOutcome, *, match: str, by: str) -> OutcomeCorrected:
        """What a contact was about, and whether it was resolved."""


class ReportQuery(msgspec.Struct, frozen=True, kw_only=True):
    """A report as it was asked for; texts as on the command line. No ``queues`` or ``agents``: all."""

    kind: ReportKind = "summary"
    by: str | None = None
    start: str | None = None
    end: str | None = None
    time_zone: str | None = None
    figures: str | None = None
    service_level_s: float | None = None
    formula: str | None = None
    short_abandon_s: float | None = None
    hours: str | None = None
    counted_at: str = "offered"
    queues: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    fcr_days: float | None = None
    fcr_scope: str = "any"


class Rendered(msgspec.Struct, frozen=True, kw_only=True):
    """A report as a file."""

    media_type: str
    file_name: str
    body: bytes


class Reports(Protocol):
    """Figures over any time, in threads. Raises `InvalidError` for what is asked wrongly, `NotFoundError`."""

    async def report(self, query: ReportQuery) -> ReportDoc:
        """Rows of figures."""

    async def export(self, query: ReportQuery, form: ReportForm, language: ReaderLanguage) -> Rendered:
        """The same as a file."""

    async def behind(
        self, query: ReportQuery, figure: str, row: Mapping[str, str | None], offset: int, limit: int
    ) -> DrillDown:
        """What a figure of a row was made of."""

    async def missed(self, query: ReportQuery, queue: str) -> MissedDoc:
        """Why a queue's service level was missed."""

    async def flows(self, query: ReportQuery) -> FlowNodes:
        """What callers did in the voice menus."""

    def catalogue(self) -> Catalogue:
        """What there is."""


class Audit(Protocol):
    """Who changed what."""

    async def changes(
        self, *, actor: str | None, resource: str | None, key: str | None, before: int | None, limit: int
    ) -> Sequence[AuditDoc]:
        """The latest first."""


class Flows(Protocol):
    """Voice menus."""

    def flows(self) -> Sequence[FlowDoc]:
        """All that are loaded."""

    def flow(self, name: str) -> FlowDoc | None:
        """One, with its contents."""

    async def drawing(
        self, name: str, start: Instant | None, end: Instant | None, language: ReaderLanguage
    ) -> bytes | None:
        """The flow as SVG; with ``start`` also how many callers went each way."""


class Ports(msgspec.Struct, frozen=True, kw_only=True):
    """Everything together. A part that is None is not set up here; what needs it answers 503 with the reason."""

    floor: Floor
    accounts: Accounts | None = None
    desks: Desks | None = None
    web_phones: WebPhones | None = None
    supervision: Supervision | None = None
    contacts: Contacts | None = None
    settings: SettingsStore | None = None
    holidays: HolidayCalendars | None = None
    customers: Customers | None = None
    recordings: Recordings | None = None
    corrections: Corrections | None = None
    reports: Reports | None = None
    audit: Audit | None = None
    flows: Flows | None = None
