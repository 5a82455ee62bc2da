"""Digest authentication (RFC 2617, as SIP uses it) put right on the way to the switch.

A browser's phone answers the switch's challenge without knowing the password: its answer carries everything but the
right ``response``, which is computed here. So the password stays on this side.
"""

import hashlib
import re
from typing import Final

import msgspec

MOST_MESSAGE: Final = 32 * 1024
"""Characters of one SIP message; longer ones are none that a phone sends."""

_HEADER: Final = re.compile(r"^(?:Proxy-)?Authorization[ \t]*:[ \t]*(?P<value>[^\r\n]*)", re.IGNORECASE | re.MULTILINE)
_DIGEST: Final = re.compile(r"Digest[ \t]+", re.IGNORECASE)
_PAIR: Final = re.compile(r'([A-Za-z]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')
_REQUEST: Final = re.compile(r"(?P<method>[A-Z]{1,20}) \S+ SIP/2\.0\r\n")


class DigestRefused(Exception):  # noqa: N818 - says what was done
    """The message cannot be signed: it is malformed, or tries to be somebody else."""


class _Answer(msgspec.Struct, frozen=True):
    values: dict[str, str]
    start: int
    end: int


def sign(message: str, user: str, password: str) -> str:
    """The message with the right ``response`` in its digest; without a digest it is returned as it is.

    Raises `DigestRefused` for another user's name, and for what is no digest that can be computed.
    """
    head, _, _ = message.partition("\r\n\r\n")
    request = _REQUEST.match(message)
    found = list(_HEADER.finditer(head))
    if not found:
        return message
    if request is None or len(found) > 1:
        raise DigestRefused("one Authorization in a request is expected")
    answer = _answer(found[0])
    if answer.values.get("username") != user:
        raise DigestRefused("the Authorization names another phone")
    right = response_of(answer.values, request["method"], password)
    return f"{message[: answer.start]}{right}{message[answer.end :]}"


def _answer(header: "re.Match[str]") -> _Answer:
    """The pairs of a digest header, and where the value of ``response`` stands."""
    digest = _DIGEST.match(header["value"])
    if digest is None:
        raise DigestRefused("the Authorization is no digest")
    values: dict[str, str] = {}
    place = (0, 0)
    for pair in _PAIR.finditer(header["value"], digest.end()):
        name, group = pair[1].lower(), 2 if pair[2] is not None else 3
        if name in values:
            raise DigestRefused(f"the Authorization says {name} twice")
        values[name] = pair[group]
        if name == "response":
            place = (header.start("value") + pair.start(group), header.start("value") + pair.end(group))
    if place == (0, 0):
        raise DigestRefused("the Authorization has no response")
    return _Answer(values, *place)


def response_of(values: dict[str, str], method: str, password: str) -> str:
    """The ``response`` that fits these values; raises `DigestRefused` for an algorithm or quality that is not known."""
    if values.get("algorithm", "MD5").upper() != "MD5":
        raise DigestRefused("only MD5 is known: leave password_digest of the Asterisk endpoint as it is")
    try:
        whose = _md5(f"{values['username']}:{values['realm']}:{password}")
        what = _md5(f"{method}:{values['uri']}")
        if "qop" not in values:
            return _md5(f"{whose}:{values['nonce']}:{what}")
        if values["qop"] != "auth":
            raise DigestRefused("only qop=auth is known")
        return _md5(f"{whose}:{values['nonce']}:{values['nc']}:{values['cnonce']}:{values['qop']}:{what}")
    except KeyError as missing:
        raise DigestRefused(f"the Authorization has no {missing.args[0]}") from missing


def _md5(text: str) -> str:
    """As the protocol wants it: phones and switches know no other."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
