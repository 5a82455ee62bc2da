"""Which agents' phones are their browsers, and where the passwords of those phones are."""

import re
from pathlib import Path
from typing import Final

from config.models import Settings
from config.people import Agent
from config.telephony import WebPhones

MOST_SECRET: Final = 512
"""Bytes of a password's file."""

_NUMBER: Final = re.compile(r"[A-Za-z0-9_.+-]{1,40}")


class NoPasswordError(Exception):
    """A phone has no password; the text says which file is wrong, and how to mend it."""


def endpoint_of(agent: Agent, phone_channel: str = "PJSIP/{phone}") -> str | None:
    """The PJSIP endpoint of an agent's phone; None: it is no such phone, or one at another Asterisk."""
    channel = agent.phone if "/" in agent.phone else phone_channel.replace("{phone}", agent.phone)
    technology, _, endpoint = channel.partition("/")
    return endpoint if technology.upper() == "PJSIP" and _NUMBER.fullmatch(endpoint) else None


def web_phones_of(settings: Settings) -> dict[str, str]:
    """The agents whose phone is the browser, each with its endpoint."""
    asterisk = settings.asterisk
    if asterisk is None or asterisk.web_phones is None:
        return {}
    found = {
        name: endpoint_of(agent, asterisk.phone_channel) for name, agent in settings.agents.items() if agent.web_phone
    }
    return {name: endpoint for name, endpoint in found.items() if endpoint is not None}


def password_file(web_phones: WebPhones, endpoint: str) -> Path:
    """Where the password of an endpoint is, as deploy/asterisk/render.py keeps it."""
    return web_phones.secrets_folder / f"phone-{endpoint}.secret"


def password_of(web_phones: WebPhones, endpoint: str) -> str:
    """The password of an endpoint; raises `NoPasswordError`."""
    path = password_file(web_phones, endpoint)
    try:
        with path.open("rb") as file:
            text = file.read(MOST_SECRET + 1)
    except OSError as error:
        raise NoPasswordError(
            f"{path}: {error.strerror}; `render.py --web-phones {endpoint}` makes it, and the daemon's user has to be "
            "able to read it"
        ) from error
    password = text.decode("utf-8", "replace").strip()
    if not password or len(text) > MOST_SECRET or not password.isprintable():
        raise NoPasswordError(f"{path} holds no password: it has to be one line")
    return password
