"""Whether a SIP message is the switch's word that a phone is registered."""

import re
from typing import Final

_SAYS_YES: Final = re.compile(r"SIP/2\.0 200 ")
_TO_REGISTER: Final = re.compile(r"^CSeq[ \t]*:[ \t]*\d+[ \t]+REGISTER[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_HAS_CONTACT: Final = re.compile(r"^(?:Contact|m)[ \t]*:", re.IGNORECASE | re.MULTILINE)


def confirms_registration(message: str) -> bool:
    """True of a 200 to a REGISTER that leaves a binding; one that takes the last away names no contact (RFC 3261)."""
    if not _SAYS_YES.match(message):
        return False
    head = message.partition("\r\n\r\n")[0]
    return bool(_TO_REGISTER.search(head) and _HAS_CONTACT.search(head))
