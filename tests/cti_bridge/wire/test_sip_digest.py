"""Digests put right on the way: against the RFC's own examples, and against a phone that tries to be another."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti_bridge.wire.sip_digest import DigestRefused, sign

RFC2617 = (
    'Digest username="Mufasa",\r\n realm="testrealm@host.com"'.replace("\r\n", "")
    + ', nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", uri="/dir/index.html", qop=auth, nc=00000001, '
    'cnonce="0a4f113b", response="0", opaque="5ccc069c403ebaf9f0171e9517f40e41"'
)
"""The example of RFC 2617, section 3.5, with a wrong response."""


def request(authorization: str, *more: str, method: str = "REGISTER", body: str = "") -> str:
    lines = (f"{method} sip:cordboard.invalid SIP/2.0", "CSeq: 2 REGISTER", *more, f"Authorization: {authorization}")
    return "\r\n".join((*lines, "Content-Length: 0", "", body))


def response(message: str) -> str:
    return str(re.findall(r'response="?([0-9a-f]+)', message)[0])


def test_the_rfc_s_example() -> None:
    message = request(RFC2617, method="GET")
    signed = sign(message, "Mufasa", "Circle Of Life")
    assert response(signed) == "6629fae49393a05397450978507c4ef1"
    assert signed.replace("6629fae49393a05397450978507c4ef1", "0") == message


def test_a_challenge_without_quality_as_in_rfc_2069() -> None:
    values = 'Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"'
    message = request(f'{values}, uri="/dir/index.html", response=wrong', method="GET")
    assert "response=1949323746fe6a43ef61f9606e7febea\r\n" in sign(message, "Mufasa", "CircleOfLife")


def test_what_has_no_digest_passes_untouched() -> None:
    for message in ("\r\n\r\n", "", "SIP/2.0 200 OK\r\nCSeq: 1 INVITE\r\n\r\n", "INVITE sip:1@x SIP/2.0\r\n\r\n"):
        assert sign(message, "1101", "secret") == message
    in_the_body = "MESSAGE sip:1@x SIP/2.0\r\n\r\nAuthorization: Digest username=x"
    assert sign(in_the_body, "1101", "secret") == in_the_body


GOOD = 'Digest username="1101", realm="asterisk", nonce="n", uri="sip:x", response="0"'


@pytest.mark.parametrize(
    "message",
    [
        request(GOOD.replace("1101", "1102")),
        request(GOOD, f"Proxy-Authorization: {GOOD}"),
        request(f'{GOOD}, username="1102"'),
        request(f'{GOOD}, response="1"'),
        request(GOOD.replace("response", "answer")),
        request(GOOD.replace("nonce", "once")),
        request(f"{GOOD}, algorithm=SHA-256"),
        request(f"{GOOD}, qop=auth-int, nc=1, cnonce=c"),
        request("Basic MTEwMTpzZWNyZXQ="),
        request(GOOD).replace("REGISTER sip:cordboard.invalid SIP/2.0\r\n", "SIP/2.0 401 Unauthorized\r\n"),
    ],
)
def test_what_no_phone_of_ours_says_is_refused(message: str) -> None:
    with pytest.raises(DigestRefused) as refused:
        sign(message, "1101", "secret")
    assert "secret" not in str(refused.value)


@given(st.text(max_size=300), st.text(max_size=300))
def test_whatever_is_said_the_password_does_not_come_out(before: str, after: str) -> None:
    message = request(f"{before}{GOOD}{after}")
    try:
        signed = sign(message, "1101", "ThePassword")
    except DigestRefused:
        return
    assert "ThePassword" not in signed
    assert len(signed) <= len(message) + 32
