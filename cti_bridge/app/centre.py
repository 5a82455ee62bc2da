"""Settings as what the daemon is built of: addresses, secrets, policy, menus."""

from collections.abc import Mapping
from urllib.parse import quote, urlsplit, urlunsplit

from config.models import Settings
from config.telephony import Asterisk
from cti_bridge.app.menus import menus_of, voice_settings_of
from cti_bridge.app.policy import policy_from
from cti_bridge.app.wiring import Addresses, Centre, Secrets
from cti_bridge.shell.menus import Sounds
from facts.ids import NodeName, QueueName, ReasonCode
from ivr.flow_library import FlowLibrary
from ivr.speech.recogniser import Recogniser


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
) -> Centre:
    """Policy, menus and words of the contact centre; without ``recognisers`` nobody listens to speech."""
    first = QueueName(next(iter(settings.queues)))
    return Centre(
        node=NodeName(settings.node.name),
        policy_at=lambda now: policy_from(settings, now),
        queue_of_entry={"": first, **queues_of_entries(settings)},
        reasons={r.digits or code: ReasonCode(code) for code, r in settings.reasons.items()},
        menus=menus_of(settings, sounds, library),
        recognisers=recognisers or {},
        voice=voice_settings_of(settings),
    )


def queues_of_entries(settings: Settings) -> dict[str, QueueName]:
    """Where callers wait whom no menu sent anywhere, by dialled number."""
    return {number: QueueName(entry.queue) for number, entry in settings.entry_points.items() if entry.queue}


def database_address(settings: Settings) -> str:
    """The database's URL, with its password."""
    url, password = settings.database_url, settings.database.password
    if password is None:
        return url
    parts = urlsplit(url)
    user = parts.username or ""
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{user}:{quote(password.get_secret_value(), safe='')}@{host}"))
