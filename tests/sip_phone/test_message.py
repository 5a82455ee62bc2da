"""The text of SIP."""

import pytest

from tests.sip_phone import message, sdp

INVITE = (
    b"INVITE sip:8123@127.0.0.1:5060 SIP/2.0\r\n"
    b"v: SIP/2.0/UDP 127.0.0.2:5070;rport;branch=z9hG4bKabc\r\n"
    b'f: "A \\"B\\" <c>" <sip:5551234@127.0.0.2>;tag=77\r\n'
    b"To: <sip:8123@127.0.0.1>\r\n"
    b"Call-ID: one@here\r\nCSeq: 7 INVITE\r\nContact: <sip:x@127.0.0.2:5070;ob>\r\nl: 4\r\n\r\nbody"
)


def test_a_request_is_read() -> None:
    invite = message.parse(INVITE)
    assert (invite.method, invite.uri, invite.body) == ("INVITE", "sip:8123@127.0.0.1:5060", "body")
    assert invite.branch == "z9hG4bKabc"
    assert invite.cseq == (7, "INVITE")
    assert message.user_of(invite.get("from")) == "5551234"
    assert message.display_of(invite.get("from")) == 'A "B" <c>'
    assert message.parameter(invite.get("from"), "tag") == "77"
    assert message.uri_of(invite.get("Contact")) == "sip:x@127.0.0.2:5070;ob"


def test_writing_and_reading_again_is_the_same() -> None:
    invite = message.parse(INVITE)
    assert message.parse(invite.encode()) == invite


@pytest.mark.parametrize("data", [b"", b"hello\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n"])
def test_what_is_not_sip_is_refused(data: bytes) -> None:
    with pytest.raises(message.SipError):
        message.parse(data)


def test_the_digest_of_the_standard() -> None:
    # RFC 2617 section 3.5 without qop: the answer depends on nothing that we draw
    challenge = 'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc"'
    answer = message.digest(challenge, "Mufasa", "Circle Of Life", "GET", "/dir/index.html")
    assert 'response="670fd8c2df070c60b045671b8b24ff02"' in answer
    assert 'opaque="5ccc"' in answer


def test_a_description_says_what_it_holds() -> None:
    session = sdp.Session("127.0.0.3", 4000, ("PCMU", "PCMA"), 101, "sendonly")
    assert sdp.parse(session.encode(1, 1)) == session


def test_key_events_may_have_any_number() -> None:
    text = sdp.Session("h", 1, ("PCMA",), 96).encode(1, 1)
    assert sdp.parse(text).events == 96
    assert sdp.parse(sdp.Session("h", 1, ("PCMA",), None).encode(1, 1)).events is None
