"""The console of one daemon: ports, live feed, application and web server, as the settings want them."""

import ssl
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from time import time_ns
from typing import Any, cast

import structlog

from acd.contact_state import Place as Where
from agent_console.documents.values import Place
from agent_console.http.app import WebOptions, create_app
from agent_console.oidc import Provider, ProviderOptions
from agent_console.ports import Ports
from config.models import Settings
from config.services import Web
from cti_bridge.app.administration import Administration
from cti_bridge.app.console.accounts import DaemonAccounts
from cti_bridge.app.console.acts import Acts
from cti_bridge.app.console.alarms import Alarms
from cti_bridge.app.console.audit import DaemonAudit
from cti_bridge.app.console.calls_back import CallsBack
from cti_bridge.app.console.contact_book import ContactBook, Parked
from cti_bridge.app.console.contacts import JournalContacts
from cti_bridge.app.console.corrections import DaemonCorrections
from cti_bridge.app.console.customers import KeptCustomers
from cti_bridge.app.console.desks import DaemonDesks
from cti_bridge.app.console.erasures import Erasures
from cti_bridge.app.console.feed import Feed
from cti_bridge.app.console.first_start import ensure_administrator
from cti_bridge.app.console.floor import DaemonFloor
from cti_bridge.app.console.flows import DaemonFlows
from cti_bridge.app.console.former_queues import FormerQueues
from cti_bridge.app.console.holidays import KnownHolidays
from cti_bridge.app.console.kept_streams import KeptRows, KeptStreams
from cti_bridge.app.console.messages import Messages, said_before
from cti_bridge.app.console.parked_rows import ParkedRows
from cti_bridge.app.console.recordings import KeptRecordings
from cti_bridge.app.console.reports import DaemonReports
from cti_bridge.app.console.rows import Rows, agent_name, queue_title
from cti_bridge.app.console.server import WebServer
from cti_bridge.app.console.settings_store import AdministeredSettings
from cti_bridge.app.console.state_rules import StateRules
from cti_bridge.app.console.supervision import DaemonSupervision
from cti_bridge.app.console.threads import Threads
from cti_bridge.app.console.trend import Trend
from cti_bridge.app.console.users import Users
from cti_bridge.app.console.web_phones import DaemonWebPhones
from cti_bridge.app.correcting import Correcting
from cti_bridge.app.customers_at_hand import CustomersAtHand
from cti_bridge.app.live_figures import LiveFigures
from cti_bridge.app.readiness import Readiness
from cti_bridge.app.recording_upkeep import RecordingUpkeep
from cti_bridge.app.version import version
from cti_bridge.app.wiring import Daemon
from cti_bridge.shell.coordinator import Coordinator
from cti_bridge.shell.entry_desk import EntryDesk
from facts.ids import ContactId
from facts.journal import Entry
from facts.time import Instant, from_seconds
from reporting.kpi.board import Board
from storage.accounts import Accounts, Lifetimes
from storage.audit import AuditLog
from storage.erasure import last_erasures
from storage.journal import Journal
from storage.known_queues import KnownQueues
from storage.passwords import Passwords

log = structlog.get_logger(__name__)

STATIC = Path(__file__).parents[3] / "agent_console" / "static"


class Console:
    """To be made before the board catches up with the journal, to be started with the daemon, to be stopped before it.

    ``board``: the figures; ``live``: what brings them to where the journal ended, and the contacts with them; None:
    both begin with the daemon. ``metrics``: the page for Prometheus; ``administration``: the settings in force.
    """

    def __init__(
        self,
        reactor: Any,
        board: Board,
        journal: Journal,
        administration: Administration,
        *,
        metrics: Callable[[], bytes],
        customers: CustomersAtHand,
        recordings: RecordingUpkeep,
        live: LiveFigures | None = None,
        readiness: Readiness | None = None,
        passwords: Passwords | None = None,
    ) -> None:
        self._reactor = reactor
        self._board = board
        self._administration = administration
        self._customers = customers
        self._recordings = recordings
        self._readiness = readiness or Readiness()
        self._metrics = metrics
        self._passwords = passwords or Passwords()
        self._journal = journal
        self._former = FormerQueues(administration.settings, AuditLog(journal), KnownQueues(journal))
        administration.add_follower(lambda settings, _by: self._former.follow(settings))
        self._trend = Trend(board)
        self._daemon: Daemon | None = None
        self._book = ContactBook(
            self._place_of,
            normal=customers.store.normal_number,
            parked_of=self._parked_of,
            agent_name=lambda agent: agent_name(self._settings(), agent),
            queue_title=lambda queue: queue_title(self._settings(), queue),
        )
        board.watch(self._book)
        self._live = live
        self._alarms = Alarms(lambda queue: queue_title(self._settings(), queue))
        if live is not None:
            live.add_follower(self._book)
            live.add_follower(self._alarms)
        self._threads = Threads()
        self._erasures = Erasures(
            reactor, journal, self._book, self._threads, sounds=recordings, changed=self._contact_changed
        )
        self._reports: DaemonReports | None = None
        self.accounts = Accounts(journal)
        self._feed: Feed | None = None
        self._calls_back: CallsBack | None = None
        self._server: WebServer | None = None

    def _settings(self) -> Settings:
        return self._administration.settings

    def read(self, entry: Entry) -> None:
        """Take in the next fact; after the board."""
        if self._live is None:
            self._book.begin(entry.at)
            self._book.read(entry)
            self._alarms.read(entry)
        self._recordings.read(entry)
        self._erasures.read(entry)
        if self._calls_back is not None:
            self._calls_back.read(entry)
        if self._feed is not None:
            self._feed.read(entry)

    def start(self, daemon: Daemon) -> None:
        """Serve. Where the port is taken the daemon goes on without: callers come before consoles."""
        web = self._settings().web
        if not web.enabled:
            return
        self._daemon = daemon
        ports = self._ports(daemon)
        assert self._feed is not None
        self._erasures.start(daemon)
        server = WebServer(create_app(ports, self._feed.hub, _options(web)), web)
        try:
            server.start()
        except ssl.SSLError as error:
            files = None if web.tls is None else f"{web.tls.cert_file}, {web.tls.key_file}"
            log.error("web_not_served", reason=f"{files}: {error.reason}", mend="set web.tls")  # noqa: TRY400 - likewise
            return
        except OSError as error:
            log.error(  # noqa: TRY400 - the reason says it all
                "web_not_served", reason=f"{web.host}:{web.port}: {error.strerror}", mend="set web.port"
            )
            return
        self._server = server
        log.info("web_served", address=self.url)

    def _ports(self, daemon: Daemon) -> Ports:
        coordinator, threads = daemon.coordinator, self._threads
        rows = self._rows(coordinator)
        messages = Messages(coordinator.now)
        acts = Acts(coordinator.control, rows)
        rules = StateRules(coordinator.engine, self._settings)
        customers = KeptCustomers(
            self._customers.store, self._customers, threads, coordinator.now, erasing=self._erasures
        )
        desks = self._desks(coordinator, rows, messages, acts, rules, customers=customers)
        parked = ParkedRows(coordinator.control.parking, coordinator.engine, rows, coordinator.now)
        floor = self._floor(daemon, rows, parked)
        audit = DaemonAudit(AuditLog(self._journal), threads, coordinator.now)
        recordings = self._kept_recordings(coordinator)
        kept = self._kept_streams(coordinator, recordings)
        self._recordings.hurry(daemon.written, kept.reads_sounds)
        messages.told = self._start_feed(
            coordinator, rows, desks=desks, floor=floor, kept=kept, parked=parked
        ).tell_team
        threads.begin(self._bring_back, messages, coordinator.now())
        store = AdministeredSettings(self._administration, coordinator.engine)
        contacts = JournalContacts(self._customers.store, self._book, threads)
        self._reports = DaemonReports(self._journal, self._settings, contacts, former_queues=self._former.teams)
        return Ports(
            floor=floor,
            accounts=self._daemon_accounts(),
            desks=desks,
            web_phones=DaemonWebPhones(self._settings, coordinator.control.absences),
            supervision=DaemonSupervision(
                coordinator,
                rows,
                messages,
                audit=audit,
                store=store,
                acts=acts,
                entry_desk=EntryDesk(coordinator, daemon.menus.entry_points),
                rules=rules,
                parked=parked,
            ),
            contacts=contacts,
            settings=store,
            holidays=KnownHolidays(threads, coordinator.now),
            customers=customers,
            recordings=recordings,
            corrections=DaemonCorrections(
                Correcting(self._journal, self._settings),
                coordinator,
                audit,
                threads,
                contact=contacts.contact,
                written=daemon.written,
                erasures=lambda: self._erasures.told,
            ),
            audit=audit,
            reports=self._reports,
            flows=DaemonFlows(daemon.menus, self._journal, self._settings, threads),
        )

    def _bring_back(self, messages: Messages, start: Instant) -> None:
        """What was said to teams before the start; in a thread."""
        self._reactor.callFromThread(messages.restore, said_before(AuditLog(self._journal), start))

    def _desks(
        self,
        coordinator: Coordinator,
        rows: Rows,
        messages: Messages,
        acts: Acts,
        rules: StateRules,
        *,
        customers: KeptCustomers,
    ) -> DaemonDesks:
        return DaemonDesks(
            coordinator,
            rows,
            self._board,
            messages,
            settings=self._settings,
            acts=acts,
            rules=rules,
            past=self._past_of,
            record_with=customers.record_with,
        )

    def _rows(self, coordinator: Coordinator) -> Rows:
        return Rows(
            coordinator.engine,
            coordinator.calls,
            self._board,
            self._trend,
            self._settings,
            known=self._customers.known,
            phone_trouble=coordinator.control.absences.troubles.of,
        )

    def _floor(self, daemon: Daemon, rows: Rows, parked: ParkedRows) -> DaemonFloor:
        return DaemonFloor(
            daemon,
            rows,
            self._alarms,
            self._settings,
            metrics=self._metrics,
            version=version(),
            readiness=self._readiness,
            former=self._former,
            parked=parked,
        )

    def _kept_recordings(self, coordinator: Coordinator) -> KeptRecordings:
        store = self._recordings.recordings

        def reached(voicemail_id: str, contact_id: ContactId, by: str) -> None:
            self._threads.begin(store.note_called, voicemail_id, contact_id, at=coordinator.now(), by=by)

        self._calls_back = CallsBack(reached, lambda contact_id: coordinator.control.lines.get(contact_id) is not None)
        return KeptRecordings(
            store, self._recordings.files, self._journal, self._threads, coordinator.now, calls_back=self._calls_back
        )

    def _kept_streams(self, coordinator: Coordinator, recordings: KeptRecordings) -> KeptStreams:
        rows = KeptRows(
            AuditLog(self._journal), self._customers.store, self._recordings.recordings, recordings.document
        )
        kept = KeptStreams(self._reactor, coordinator.engine, rows, self._former)
        self._journal.watch(lambda: self._reactor.callFromThread(kept.changed))
        return kept

    def _start_feed(
        self,
        coordinator: Coordinator,
        rows: Rows,
        *,
        desks: DaemonDesks,
        floor: DaemonFloor,
        kept: KeptStreams,
        parked: ParkedRows,
    ) -> Feed:
        self._feed = feed = Feed(
            self._reactor,
            coordinator.engine,
            rows=rows,
            desks=desks,
            book=self._book,
            alarms=self._alarms,
            entry_points=floor.entry_points,
            revision=lambda: self._administration.number,
            kept=kept,
            parked=parked,
            now=coordinator.now,
        )
        self._administration.add_follower(lambda _settings, _by: feed.settings_changed())
        coordinator.control.desks.watch(feed.desk_changed)
        coordinator.control.supervision.watch(feed.mark_agent)
        coordinator.control.parking.watch(feed.parked_changed)
        feed.start()
        return feed

    def _contact_changed(self, contact_id: ContactId) -> None:
        if self._feed is not None:
            self._feed.mark_contact(contact_id)

    async def _past_of(self, contact_id: ContactId) -> tuple[Sequence[Entry], Instant | None]:
        def read() -> tuple[Sequence[Entry], Instant | None]:
            erased_at = last_erasures(self._journal, [contact_id]).get(contact_id)
            return list(self._journal.entries(contact_id=contact_id)), erased_at

        return await self._threads.run(read)

    def _place_of(self, contact_id: ContactId) -> Place | None:
        """Where a contact is in the centre; None: it is not (any more)."""
        if self._daemon is None:
            return None
        view = self._daemon.coordinator.engine.contact(contact_id)
        if view is not None:
            return "connected" if view.place is Where.WITHOUT_AGENT else cast("Place", view.place.value)
        if self._parked_of(contact_id) is not None:
            return "parked"
        return "menu" if self._daemon.coordinator.calls.get(contact_id) is not None else None

    def _parked_of(self, contact_id: ContactId) -> Parked | None:
        """Who parked a customer that nobody has picked up yet; None: they are not parked."""
        parked = None if self._daemon is None else self._daemon.coordinator.control.parking.get(contact_id)
        return None if parked is None else Parked(parked.by, parked.at)

    def _daemon_accounts(self) -> DaemonAccounts:
        return DaemonAccounts(
            self.accounts,
            Users(self._settings),
            self._threads,
            passwords=self._passwords,
            lifetimes=self._lifetimes,
            wall=wall,
            leading=self._administration.leading,
        )

    def _lifetimes(self) -> Lifetimes:
        sessions = self._settings().web.sessions
        return Lifetimes(idle=from_seconds(sessions.idle_s), longest=from_seconds(sessions.longest_s))

    def introduce(self) -> None:
        """Print the first administrator's one-time password, where nobody could sign in. Slow: before the start."""
        settings = self._settings()
        first = ensure_administrator(self.accounts, settings, self._passwords, wall()) if settings.web.enabled else None
        if first is not None:
            print(  # noqa: T201 - shown once, and in no log
                f"Nobody can sign in to the console yet. Open {self.url} and sign in as {first.user}\n"
                f"with the one-time password {first.password}\n"
                "It is shown this once, has to be changed at once, and is worth nothing in three days.",
                file=sys.stderr,
                flush=True,
            )

    @property
    def url(self) -> str:
        """Where people find it."""
        return public_url(self._settings().web)

    @property
    def address(self) -> tuple[str, int] | None:
        """Where it is served; None: it is not."""
        return None if self._server is None else self._server.address

    async def stop(self) -> None:
        """Serve no more."""
        self._erasures.stop()
        if self._feed is not None:
            self._feed.stop()
        if self._server is not None:
            await self._server.stop()
        if self._reports is not None:
            self._reports.stop()
        self._threads.stop()


def wall() -> Instant:
    """The time of day: sessions last as long in a demo whose time flies."""
    return time_ns() // 1000


def public_url(web: Web) -> str:
    """The console's address in browsers, as set or as it listens."""
    if web.public_url is not None:
        return web.public_url.rstrip("/")
    host = f"[{web.host}]" if ":" in web.host else web.host
    return f"{'http' if web.tls is None else 'https'}://{host}:{web.port}"


def _options(web: Web) -> WebOptions:
    url = public_url(web)
    own = {url} if web.public_url is not None else set()
    return WebOptions(
        secure=url.startswith("https://"),
        origins=frozenset({origin.rstrip("/") for origin in web.origins} | own),
        static=STATIC,
        provider=_provider(web, url),
    )


def _provider(web: Web, url: str) -> Provider | None:
    if web.oidc is None:
        return None
    oidc = web.oidc
    return Provider(
        ProviderOptions(
            issuer=oidc.issuer,
            client_id=oidc.client_id,
            client_secret=None if oidc.client_secret is None else oidc.client_secret.get_secret_value(),
            title=oidc.title,
            claim=oidc.claim,
            scopes=oidc.scopes,
            redirect_uri=f"{url}/api/v1/session/oidc/return",
        )
    )
