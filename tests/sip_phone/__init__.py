"""A SIP phone for tests: UDP only, no raw socket, no root; every step with its monotonic time.

    with Phone(server=("127.0.0.1", 5060), host="127.0.0.3", user="1001", password="secret") as phone:
        phone.register()
        phone.behaviour = Answer(after=0.5, talk=3)
        call = phone.expect_ring(timeout=5)
        call.wait_ended(10)

Where things are: `message` the text of SIP, `sdp` session descriptions, `audio` G.711, tones and
their detection, `rtp` the stream of one call, `transaction` requests with their repetitions,
`call` one call, `phone` the phone, `network` the one thread on which all phones live.
"""

from tests.sip_phone.behaviour import Answer, Behaviour, Dead, Reject, Ring
from tests.sip_phone.call import Call, CallError, Step
from tests.sip_phone.phone import Phone

__all__ = ["Answer", "Behaviour", "Call", "CallError", "Dead", "Phone", "Reject", "Ring", "Step"]
