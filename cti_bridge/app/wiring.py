"""The one place that builds everything: settings in, a daemon that runs out.

Order of start: journal, facts of the start, agents as they were, listeners, and last the connection to the switch,
whose snapshot brings the callers back. Order of stop: the reverse, and the journal is flushed.
"""

import ipaddress
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import msgspec
import structlog
from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint, wrapClientTLS
from twisted.internet.interfaces import IListeningPort, IStreamClientEndpoint
from twisted.internet.ssl import Certificate, optionsForClientTLS, trustRootFromCertificates
from twisted.internet.task import LoopingCall
from twisted.internet.threads import deferToThreadPool

from acd.engine import Engine
from acd.events import ReplacePolicy
from acd.policy import Policy
from cti_bridge.shell.agent_desk import AgentDesk
from cti_bridge.shell.agi_server import AgiServer
from cti_bridge.shell.ami_client import AmiAccount, AmiClient
from cti_bridge.shell.audiosocket_server import AudioSocketServer
from cti_bridge.shell.call_control.rules import Rules
from cti_bridge.shell.callback_calls import AsGiven, CustomerNumbers
from cti_bridge.shell.clock import Clock
from cti_bridge.shell.coordinator import Coordinator
from cti_bridge.shell.feature_codes import FeatureCodes
from cti_bridge.shell.menu_script import Ears, menu_script
from cti_bridge.shell.menus import Menus
from cti_bridge.shell.phone_numbers import PhoneNumbers, PhoneRefusal
from cti_bridge.shell.recorder import Reader, Recorder
from cti_bridge.shell.recovery import Resume
from cti_bridge.shell.remembering import recall
from cti_bridge.shell.situation import situation_of
from cti_bridge.shell.translate import WANTED
from facts.ids import NodeName, QueueName, ReasonCode
from facts.journal import NodeStarted, NodeStopped, PolicyChanged, SituationNoted
from facts.time import Instant
from ivr.speech.recogniser import Recogniser
from ivr.speech.voice_activity import VoiceSettings
from reporting.metrics.health import Health
from storage.audit import AuditLog, Change
from storage.erasure import last_erasures
from storage.errors import StorageError
from storage.journal import Journal
from storage.writer import JournalWriter

log = structlog.get_logger(__name__)

RENEW_EVERY_S = 6 * 3600.0
"""How often the calendars are expanded anew, and the situation is noted."""

_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


class Addresses(msgspec.Struct, frozen=True, kw_only=True):
    """Where the daemon listens and whom it connects to."""

    ami_host: str
    ami_port: int = 5038
    ami_tls_name: str | None = None
    ami_ca_file: Path | None = None
    agi_host: str = "127.0.0.1"
    agi_port: int = 4573
    agi_peers: tuple[str, ...] = ("127.0.0.0/8", "::1/128")
    audio_host: str = "127.0.0.1"
    audio_port: int = 4580
    action_timeout_s: float = 10.0
    keep_alive_s: float = 15.0


class Secrets(msgspec.Struct, frozen=True, kw_only=True):
    """What must be in no log."""

    ami_user: str
    ami_secret: str
    agi_token: str

    def __repr__(self) -> str:
        return "Secrets()"


class Centre(msgspec.Struct, frozen=True, kw_only=True):
    """What the contact centre is: its policy, menus, and words. Without recognisers nobody listens to speech.

    ``customer_numbers``: how numbers are dialled for callbacks.
    ``policy_at``: the policy with its calendars expanded from an instant on, for some days; it is renewed in time.
    ``queue_of_entry`` and ``reasons`` may change while the daemon runs.
    """

    node: NodeName
    policy_at: Callable[[Instant], Policy]
    queue_of_entry: dict[str, QueueName]
    reasons: dict[str, ReasonCode]
    menus: Menus
    rules: Rules = Rules()
    customer_numbers: CustomerNumbers = AsGiven()
    recognisers: Mapping[str, Recogniser] = {}
    voice: VoiceSettings = VoiceSettings()


class Daemon:
    """A running node. ``readers`` are told of every fact, after the journal."""

    def __init__(
        self,
        reactor: Any,
        clock: Clock,
        journal: Journal,
        *,
        spool: Path,
        centre: Centre,
        addresses: Addresses,
        secrets: Secrets,
        readers: tuple[Reader, ...] = (),
        version: str = "",
    ) -> None:
        self._reactor = reactor
        self._clock = clock
        self._journal = journal
        self._centre = centre
        self._policy_at = centre.policy_at
        self._policy = centre.policy_at(clock.now())
        self._renewal = LoopingCall(self._renew)
        self._renewal.clock = clock
        self._addresses = addresses
        self._version = version
        self._port: IListeningPort | None = None
        self._writer = JournalWriter(journal, spool, on_trouble=_tell_trouble, on_pressure=_tell_pressure)
        self._recorder = Recorder(centre.node, last_seq=self._writer.last_seq(centre.node), journal=self._writer.put)
        for reader in readers:
            self._recorder.add_reader(reader)
        past = recall(journal, centre.node)
        self._resume = Resume(past)
        self.coordinator = Coordinator(
            Engine(self._policy),
            clock,
            self._recorder,
            queue_of_entry=centre.queue_of_entry,
            resume=self._resume,
            customer_numbers=centre.customer_numbers,
            rules=centre.rules,
        )
        self.coordinator.control.desks.erased_before = last_erasures(journal, past.known())
        self.desk = AgentDesk(self.coordinator, centre.reasons)
        self._secrets = secrets
        self._ami: AmiClient | None = None
        centre.menus.attach(self.coordinator, clock)
        centre.menus.resting.remember(past.rested())
        centre.menus.entry_points.thrown.update(past.emergencies)
        self._recorder.add_reader(centre.menus.resting.read)
        self._audio = AudioSocketServer(reactor)
        self._audio_port: IListeningPort | None = None
        ears = Ears(reactor, clock, self._audio, centre.recognisers, centre.voice) if centre.recognisers else None
        menu = menu_script(centre.menus, self.coordinator, ears)
        control = self.coordinator.control
        numbers = PhoneNumbers(
            self.desk, lambda: control.rules.dialling, lambda: control.phone_calls, self._keep_refusal
        )
        scripts = {"ivr": menu, "agent": FeatureCodes(self.desk).run, "number": numbers.run}
        scripts["phone"] = self.coordinator.direct_calls.run
        networks = tuple(ipaddress.ip_network(peer) for peer in addresses.agi_peers)
        self._agi = AgiServer(scripts, token=secrets.agi_token, allowed=networks, clock=reactor)

    def _situation(self) -> SituationNoted:
        thrown = self._centre.menus.entry_points.thrown
        return situation_of(self.coordinator.engine, self._resume.still_to_restore, thrown)

    def _ami_client(self, port: int) -> AmiClient:
        at = self._addresses
        endpoint: IStreamClientEndpoint = TCP4ClientEndpoint(self._reactor, at.ami_host, port)
        if at.ami_tls_name is not None:
            endpoint = wrapClientTLS(optionsForClientTLS(at.ami_tls_name, trustRoot=_trusted(at.ami_ca_file)), endpoint)
        return AmiClient(
            endpoint,
            AmiAccount(user=self._secrets.ami_user, secret=self._secrets.ami_secret),
            self.coordinator,
            self._reactor,
            wanted=WANTED,
            action_timeout_s=at.action_timeout_s,
            keep_alive_s=at.keep_alive_s,
        )

    @property
    def agi_port(self) -> int:
        """The port on which Asterisk finds the menus."""
        assert self._port is not None
        return int(cast(IPv4Address, self._port.getHost()).port)

    @property
    def menus(self) -> Menus:
        """The voice menus, and the numbers that they answer."""
        return self._centre.menus

    @property
    def connected(self) -> bool:
        """Whether the switch is connected and its state taken over."""
        return self._ami is not None and self._ami.connected

    def written(self, timeout_s: float = 10.0) -> bool:
        """Return when all facts so far are on disk; in a thread of whoever asks. False: some are in the spool only."""
        return self._writer.flush().result(timeout_s)

    @property
    def last_fact(self) -> tuple[NodeName, int]:
        """This node, and the number of its last fact."""
        return self._centre.node, self._recorder.last_seq

    @property
    def health(self) -> Health:
        """How journal, switch and menus are doing."""
        journal = self._writer.state
        return Health(
            facts_waiting=journal.waiting,
            spool_bytes=journal.spool_bytes,
            has_journal_trouble=bool(journal.trouble),
            is_under_pressure=journal.pressure,
            is_switch_connected=self.connected,
            agi_sessions=self._agi.open_sessions,
            menu_troubles=self._centre.menus.counts.counted,
            speech_decisions=self._centre.menus.counts.decisions,
            speech_decisions_s=self._centre.menus.counts.decisions_s,
        )

    def listen(self) -> None:
        """Let Asterisk's FastAGI in; who comes before the start waits for the switch's snapshot all the same."""
        at = self._addresses
        self._port = self._reactor.listenTCP(at.agi_port, self._agi, backlog=512, interface=at.agi_host)
        if self._centre.recognisers:
            port = self._reactor.listenTCP(at.audio_port, self._audio, backlog=512, interface=at.audio_host)
            self._audio.address = f"{at.audio_host}:{port.getHost().port}"
            self._audio_port = port

    def start(self, ami_port: int | None = None) -> None:
        """Begin: from here on facts are written, and the switch is connected."""
        self.coordinator.record(NodeStarted(version=self._version, fresh=self._recorder.last_seq == 0))
        self.coordinator.record(PolicyChanged(policy=msgspec.to_builtins(self._policy)))
        self._resume.begin(self.coordinator)
        if self._port is None:
            self.listen()
        self._ami = self._ami_client(ami_port or self._addresses.ami_port)
        self.coordinator.use_switch(self._ami)
        self._ami.start()
        self._renewal.start(RENEW_EVERY_S, now=False)
        log.info("node_started", node=self._centre.node, agi_port=self.agi_port)

    def follow(self, policy_at: Callable[[Instant], Policy], by: str) -> None:
        """Route by another policy from now on; everybody keeps their place."""
        self._policy_at = policy_at
        self._renew_policy(by)

    def _renew(self) -> None:
        """What has to be done several times a day."""
        self.coordinator.record(self._situation())
        self._renew_policy()

    def _renew_policy(self, by: str = "calendar") -> None:
        """Expand the calendars anew, days before they run out; without calendars nothing changes."""
        policy = self._policy_at(self._clock.now())
        if policy != self._policy:
            self._policy = policy
            self.coordinator.tell(ReplacePolicy(policy=policy, by=by))

    async def stop(self, reason: str = "asked to") -> None:
        """End in good order; calls go on by the dialplan. Whatever fails on the way, the journal is written out."""
        if self._renewal.running:
            self._renewal.stop()
        self.coordinator.stop()
        try:
            await self._let_go()
        finally:
            self.coordinator.record(NodeStopped(reason=reason))
            await self._in_thread(self._writer.close)
        for recogniser in self._centre.recognisers.values():
            await self._in_thread(recogniser.close)
        log.info("node_stopped", node=self._centre.node)

    async def _let_go(self) -> None:
        if self._ami is not None:
            await self._ami.stop()
        if self._port is not None:
            await _deferred(self._port.stopListening())
        if self._audio_port is not None:
            await _deferred(self._audio_port.stopListening())
        self._agi.close()
        self._audio.close()
        await self._centre.menus.lookups.close()

    def _keep_refusal(self, refused: PhoneRefusal) -> None:
        """In the audit log, which never keeps the phone waiting."""
        change = Change(
            at=self._clock.now(),
            actor=refused.agent,
            action="transfer outside refused" if refused.wish == "transfer" else "call outside refused",
            resource="phone",
            key=refused.phone,
            after={"reason": refused.reason},
        )
        kept = self._in_thread(lambda: AuditLog(self._journal).record(change))
        kept.addErrback(lambda failure: log.error("audit_trouble", reason=str(failure.value)))

    def _in_thread(self, function: Callable[[], object]) -> Deferred[object]:
        return deferToThreadPool(self._reactor, self._reactor.getThreadPool(), function)


def _tell_trouble(error: StorageError | None) -> None:
    """Called by the writer's thread, once when trouble begins and once when it is over."""
    if error is None:
        log.info("journal_recovered")
    else:
        log.error("journal_trouble", reason=str(error), mend="facts wait in the spool and come in when it is back")


def _tell_pressure(is_high: bool) -> None:
    if is_high:
        log.error("journal_pressure", reason="half of what memory may hold is waiting for a disk")
    else:
        log.info("journal_pressure_over")


def _trusted(ca_file: Path | None) -> Any:
    """The certificates to believe; None: those of the machine."""
    if ca_file is None:
        return None
    found = _PEM.findall(ca_file.expanduser().read_bytes())
    if not found:
        raise ValueError(f"{ca_file} holds no certificate: it has to be a PEM file")
    return trustRootFromCertificates([Certificate.loadPEM(one) for one in found])  # type: ignore[no-untyped-call]  # Twisted has no types here


def _deferred(result: Deferred[None] | None) -> Deferred[None]:
    if result is not None:
        return result
    done: Deferred[None] = Deferred()
    done.callback(None)
    return done
