"""Settings of the telephone side: Asterisk, dialled numbers, flows and their voices."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from config.fields import (
    Address,
    FilePath,
    Fraction,
    Line,
    Listed,
    Name,
    Network,
    Port,
    PositiveSeconds,
    Secret,
    Section,
    Url,
)

Prefix = Annotated[str, StringConstraints(pattern=r"^\+?[0-9]{1,20}$")]


NO_AMI_ACCOUNT = "secret is missing: give secret_file, or CORDBOARD_ASTERISK__AMI__SECRET"
NO_AGI_PROOF = "token is missing: give token_file, or CORDBOARD_ASTERISK__AGI__TOKEN"


class Tls(Section):
    """Encryption of a connection."""

    enabled: bool = False
    """Whether the connection is encrypted."""
    ca_file: FilePath | None = None
    """Certificates to trust; without it those of the machine."""
    server_name: Address | None = None
    """The name in the server's certificate, when it is not the host's."""


class Ami(Section):
    """The manager interface of Asterisk: how Cordboard sees and steers calls."""

    host: Address = "127.0.0.1"
    """Where Asterisk is."""
    port: Port = 5038
    """The port of manager.conf."""
    user: Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]{1,80}$")]
    """The account in manager.conf."""
    secret: Secret | None = None
    """Its secret; better in a file or in the environment."""
    secret_file: FilePath | None = None
    """A file that holds the secret."""
    tls: Tls = Tls()
    """Encryption, to the port of tlsbindaddr."""
    action_timeout_s: PositiveSeconds = 10.0
    """How long an action may take before it counts as failed."""
    keep_alive_s: PositiveSeconds = 15.0
    """How often the connection is tried when nothing else passes."""

    @model_validator(mode="after")
    def _has_secret(self) -> "Ami":
        if self.secret is None:
            raise ValueError(NO_AMI_ACCOUNT)
        return self


class Agi(Section):
    """The FastAGI server, to which the dialplan brings every call."""

    host: Address = "127.0.0.1"
    """The address to listen on."""
    port: Port = 4573
    """The port to listen on."""
    allowed_peers: Listed[Network] = ("127.0.0.0/8", "::1/128")
    """Addresses or networks from which Asterisk may connect."""
    token: Secret | None = None
    """What the dialplan's AGI_TOKEN has to be; better in a file or in the environment."""
    token_file: FilePath | None = None
    """A file that holds the token."""

    @model_validator(mode="after")
    def _has_token(self) -> "Agi":
        if self.token is None:
            raise ValueError(NO_AGI_PROOF)
        return self


class AudioSocket(Section):
    """The server to which Asterisk streams what callers say."""

    host: Address = "127.0.0.1"
    """The address to listen on, and under which Asterisk finds it."""
    port: Port = 4580
    """The port to listen on."""


class WebPhones(Section):
    """Phones in the browser, for the agents who have `web_phone`. Browsers reach Asterisk through the console alone."""

    address: Annotated[Url, StringConstraints(pattern=r"^wss?://[^\s/?#@]+(/[^\s?#]*)?$")] = "ws://127.0.0.1:8088/ws"
    """Asterisk's WebSocket, as the daemon reaches it: http.conf says host and port."""
    ca_file: FilePath | None = None
    """For wss: certificates to trust; without it those of the machine."""
    secrets_folder: FilePath
    """The passwords that deploy/asterisk/render.py made, phone-NUMBER.secret for each; read anew at each use."""
    stun: Listed[Annotated[str, StringConstraints(pattern=r"^stuns?:[A-Za-z0-9_.:\[\]-]{1,255}$")]] = ()
    """STUN servers, e.g. stun:stun.example.com:3478; only browsers behind NAT need one."""


class Asterisk(Section):
    """The telephone switch; without this section only the demo can run."""

    ami: Ami
    """The manager interface."""
    agi: Agi
    """The FastAGI server."""
    audio_socket: AudioSocket = AudioSocket()
    """Speech of callers."""
    phone_channel: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]+/[^,&|]*\{phone\}[^,&|]*$")] = (
        "PJSIP/{phone}"
    )
    """How an agent's phone is dialled."""
    web_phones: WebPhones | None = None
    """Phones in the browser; absent: there are none."""
    trunk_numbers: Literal["as_given", "international", "national"] = "as_given"
    """How the carrier wants numbers that are dialled: as the customer's was shown or keyed in, +4930…, or 030…."""
    config_folder: FilePath | None = None
    """Asterisk's configuration, if this machine can read it; cordboard doctor then looks into it."""
    sounds_folder: FilePath | None = None
    """Asterisk's sounds, if this machine can read them."""
    spool_folder: FilePath | None = None
    """Asterisk's spool, as this machine sees it: recordings and voicemails are in its folder `recording`."""
    voicemails_kept_days: Annotated[int, Field(ge=0, le=36_500)] = 90
    """Callers' messages are deleted after so many days; 0: only by hand."""


class Route(Section):
    """Another flow for some of the calls; the first route whose conditions all hold answers."""

    flow: Name
    """The voice menu that answers."""
    open: Name | None = None
    """A calendar that has to be open."""
    closed: Name | None = None
    """A calendar that has to be closed."""
    prefixes: Listed[Prefix] = ()
    """Beginnings of the caller's number, in international form: +86755."""
    share: Annotated[float, Field(ge=0, le=100)] | None = None
    """So many per cent of the calls that come as far as this."""
    language: Line | None = None
    """The language to begin in."""


class EntryPoint(Section):
    """A dialled number; one that ends in * stands for all that begin like it."""

    title: Line = ""
    """What people call it."""
    flow: Name
    """The voice menu that answers when no route does."""
    queue: Name | None = None
    """Where callers wait whom no menu sent anywhere; absent: the first queue."""
    language: Line | None = None
    """The language to begin in; absent: the site's."""
    routes: Listed[Route] = ()
    """Other flows by calendar, caller's prefix or share."""
    emergency: Name | None = None
    """The flow that answers while the emergency switch is thrown: `cordboard entry-point emergency NUMBER`."""
    most_calls: Annotated[int, Field(ge=1)] | None = None
    """So many calls at once."""
    overflow: Name | None = None
    """The flow that answers when there are more."""

    @property
    def flows(self) -> frozenset[str]:
        """Every flow that may answer."""
        others = (route.flow for route in self.routes)
        return frozenset(name for name in (self.flow, self.emergency, self.overflow, *others) if name is not None)


class Prompts(Section):
    """What callers hear."""

    folder: FilePath | None = None
    """Recordings and rendered prompts; without it inside CORDBOARD_HOME."""
    voices: dict[Name, Line] = Field(default_factory=dict)
    """The voice that speaks missing recordings, by language."""
    level_dbfs: Annotated[float, Field(ge=-40, le=-3)] = -20.0
    """The loudness of prompts."""


class Recogniser(Section):
    """What understands callers in one language."""

    engine: Literal["vosk", "moonshine"]
    """The recogniser."""
    model: FilePath | None = None
    """The model's folder; without it the packaged one."""


class Speech(Section):
    """Understanding callers who speak; without recognisers menus listen for keys only."""

    recognisers: dict[Name, Recogniser] = Field(default_factory=dict)
    """One recogniser per language."""
    workers: Annotated[int, Field(ge=1, le=64)] = 1
    """How many utterances are decided at once."""
    end_silence_s: PositiveSeconds = 0.4
    """Silence that ends an utterance."""
    threshold: Fraction = 0.6
    """Below this confidence the caller is asked to confirm."""
