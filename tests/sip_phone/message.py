"""The text of SIP (RFC 3261): parsing, writing, digest answers (RFC 2617 with MD5, RFC 8760 SHA-256)."""

import hashlib
import re
import secrets
from dataclasses import dataclass, field

COMPACT = {
    "v": "via",
    "f": "from",
    "t": "to",
    "i": "call-id",
    "m": "contact",
    "l": "content-length",
    "c": "content-type",
    "k": "supported",
    "s": "subject",
    "r": "refer-to",
    "b": "referred-by",
    "x": "session-expires",
}
REASONS = {
    100: "Trying",
    180: "Ringing",
    200: "OK",
    202: "Accepted",
    405: "Method Not Allowed",
    480: "Temporarily Unavailable",
    481: "Call/Transaction Does Not Exist",
    486: "Busy Here",
    487: "Request Terminated",
    488: "Not Acceptable Here",
    603: "Decline",
}


class SipError(Exception):
    """The peer sent something that is not SIP."""


@dataclass
class SipMessage:
    """A request (`method`, `uri`) or a response (`status`); headers in order, names lower-case."""

    method: str = ""
    uri: str = ""
    status: int = 0
    reason: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: str = ""

    @property
    def is_request(self) -> bool:
        """Whether it is a request."""
        return self.status == 0

    def get(self, name: str, default: str = "") -> str:
        """The first header of that name."""
        return next((value for key, value in self.headers if key == name.lower()), default)

    def get_all(self, name: str) -> list[str]:
        """All headers of that name, in order."""
        return [value for key, value in self.headers if key == name.lower()]

    def add(self, name: str, value: str) -> None:
        """Append a header."""
        self.headers.append((name.lower(), value))

    @property
    def cseq(self) -> tuple[int, str]:
        """Number and method of the CSeq header."""
        number, _, method = self.get("cseq").partition(" ")
        return int(number or 0), method.strip()

    @property
    def branch(self) -> str:
        """The branch of the topmost Via: names the transaction."""
        return parameter(self.get("via"), "branch")

    @property
    def call_id(self) -> str:
        """The Call-ID."""
        return self.get("call-id")

    def encode(self) -> bytes:
        """The bytes as they go over the wire, with the length of the body."""
        first = f"{self.method} {self.uri} SIP/2.0" if self.is_request else f"SIP/2.0 {self.status} {self.reason}"
        body = self.body.encode(errors="surrogateescape")
        lines = [first, *(f"{_title(name)}: {value}" for name, value in self.headers), f"Content-Length: {len(body)}"]
        return "\r\n".join(lines).encode(errors="surrogateescape") + b"\r\n\r\n" + body


def parse(data: bytes) -> SipMessage:
    """One datagram as a message."""
    head, _, body = data.decode(errors="surrogateescape").partition("\r\n\r\n")
    first, *rest = re.sub(r"\r\n[ \t]+", " ", head).split("\r\n")
    words = first.split(" ", 2)
    if len(words) < 2 or (words[0] != "SIP/2.0" and not first.endswith("SIP/2.0")):
        raise SipError(f"not a SIP message: {first[:80]!r}")
    if words[0] == "SIP/2.0":
        message = SipMessage(status=int(words[1]), reason=words[2] if len(words) > 2 else "")
    else:
        message = SipMessage(method=words[0], uri=words[1])
    for line in rest:
        name, _, value = line.partition(":")
        name = name.strip().lower()
        message.add(COMPACT.get(name, name), value.strip())
    message.headers = [(name, value) for name, value in message.headers if name != "content-length"]
    message.body = body
    return message


def _unquoted(header: str) -> str:
    """A header without its quoted strings, whose contents may look like anything."""
    return re.sub(r'"(?:\\.|[^"\\])*"', "", header)


def parameter(header: str, name: str) -> str:
    """The value of `;name=value` in a header, outside of `<...>`."""
    header = _unquoted(header)
    outside = header.partition(">")[2] if "<" in header else header
    found = re.search(rf";\s*{re.escape(name)}=([^;,\s]*)", outside)
    return found[1] if found else ""


def uri_of(header: str) -> str:
    """The URI of a Contact, From, To or Refer-To."""
    header = _unquoted(header)
    found = re.search(r"<([^>]*)>", header)
    return found[1] if found else header.partition(";")[0].strip()


def user_of(header: str) -> str:
    """The user part of the URI."""
    found = re.match(r"sips?:([^@;>]*)@", uri_of(header))
    return found[1] if found else ""


def display_of(header: str) -> str:
    """The display name, without its quotes."""
    quoted = re.match(r'\s*"((?:\\.|[^"\\])*)"', header)
    if quoted:
        return re.sub(r"\\(.)", r"\1", quoted[1])
    return header.partition("<")[0].strip() if "<" in header else ""


def token() -> str:
    """A fresh branch, tag or Call-ID."""
    return secrets.token_hex(8)


def digest(challenge: str, user: str, password: str, method: str, uri: str) -> str:
    """The value of the Authorization header that answers a WWW-Authenticate or Proxy-Authenticate."""
    given = {
        name.lower(): quoted or bare for name, quoted, bare in re.findall(r'(\w+)=(?:"([^"]*)"|([^,\s]+))', challenge)
    }
    algorithm = given.get("algorithm", "MD5")
    kind = hashlib.sha256 if algorithm.upper().startswith("SHA-256") else hashlib.md5

    def hashed(*parts: str) -> str:
        return kind(":".join(parts).encode()).hexdigest()

    first = hashed(user, given["realm"], password)
    second = hashed(method, uri)
    fields = {"username": user, "realm": given["realm"], "nonce": given["nonce"], "uri": uri}
    plain = {"algorithm": algorithm}
    if "auth" in given.get("qop", "").split(","):
        cnonce, count = token(), "00000001"
        fields["cnonce"] = cnonce
        plain |= {"qop": "auth", "nc": count}
        fields["response"] = hashed(first, given["nonce"], count, cnonce, "auth", second)
    else:
        fields["response"] = hashed(first, given["nonce"], second)
    if "opaque" in given:
        fields["opaque"] = given["opaque"]
    parts = [f'{name}="{value}"' for name, value in fields.items()] + [f"{n}={v}" for n, v in plain.items()]
    return "Digest " + ", ".join(parts)


def _title(name: str) -> str:
    special = {"cseq": "CSeq", "call-id": "Call-ID", "www-authenticate": "WWW-Authenticate"}
    return special.get(name, name.title())
