"""Browsers' phones over the running daemon: each line is a WebSocket of its own to Asterisk.

Asterisk asks every phone for its password. The browser has none: its answers are put right on the way
(`cti_bridge.wire.sip_digest`). So a phone is worth exactly as much as the console's session, and no page, log or
store ever has the password.
"""

import asyncio
import ssl
from collections.abc import Callable
from typing import Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

from agent_console.documents.desk import PhoneReport
from agent_console.documents.session import WebPhone
from agent_console.errors import PhoneRefusedError, UnavailableError
from agent_console.ports import PhoneEnd
from config.models import Settings
from config.telephony import WebPhones as WebPhoneSettings
from cti_bridge.app.web_phone_accounts import NoPasswordError, password_of, web_phones_of
from cti_bridge.shell.call_control.absences import Absences
from cti_bridge.wire.sip_digest import MOST_MESSAGE, DigestRefused, sign
from cti_bridge.wire.sip_registered import confirms_registration
from facts.ids import AgentId

PATH: Final = "/api/v1/phone"
DOMAIN: Final = "cordboard.invalid"
"""Asterisk looks at the user's part of an address alone."""

OPEN_S: Final = 5.0
CLOSE_S: Final = 2.0
PING_S: Final = 4.0
PONG_S: Final = 20.0
"""So often Asterisk is asked for a sign of life on each line, and so long it may take to give one.

An Asterisk that stands still for some seconds, as behind a busy disk, comes back with its talks: a line that was given
up meanwhile would not hear their end.
"""

MOST_WAITING: Final = 64
"""Messages from Asterisk that a slow browser may have waiting."""


class DaemonWebPhones:
    """`agent_console.ports.WebPhones`."""

    def __init__(self, settings: Callable[[], Settings], absences: Absences) -> None:
        self._settings = settings
        self._absences = absences
        self._present: dict[str, Page] = {}

    def _at(self, agent: str) -> tuple[WebPhoneSettings, str] | None:
        settings = self._settings()
        endpoint = web_phones_of(settings).get(agent)
        asterisk = settings.asterisk
        if endpoint is None or asterisk is None or asterisk.web_phones is None:
            return None
        return asterisk.web_phones, endpoint

    def account(self, agent: str) -> WebPhone | None:
        """The agent's phone."""
        found = self._at(agent)
        if found is None:
            return None
        web_phones, endpoint = found
        return WebPhone(uri=f"sip:{endpoint}@{DOMAIN}", path=PATH, stun=list(web_phones.stun))

    def report(self, agent: str, wish: PhoneReport) -> None:
        """How the sound is."""
        self._absences.troubles.page_tells(AgentId(agent), wish.trouble)

    async def connect(self, agent: str, *, talks: bool) -> "AsteriskLine":
        """A WebSocket of its own to Asterisk, for as long as the browser keeps it."""
        found = self._at(agent)
        if found is None:
            raise UnavailableError(f"{agent} has no phone in the browser: agents: … web_phone in the settings")
        web_phones, endpoint = found
        try:
            password = await asyncio.to_thread(password_of, web_phones, endpoint)
        except NoPasswordError as error:
            raise UnavailableError(str(error)) from error
        page = Page(self._absences, self._present, AgentId(agent), f"PJSIP/{endpoint}", talks=talks)
        return AsteriskLine(await _opened(web_phones), endpoint, password, page)


class Page:
    """What call control has to know of the page at the other end of a line."""

    def __init__(
        self, absences: Absences, present: "dict[str, Page]", agent_id: AgentId, device: str, *, talks: bool
    ) -> None:
        """``present``: which page is each agent's phone."""
        self._absences = absences
        self._present = present
        self._agent_id = agent_id
        self._device = device
        self._talks = talks
        self._registered = False

    def heard(self, message: str) -> None:
        """From Asterisk: the first time that it says so, the phone has come."""
        if not self._registered and confirms_registration(message):
            self._registered = True
            self._present[self._agent_id] = self
            self._absences.phone_came(self._agent_id, self._device, talks=self._talks)

    def ended(self, why: PhoneEnd) -> None:
        """The line is over. One that never was the phone, or is it no more, takes nothing along."""
        if self._present.get(self._agent_id) is not self:
            return
        del self._present[self._agent_id]
        if why == "left":
            self._absences.phone_left(self._agent_id, self._device)
        elif why == "cut":
            self._absences.phone_cut(self._agent_id, self._device)
        else:
            self._absences.phone_replaced(self._agent_id, self._device)


class AsteriskLine:
    """`agent_console.ports.PhoneLine`."""

    def __init__(self, socket: ClientConnection, user: str, password: str, page: Page) -> None:
        self._socket = socket
        self._page = page
        self._user = user
        self._password = password

    async def send(self, message: str) -> None:
        """To Asterisk, with the digest put right."""
        try:
            signed = sign(message, self._user, self._password)
        except DigestRefused as error:
            raise PhoneRefusedError(str(error)) from error
        try:
            await self._socket.send(signed)
        except ConnectionClosed as error:
            raise ConnectionError("Asterisk has closed the WebSocket") from error

    async def receive(self) -> str | None:
        """From Asterisk."""
        try:
            message = await self._socket.recv()
        except ConnectionClosed:
            return None
        text = message if isinstance(message, str) else message.decode("utf-8", "replace")
        self._page.heard(text)
        return text

    async def close(self, why: PhoneEnd) -> None:
        """Leave."""
        self._page.ended(why)
        await self._socket.close()


async def _opened(web_phones: WebPhoneSettings) -> ClientConnection:
    try:
        return await connect(
            web_phones.address,
            subprotocols=[Subprotocol("sip")],
            ssl=_trust(web_phones),
            compression=None,
            proxy=None,
            user_agent_header=None,
            open_timeout=OPEN_S,
            close_timeout=CLOSE_S,
            ping_interval=PING_S,
            ping_timeout=PONG_S,
            max_size=4 * MOST_MESSAGE,
            max_queue=MOST_WAITING,
        )
    except (OSError, TimeoutError, InvalidHandshake, ssl.SSLError) as error:
        reason = str(error) or type(error).__name__
        raise UnavailableError(
            f"Asterisk's WebSocket at {web_phones.address} cannot be reached: {reason}; `cordboard doctor` tells more"
        ) from error


def _trust(web_phones: WebPhoneSettings) -> ssl.SSLContext | None:
    if not web_phones.address.startswith("wss:"):
        return None
    return ssl.create_default_context(cafile=None if web_phones.ca_file is None else str(web_phones.ca_file))
