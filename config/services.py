"""Settings of what surrounds the calls: database, Redis, web server, metrics, alarms, log."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from config.fields import (
    Address,
    Day,
    FilePath,
    Fraction,
    Line,
    Listed,
    Name,
    Network,
    Port,
    PositiveSeconds,
    Seconds,
    Secret,
    Section,
    TimeSpan,
    TimeZone,
    Url,
)

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Site(Section):
    """The contact centre."""

    name: Line = "Cordboard"
    """What people call it."""
    time_zone: TimeZone = "UTC"
    """The time zone of reports and opening hours."""
    language: Line = "en"
    """The language of prompts and pages, when nobody chose another."""
    country: Line = "US"
    """Two letters: how dialled numbers without a country code are read."""


class Node(Section):
    """This daemon."""

    name: Name = "node-1"
    """Signs every fact of the journal: never change it, and give no two daemons the same."""


class Holidays(Section):
    """Public holidays on which a calendar is closed."""

    country: Line
    """Two letters, e.g. DE."""
    subdivision: Line | None = None
    """A part of the country, e.g. BY."""


class OpeningHours(Section):
    """A calendar, read in its time zone, right across daylight saving time."""

    time_zone: TimeZone | None = None
    """The site's when absent."""
    weekly: dict[Weekday, Listed[TimeSpan]] = Field(default_factory=dict)
    """Hours of each weekday; a day that is absent is closed."""
    holidays: Holidays | None = None
    """Closed on these days."""
    special: dict[Day, Listed[TimeSpan]] = Field(default_factory=dict)
    """Hours of single days, holiday or not; an empty list closes the day."""


class Database(Section):
    """Where journal, accounts and customers are kept."""

    url: Url | None = None
    """E.g. postgresql+psycopg://cordboard@db/cordboard; without it SQLite inside CORDBOARD_HOME."""
    password: Secret | None = None
    """The password for the URL; better in a file or in the environment."""
    password_file: FilePath | None = None
    """A file that holds the password."""


class Redis(Section):
    """Where other programs read facts and the live state as they come; absent: nowhere."""

    url: Url | None = None
    """E.g. redis://localhost:6379/0, or rediss:// for an encrypted connection."""
    password: Secret | None = None
    """Its password; better in a file or in the environment."""
    password_file: FilePath | None = None
    """A file that holds the password."""
    prefix: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:{}-]{1,64}$")] = "cordboard"
    """Keys begin so: facts go to the stream PREFIX:facts, the live state to PREFIX:live:NODE."""
    stream_length: Annotated[int, Field(ge=1_000, le=100_000_000)] = 100_000
    """About so many facts stay in the stream; older ones are trimmed."""
    snapshot_every_s: Annotated[float, Field(ge=0.2, le=60)] = 1.0
    """How often the live state is written."""
    personal: bool = False
    """Whether names, numbers and notes of customers go there too; what is in a stream cannot be erased."""


class WebTls(Section):
    """Encryption by the daemon itself; a proxy in front of it may do it as well."""

    cert_file: FilePath
    """The certificate with its chain, PEM."""
    key_file: FilePath
    """Its key, PEM."""


class WebSessions(Section):
    """How long somebody stays signed in."""

    idle_s: PositiveSeconds = 3600.0
    """Without the console being open or used."""
    longest_s: PositiveSeconds = 43200.0
    """At most, however much it is used."""


class Oidc(Section):
    """Single sign-on by OpenID Connect. Who a user is stays in `users`; the provider only says that it is them."""

    issuer: Url
    """The provider's address; its description is at ISSUER/.well-known/openid-configuration."""
    client_id: Line
    """As the provider knows Cordboard."""
    client_secret: Secret | None = None
    """Its secret; better in a file or in the environment."""
    client_secret_file: FilePath | None = None
    """A file that holds the secret."""
    title: Line = "Single sign-on"
    """What the button says."""
    claim: Line = "preferred_username"
    """The claim that holds the name in `users`."""
    scopes: Listed[Line] = ("openid", "profile", "email")
    """What is asked for."""


class Web(Section):
    """The console and its API."""

    enabled: bool = True
    """Whether they are served."""
    host: Address = "127.0.0.1"
    """The address to listen on."""
    port: Port = 8080
    """The port to listen on."""
    public_url: Url | None = None
    """The address in people's browsers, e.g. https://desk.example.com; single sign-on needs it."""
    tls: WebTls | None = None
    """Encryption; without it beyond one's own machine put a proxy in front that has it."""
    trusted_proxies: Listed[Network] = ()
    """Addresses or networks of proxies whose X-Forwarded-For is believed."""
    origins: Listed[Url] = ()
    """Pages of other addresses that may use the API, e.g. https://wallboard.example.com."""
    sessions: WebSessions = WebSessions()
    """How long somebody stays signed in."""
    oidc: Oidc | None = None
    """Single sign-on; absent: passwords only."""


class Metrics(Section):
    """Figures for Prometheus."""

    enabled: bool = True
    """Whether they are served."""
    host: Address = "127.0.0.1"
    """The address to listen on."""
    port: Port = 9464
    """The port to listen on."""


class Alarms(Section):
    """Thresholds of all queues that raise an alarm; absent: none. A queue may have its own."""

    service_level_below: Fraction | None = None
    """The share of contacts in time, of the present interval; it holds for queues whose own target is not set."""
    longest_wait_s: Seconds | None = None
    """Somebody has waited so long."""
    abandon_rate_above: Fraction | None = None
    """The share of contacts abandoned, of the present interval."""
    occupancy_above: Fraction | None = None
    """Agents are busy for more than this share of their time."""


class Reports(Section):
    """Reports that the daemon makes by itself."""

    scheduled: FilePath | None = None
    """A file of reports and their timetables, as `cordboard report scheduled` reads it; absent: none."""


class Log(Section):
    """What the daemon tells on standard error."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """How much."""
    format: Literal["text", "json"] = "text"
    """For people or for programs."""
