"""Phones in the browser: their settings, passwords and WebSocket, and what Asterisk has for them."""

import ssl
import stat
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from websockets.exceptions import InvalidHandshake
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from config.models import Settings
from config.services import Web
from config.telephony import WebPhones
from cti_bridge.app.doctor import needs
from cti_bridge.app.doctor.findings import Finding, good, note, warning, wrong
from cti_bridge.app.doctor.live_ami import Heard, LiveAmi
from cti_bridge.app.web_phone_accounts import NoPasswordError, endpoint_of, password_file, password_of, web_phones_of

PART: Final = "web phones"
MOST_ASKED: Final = 20
"""Endpoints that are looked at; they are all made of one template."""

OPEN_S: Final = 5.0
_LOCAL: Final = ("localhost", "127.", "::1", "[::1]")


def examine_web_phones(settings: Settings) -> list[Finding]:
    """What can be seen without asking Asterisk's manager. Nothing where nobody's phone is a browser."""
    wanted = [name for name, agent in settings.agents.items() if agent.web_phone]
    asterisk = settings.asterisk
    if asterisk is None or (not wanted and asterisk.web_phones is None):
        return []
    if asterisk.web_phones is None:
        mend = "in the settings: asterisk.web_phones, with secrets_folder (see deploy/asterisk/README.md)"
        return [wrong(PART, f"{', '.join(wanted)}: web_phone is set, but phones in browsers are off", mend)]
    found = [_websocket(asterisk.web_phones), *_microphone(settings.web)]
    for name in wanted:
        endpoint = endpoint_of(settings.agents[name], asterisk.phone_channel)
        found += _password(asterisk.web_phones, endpoint) if endpoint is not None else [_no_endpoint(name)]
    if not wanted:
        found.append(note(PART, "no agent's phone is a browser yet", "agents: … web_phone: true"))
    return found


def _no_endpoint(name: str) -> Finding:
    return wrong(
        PART,
        f"{name}: web_phone is set, but the phone is no PJSIP endpoint of this Asterisk",
        f"agents: {name}: phone: the number that `render.py --web-phones` was given",
    )


def _password(web_phones: WebPhones, endpoint: str) -> list[Finding]:
    try:
        password_of(web_phones, endpoint)
    except NoPasswordError as error:
        return [wrong(PART, str(error), f"asterisk.web_phones.secrets_folder is {web_phones.secrets_folder}")]
    path = password_file(web_phones, endpoint)
    if path.stat().st_mode & stat.S_IROTH:
        return [warning(PART, f"{path} can be read by everybody on this machine", f"chmod o-r {path}")]
    return []


def _websocket(web_phones: WebPhones) -> Finding:
    trust = None
    try:
        if web_phones.address.startswith("wss:"):
            trust = ssl.create_default_context(cafile=None if web_phones.ca_file is None else str(web_phones.ca_file))
        with connect(
            web_phones.address, subprotocols=[Subprotocol("sip")], ssl=trust, open_timeout=OPEN_S, proxy=None
        ) as socket:
            speaks = socket.subprotocol
    except (OSError, TimeoutError, InvalidHandshake) as error:
        return wrong(
            PART,
            f"Asterisk's WebSocket at {web_phones.address} cannot be reached: {str(error) or type(error).__name__}",
            "http.conf, [general]: enabled = yes, bindaddr and bindport (the path is /ws); modules "
            f"{', '.join(needs.WEB_PHONE_MODULES)}; in the settings: asterisk.web_phones.address, for wss: ca_file",
        )
    if speaks != "sip":
        mend = (
            "in modules.conf: load = res_pjsip_transport_websocket.so, and a transport of protocol = ws in pjsip.conf"
        )
        return wrong(PART, f"the WebSocket at {web_phones.address} does not speak SIP", mend)
    return good(PART, f"Asterisk's WebSocket at {web_phones.address} speaks SIP")


def _microphone(web: Web) -> Iterator[Finding]:
    """Browsers give the microphone to pages over https, and to those of their own machine."""
    url = web.public_url or f"{'http' if web.tls is None else 'https'}://{web.host}:{web.port}"
    host = urlsplit(url).hostname or ""
    if not url.startswith("https:") and not host.startswith(_LOCAL):
        yield wrong(
            PART,
            f"browsers give no microphone to the console at {url}: it is not https",
            "web.tls with a certificate, or a proxy with one in front and web.public_url: https://…",
        )


# -- at the manager --------------------------------------------------------------------------------------------------


def web_phones_at_switch(live: LiveAmi, settings: Settings) -> Iterator[Finding]:
    """Modules and endpoints; nothing where nobody's phone is a browser."""
    endpoints = sorted(set(web_phones_of(settings).values()))
    if not endpoints:
        return
    names = (*needs.WEB_PHONE_MODULES, *needs.OPUS_MODULES)
    loaded = {name for name in names if live.ask("ModuleCheck", ("Module", name)).ok}
    details = {endpoint: _detail(live, endpoint) for endpoint in endpoints[:MOST_ASKED]}
    found = [*web_modules(loaded), *web_endpoints(details, has_opus=not loaded.isdisjoint(needs.OPUS_MODULES))]
    yield from found or [good(PART, "Asterisk has what the browsers' phones need")]


def _detail(live: LiveAmi, endpoint: str) -> dict[str, str] | None:
    listed: list[Heard] | None = live.listed("PJSIPShowEndpoint", ("Endpoint", endpoint), item="EndpointDetail")
    return listed[0].headers if listed else None


def web_modules(loaded: set[str]) -> Iterator[Finding]:
    """Whether the modules are there without which no browser is a phone."""
    for name, why in needs.WEB_PHONE_MODULES.items():
        if name not in loaded:
            mend = f"in modules.conf: load = {name}.so; then `asterisk -rx 'module load {name}'`"
            yield wrong(PART, f"the module {name} is not loaded: {why}", mend)


def web_endpoints(details: dict[str, dict[str, str] | None], *, has_opus: bool) -> Iterator[Finding]:
    """Whether the endpoints are a browser's. ``details``: what Asterisk says of each; None: it does not know it."""
    for endpoint, detail in details.items():
        if detail is None:
            mend = f"`render.py --web-phones {endpoint}` writes it; then `asterisk -rx 'pjsip reload'`"
            yield wrong(PART, f"Asterisk does not know the phone {endpoint}", mend)
        else:
            yield from _endpoint(endpoint, detail, has_opus=has_opus)


def _endpoint(endpoint: str, detail: dict[str, str], *, has_opus: bool) -> Iterator[Finding]:
    where = f"pjsip.conf, [{endpoint}]"
    if detail.get("MediaEncryption") != "dtls" or detail.get("IceSupport") != "true":
        yield wrong(PART, f"{where} is no browser's: ICE or DTLS is off", "webrtc = yes")
    if detail.get("DtlsAutoGenerateCert", "").lower() != "yes" and not detail.get("DtlsCertFile"):
        yield wrong(PART, f"{where} has no certificate for DTLS", "dtls_auto_generate_cert = yes")
    allowed = {name.strip() for name in detail.get("Allow", "").strip("()").split("|")}
    if "opus" in allowed and not has_opus:
        yield wrong(
            PART,
            f"{where} allows opus, which this Asterisk cannot translate: the browser would choose it and the call fail",
            f"load = {needs.OPUS_MODULES[0]}.so in modules.conf, or allow = ulaw,alaw without opus",
        )
    if allowed.isdisjoint({"opus", "ulaw", "alaw", "g722"}):
        yield wrong(PART, f"{where} allows nothing that a browser speaks", "allow = opus,alaw,ulaw")
