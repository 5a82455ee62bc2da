"""A contact centre with its console, over real sockets: everything is real but the telephone switch and the clock."""

import asyncio
import atexit
import contextlib
import functools
import shutil
import tempfile
from collections.abc import Coroutine, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import httpx2
import yaml
from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import Clock as HandClock
from twisted.python.threadpool import ThreadPool

from config.load import load
from config.models import Settings
from cti_bridge.app.administration import Administration
from cti_bridge.app.centre import centre_of, follow
from cti_bridge.app.console.console import Console, wall
from cti_bridge.app.customers_at_hand import CustomersAtHand
from cti_bridge.app.demo import VirtualSounds
from cti_bridge.app.recording_upkeep import RecordingUpkeep
from cti_bridge.app.report_setup import targets_of
from cti_bridge.app.settings_changes import SettingsChanges
from cti_bridge.app.wiring import Addresses, Daemon, Secrets
from cti_bridge.shell.calls import Call, KnownCustomer, Place
from cti_bridge.shell.clock import Clock
from cti_bridge.shell.flavours import to_future
from facts.ids import ContactId, CustomerId, QueueName
from facts.time import SECOND
from reporting.kpi.board import Board
from storage.customers import Customers
from storage.journal import Journal, open_journal
from storage.passwords import Passwords
from tests.servers.ports import free_port

START = 1_800_000_000 * SECOND
PASSWORD = "a long password of tests"
T = TypeVar("T")

SETTINGS: Mapping[str, Any] = {
    "site": {"name": "Test centre", "time_zone": "Europe/Berlin", "language": "en"},
    "skills": {"english": "Speaks English"},
    "teams": {"north": {"title": "Team North"}, "south": {"title": "Team South"}},
    "agents": {
        "anna": {"name": "Anna Ek", "phone": "1001", "team": "north", "skills": {"english": 5}},
        "arne": {"name": "Arne Ek", "phone": "1003", "team": "north", "skills": {"english": 3}},
        "bruno": {"name": "Bruno Sá", "phone": "1002", "team": "south", "skills": {"english": 5}},
        "zoe": {"name": "Zoe Alone", "phone": "1004"},
    },
    "queues": {
        "sales": {"title": "Sales", "requires": "english>=1", "teams": ["north"], "ring_s": 20},
        "support": {"title": "Support", "teams": ["south"], "opening_hours": "office"},
        "front": {"title": "Front desk"},
    },
    "opening_hours": {"office": {"weekly": {day: ["08:00-18:00"] for day in ("mon", "tue", "wed", "thu", "fri")}}},
    "reasons": {"break": {"title": "Break", "digits": "1"}, "training": {"title": "Training", "productive": True}},
    "dispositions": {"solved": {"title": "Solved", "resolved": True}, "follow_up": {"title": "Follow up"}},
    "calls": {"dialling": {"denied": ["+33*"]}},
    "phone_book": {
        "brigade": {"title": "Harbour control", "number": "+4930123480"},
        "abroad": {"title": "Denied line", "number": "+33123456789"},
    },
    "entry_points": {"8000": {"title": "Main", "flow": "demo", "queue": "front"}},
    "users": {
        "root": {"title": "Rut Root", "role": "administrator"},
        "nora": {"title": "Nora North", "role": "supervisor", "teams": ["north"], "language": "zh"},
        "sam": {"title": "Sam South", "role": "supervisor", "teams": ["south"]},
        "anna": {"title": "Anna Ek", "agent": "anna", "teams": ["north"]},
        "bruno": {"title": "Bruno Sá", "agent": "bruno", "teams": ["south"]},
    },
}


class LoopReactor:
    """The part of a reactor that the console needs, on the asyncio loop of the test."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.threads = ThreadPool(0, 4)

    def callLater(self, delay: float, function: Any, *args: Any) -> Any:  # noqa: N802
        return _Call(self._loop.call_later(delay, function, *args))

    def callFromThread(self, function: Any, *args: Any) -> None:  # noqa: N802
        self._loop.call_soon_threadsafe(function, *args)

    def getThreadPool(self) -> ThreadPool:  # noqa: N802
        return self.threads

    def seconds(self) -> float:
        return self._loop.time()


class _Call:
    def __init__(self, handle: asyncio.TimerHandle) -> None:
        self._handle = handle

    def cancel(self) -> None:
        self._handle.cancel()

    def active(self) -> bool:
        return not self._handle.cancelled()


class Switch:
    """Takes every action, and remembers it."""

    def __init__(self) -> None:
        self.actions: list[tuple[str, dict[str, str]]] = []

    def action(self, name: str, headers: list[tuple[str, str]], *, timeout_s: float | None = None) -> Deferred[Any]:
        self.actions.append((name, dict(headers)))
        return succeed(None)

    def list_action(self, name: str, headers: list[tuple[str, str]]) -> Deferred[list[Any]]:
        self.actions.append((name, dict(headers)))
        return succeed([])


class Site:
    """The centre. Its methods are plain: the loop runs while they wait."""

    def __init__(self, folder: Path, journal: Journal, runner: asyncio.Runner, more: Mapping[str, Any]) -> None:
        path = folder / "cordboard.yaml"
        self.port = more.get("web", {}).get("port") or free_port()
        web = {"port": self.port, **more.get("web", {})}
        document = {**SETTINGS, **more, "web": web, "home": str(folder), "metrics": {"enabled": False}}
        path.write_text(yaml.safe_dump(document, sort_keys=False, allow_unicode=True))
        settings: Settings = load(path, {})
        self.folder, self.journal, self.runner = folder, journal, runner
        self.hand = HandClock()
        self.clock = Clock(self.hand, start=START, monotonic=self.hand.seconds)
        self.board = Board(ZoneInfo(settings.site.time_zone), targets_of(settings))
        self.reactor = LoopReactor(runner.get_loop())
        self.administration = Administration(
            self.reactor, self.clock, SettingsChanges(journal, path, {}), settings, number=0
        )
        centre = centre_of(settings, sounds=VirtualSounds())
        self.customers = CustomersAtHand(self.reactor, Customers(journal, settings.site.country))
        self.recordings = RecordingUpkeep(self.reactor, self.clock, journal, settings)
        self.passwords = Passwords(time_cost=1, memory_kib=64)
        self.console = Console(
            self.reactor,
            self.board,
            journal,
            self.administration,
            metrics=lambda: b"metrics",
            customers=self.customers,
            recordings=self.recordings,
            passwords=self.passwords,
        )
        self.daemon = Daemon(
            self.hand,
            self.clock,
            journal,
            spool=folder / "spool",
            centre=centre,
            addresses=Addresses(ami_host="127.0.0.1", agi_port=0),
            secrets=Secrets(ami_user="u", ami_secret="s", agi_token="t"),
            readers=(self.board.apply, self.console.read),
        )
        self.administration.add_follower(lambda changed, by: follow(centre, self.daemon, changed, by))
        self.coordinator = self.daemon.coordinator
        self.switch = Switch()
        self.coordinator.use_switch(self.switch)
        self.base = f"http://127.0.0.1:{self.port}"

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Let the loop run until this is done."""
        return self.runner.run(coroutine)

    def open(self) -> None:
        self.reactor.threads.start()
        self.customers.start()

        async def start() -> None:
            self.console.start(self.daemon)
            await asyncio.sleep(0.02)

        self.run(start())

    async def _close(self) -> None:
        await to_future(Deferred.fromCoroutine(self.console.stop()))

    def close(self) -> None:
        self.run(self._close())
        self.customers.stop()
        self.reactor.threads.stop()
        self.daemon._writer.close()

    # -- people ------------------------------------------------------------------------------------------------------

    def give_password(self, name: str, password: str = PASSWORD, *, one_time: bool = False) -> None:
        hashed = self.passwords.hash(password)
        self.console.accounts.set_password(name, hashed, one_time=one_time, by="test", at=self.now)

    @property
    def now(self) -> int:
        return wall()

    def visitor(self) -> "Browser":
        """A browser in which nobody is signed in."""
        return Browser(self)

    def signed_in(self, name: str) -> "Browser":
        """A browser in which somebody is signed in."""
        browser = self.visitor()
        self.give_password(name)
        browser.sign_in(name)
        return browser

    def token(self, user: str, *scopes: str) -> "Browser":
        """A program with an API token."""
        secret, _ = self.console.accounts.make_token(user, "t", scopes, expires_at=None, by="test", at=self.now)
        browser = self.visitor()
        browser.headers["Authorization"] = f"Bearer {secret}"
        return browser

    # -- calls -------------------------------------------------------------------------------------------------------

    def caller(self, number: int, queue: str = "front", customer: str | None = None) -> ContactId:
        """A call that waits in a queue."""
        contact = ContactId(f"call-{number}")
        call = Call(contact, f"channel-{number}", f"PJSIP/trunk-{number}", Place.MENU)
        call.entry_point, call.caller_number, call.caller_name = "8000", f"+49301234{number:03}", "Caller"
        if customer is not None:
            call.customer = KnownCustomer(customer_id=CustomerId(customer), name="Caller")
        self.coordinator.caller_arrived(call)
        self.coordinator.join(call, QueueName(queue), None, None)
        return contact

    def ready(self, *agents: str) -> None:
        for agent in agents:
            self.daemon.desk.sign_in(agent)
            self.daemon.desk.ready(agent)

    def answer(self, contact: ContactId) -> None:
        """The agent whose phone rings for this contact takes it."""
        view = self.coordinator.engine.contact(contact)
        assert view is not None
        assert view.offer_id is not None
        leg = self.coordinator.calls.leg_of_offer(view.offer_id, view.agents[0])
        assert leg is not None
        self.coordinator.leg_found_answered(leg)

    def passes(self, seconds: float) -> None:
        """Time of the centre passes."""
        self.hand.advance(seconds)


class Browser:
    """Somebody's browser or program: keeps cookies, sends the CSRF token once signed in."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.headers: dict[str, str] = {}
        self.cookies = httpx2.Cookies()
        self.csrf = ""
        self.me: dict[str, Any] = {}

    def ask(self, method: str, path: str, **more: Any) -> httpx2.Response:
        """One request; paths are below /api/v1 unless they begin with a slash twice."""
        url = path[1:] if path.startswith("//") else f"/api/v1{path}"
        return self.site.run(self._ask(method, url, **more))

    async def _ask(self, method: str, url: str, **more: Any) -> httpx2.Response:
        headers = {**self.headers, **more.pop("headers", {})}
        if self.csrf and method not in {"GET", "HEAD"}:
            headers.setdefault("X-CSRF-Token", self.csrf)
        async with httpx2.AsyncClient(
            base_url=self.site.base, cookies=self.cookies, timeout=20, verify=False, trust_env=False
        ) as client:
            answer = await client.request(method, url, headers=headers, **more)
            self.cookies = client.cookies
            return answer

    def get(self, path: str, **more: Any) -> httpx2.Response:
        return self.ask("GET", path, **more)

    def post(self, path: str, json: Any = None, **more: Any) -> httpx2.Response:
        return self.ask("POST", path, json={} if json is None else json, **more)

    def put(self, path: str, json: Any, **more: Any) -> httpx2.Response:
        return self.ask("PUT", path, json=json, **more)

    def delete(self, path: str, **more: Any) -> httpx2.Response:
        return self.ask("DELETE", path, **more)

    def sign_in(self, name: str, password: str = PASSWORD) -> httpx2.Response:
        answer = self.post("/session", {"name": name, "password": password})
        if answer.status_code == 200:
            self.me = answer.json()
            self.csrf = self.me["csrf_token"]
        return answer

    @property
    def cookie_header(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())


@functools.cache
def _empty_database() -> Path:
    """One with all its tables, made once: every site gets a copy."""
    folder = tempfile.TemporaryDirectory()
    atexit.register(folder.cleanup)
    path = Path(folder.name) / "empty.sqlite3"
    open_journal(path).close()
    return path


@contextlib.contextmanager
def opened(folder: Path, more: Mapping[str, Any] | None = None, *, again: bool = False) -> Iterator[Site]:
    """A site that is open. ``again``: on what an earlier one left in the folder."""
    if not again:
        shutil.copy(_empty_database(), folder / "journal.sqlite3")
    with asyncio.Runner() as runner, open_journal(folder / "journal.sqlite3") as journal:
        site = Site(folder, journal, runner, more or {})
        site.open()
        try:
            yield site
        finally:
            site.close()
