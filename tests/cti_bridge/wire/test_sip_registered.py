"""The switch's word that a phone is registered, and what is not."""

import pytest

from cti_bridge.wire.sip_registered import confirms_registration

YES = "SIP/2.0 200 OK\r\nCSeq: 2 REGISTER\r\nContact: <sip:x@y.invalid;transport=ws>;expires=119\r\n\r\n"


def test_a_binding_is_confirmed() -> None:
    assert confirms_registration(YES)
    assert confirms_registration(YES.replace("CSeq: 2 ", "cseq :\t17 ").replace("Contact", "m"))


@pytest.mark.parametrize(
    "message",
    [
        YES.replace("200 OK", "401 Unauthorized"),
        YES.replace("REGISTER", "INVITE"),
        YES.replace("Contact", "X-Contact"),
        "SIP/2.0 200 OK\r\nCSeq: 2 INVITE\r\n\r\nCSeq: 1 REGISTER\r\nContact: x\r\n",
        "REGISTER sip:x SIP/2.0\r\nCSeq: 2 REGISTER\r\nContact: x\r\n\r\n",
        "",
        "\r\n\r\n",
    ],
)
def test_anything_else_is_not(message: str) -> None:
    assert not confirms_registration(message)
