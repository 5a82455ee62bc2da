"""Session descriptions (RFC 4566, offers and answers by RFC 3264) with one audio stream."""

import re
from dataclasses import dataclass

PAYLOADS = {"PCMU": 0, "PCMA": 8}
EVENTS = 101
"""Our payload type of RFC 4733 events."""

MIRRORED = {"sendrecv": "sendrecv", "sendonly": "recvonly", "recvonly": "sendonly", "inactive": "inactive"}


@dataclass(frozen=True)
class Session:
    """What one side says: where it wants its audio, codecs in order, payload type of key events."""

    host: str
    port: int
    codecs: tuple[str, ...]
    events: int | None
    direction: str = "sendrecv"

    def encode(self, session_id: int, version: int) -> str:
        """The text of an offer or answer."""
        payloads = [str(PAYLOADS[codec]) for codec in self.codecs]
        lines = [
            "v=0",
            f"o=phone {session_id} {version} IN IP4 {self.host}",
            "s=-",
            f"c=IN IP4 {self.host}",
            "t=0 0",
            f"m=audio {self.port} RTP/AVP {' '.join(payloads + ([str(self.events)] if self.events else []))}",
            *(f"a=rtpmap:{PAYLOADS[codec]} {codec}/8000" for codec in self.codecs),
        ]
        if self.events:
            lines += [f"a=rtpmap:{self.events} telephone-event/8000", f"a=fmtp:{self.events} 0-16"]
        return "\r\n".join([*lines, "a=ptime:20", f"a={self.direction}"]) + "\r\n"


def parse(text: str) -> Session:
    """The first audio stream of a description."""
    host = re.search(r"^c=IN IP4 (\S+)", text, re.MULTILINE)
    media = re.search(r"^m=audio (\d+) \S+ ([\d ]+)", text, re.MULTILINE)
    if host is None or media is None:
        raise ValueError(f"no audio in the session description: {text!r}")
    names = {int(number): name.upper() for number, name in re.findall(r"a=rtpmap:(\d+) ([\w-]+)/8000", text)}
    known = {number: codec for codec, number in PAYLOADS.items()} | names
    offered = [known.get(int(number), "") for number in media[2].split()]
    events = next((number for number, name in names.items() if name == "TELEPHONE-EVENT"), None)
    direction = re.search(r"^a=(sendrecv|sendonly|recvonly|inactive)", text, re.MULTILINE)
    return Session(
        host=host[1],
        port=int(media[1]),
        codecs=tuple(codec for codec in offered if codec in PAYLOADS),
        events=events,
        direction=direction[1] if direction else "sendrecv",
    )
