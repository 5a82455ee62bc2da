"""Settings as what the daemon is built of: addresses, secrets, policy, menus."""

from collections.abc import Mapping
from typing import TypeVar

from config.models import Settings
from config.telephony import Asterisk
from cti_bridge.app.call_rules import rules_of
from cti_bridge.app.customer_numbers import SettingsNumbers
from cti_bridge.app.menus import follow_menus, menus_of, voice_settings_of
from cti_bridge.app.policy import policy_from
from cti_bridge.app.wiring import Addresses, Centre, Daemon, Secrets
from cti_bridge.shell.errands import Customers
from cti_bridge.shell.menus import Sounds
from facts.ids import NodeName, QueueName, ReasonCode
from ivr.flow_library import FlowLibrary
from ivr.speech.recogniser import Recogniser

T = TypeVar("T")


def asterisk_of(settings: Settings) -> Asterisk:
    """The section ``asterisk``, which everything but the demo needs."""
    assert settings.asterisk is not None
    return settings.asterisk


def addresses_of(settings: Settings) -> Addresses:
    """Where to listen and whom to connect to."""
    asterisk = asterisk_of(settings)
    ami, agi = asterisk.ami, asterisk.agi
    return Addresses(
        ami_host=ami.host,
        ami_port=ami.port,
        ami_tls_name=(ami.tls.server_name or ami.host) if ami.tls.enabled else None,
        ami_ca_file=ami.tls.ca_file,
        agi_host=agi.host,
        agi_port=agi.port,
        agi_peers=tuple(str(network) for network in agi.allowed_peers),
        audio_host=asterisk.audio_socket.host,
        audio_port=asterisk.audio_socket.port,
        action_timeout_s=ami.action_timeout_s,
        keep_alive_s=ami.keep_alive_s,
    )


def secrets_of(settings: Settings) -> Secrets:
    """What must be in no log."""
    asterisk = asterisk_of(settings)
    assert asterisk.ami.secret is not None
    assert asterisk.agi.token is not None
    return Secrets(
        ami_user=asterisk.ami.user,
        ami_secret=asterisk.ami.secret.get_secret_value(),
        agi_token=asterisk.agi.token.get_secret_value(),
    )


def centre_of(
    settings: Settings,
    *,
    sounds: Sounds | None = None,
    library: FlowLibrary | None = None,
    recognisers: Mapping[str, Recogniser] | None = None,
    customers: Customers | None = None,
) -> Centre:
    """Policy, menus and words of the contact centre; without ``recognisers`` nobody listens to speech."""
    menus = menus_of(settings, sounds, library, customers)
    return Centre(
        node=NodeName(settings.node.name),
        policy_at=lambda now: policy_from(settings, now),
        queue_of_entry=queues_of_entries(settings),
        reasons=reasons_of(settings),
        menus=menus,
        rules=rules_of(settings, menus),
        customer_numbers=SettingsNumbers(settings),
        recognisers=recognisers or {},
        voice=voice_settings_of(settings),
    )


def follow(centre: Centre, daemon: Daemon, settings: Settings, by: str) -> None:
    """A running daemon goes by these settings from now on, as far as administrators may change them."""
    _put(centre.queue_of_entry, queues_of_entries(settings))
    _put(centre.reasons, reasons_of(settings))
    follow_menus(centre.menus, settings)
    if isinstance(centre.customer_numbers, SettingsNumbers):
        centre.customer_numbers.follow(settings)
    daemon.coordinator.control.use_rules(rules_of(settings, centre.menus))
    daemon.follow(lambda now: policy_from(settings, now), by)


def _put(held: dict[str, T], wanted: dict[str, T]) -> None:
    """Change a mapping that others hold."""
    held.clear()
    held.update(wanted)


def reasons_of(settings: Settings) -> dict[str, ReasonCode]:
    """A person's not-ready reasons, by the digits that mean them."""
    return {reason.digits or code: ReasonCode(code) for code, reason in settings.reasons.items()}


def queues_of_entries(settings: Settings) -> dict[str, QueueName]:
    """Where callers wait whom no menu sent anywhere, by dialled number; under no number: the first queue."""
    of_entries = {number: QueueName(entry.queue) for number, entry in settings.entry_points.items() if entry.queue}
    return {"": QueueName(next(iter(settings.queues))), **of_entries}
