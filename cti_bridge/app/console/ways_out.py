"""What to do about a mistake of the settings whose message says what is wrong, and no more. Pure."""

import re
from collections.abc import Sequence
from typing import Final

WAY_OUT: Final = "correct it; docs/settings.md tells what is accepted"

WAYS: Final[Sequence[tuple[re.Pattern[str], str]]] = [
    (re.compile(rule, re.DOTALL), way_out)
    for rule, way_out in (
        (r"is missing", "add it"),
        (r"has to be true or false", "send true or false"),
        (r"has to be a mapping .*", "write it as keys with their values"),
        (r"has to be a finite number", "send a number with digits"),
        (r"has to be a number", "send a number"),
        (r"has to be a whole number", "send a whole number"),
        (r"has to be a text", "send a text in quotes"),
        (r"has to be a list", "send a list"),
        (r"has to be the path of .*", "name a file or folder"),
        (r"has to be one of .*", "choose one of these"),
        (r"has to be above (\S+)", r"send more than \1"),
        (r"has to be below (\S+)", r"send less than \1"),
        (r"has to be (\S+) or more", r"send \1 or more"),
        (r"has to be (\S+) or less", r"send \1 or less"),
        (r"has more than (\S+) characters", r"shorten it to \1 characters"),
        (r"needs (\S+) characters at least", r"write \1 or more characters"),
        (r"a (user's )?name is .*", "choose another name"),
        (r"has to be digits, .*|only digits, .*", "write digits only"),
        (r"has characters that are not allowed .*|control characters .*", "leave those characters out"),
        (r"is negative", "send 0 or more"),
        (r"must be more than 0", "send more than 0"),
        (r"at least one .*|an agent needs at least one .*", "send 1 or more"),
        (r"is not from (\S+) to (\S+)|level \S+ is not from .*", "choose a number between these"),
        (r"level \S+ is not lower .*", "choose a lower level"),
        (r"no agent has the skill .*", "give it to an agent first, or name a skill that somebody has"),
        (r"no agent is in the reserve group .*", "put an agent into it first, or name another group"),
        (r".* is not in the policy", "add it first, or name one that is there"),
        (
            r"skill .* by an earlier step|.* is not required, .*|changes nothing",
            "leave it out, or let it change something",
        ),
        (r"names no .*", "name one"),
        (r"is empty, but .*", "name somebody, or change what goes by it"),
        (r"a limit of 0 .*", "send more than 0"),
        (r"overflows into itself", "name another queue"),
        (r"ends before it begins", "let it end after it begins"),
        (r"begins before .*", "let it begin later, or join both"),
        (r"is already dialled for .*", "choose other digits"),
        (r"a URL begins with .*", "begin it with its kind"),
        (r".* \(column \d+ of the requirement\)", "write it like `english>=3 & (billing>=2 | not sales)`"),
    )
]
"""By the whole of a rule; the first that fits."""


def way_out_of(rule: str) -> str:
    """What to do where this is broken."""
    for pattern, way_out in WAYS:
        found = pattern.fullmatch(rule)
        if found is not None:
            return found.expand(way_out)
    return WAY_OUT
