"""Which version of a thing a request changes: ETags, asked for wherever two people may edit the same."""

from typing import Annotated, Final

from fastapi import Depends, Header, Response

from agent_console.errors import MatchNeededError

ANY: Final = "*"
"""``If-Match: *``: whatever version there is; of what is not there, none is."""

ANY_THERE: Final = "`*`: whatever it is, but it has to be there."

LONGEST_NUMBER: Final = 17
"""Digits of an instant, the largest number that is made an ETag."""


def quoted(etag: str) -> str:
    """An ETag as HTTP has it."""
    return f'"{etag}"'


def tag(response: Response, etag: str) -> None:
    """Tell the version of what is answered."""
    response.headers["ETag"] = quoted(etag)


def number_in(match: str) -> int | None:
    """The number that an ETag made of one names; None: whatever version there is. No ETag of ours is -1, of none."""
    if match == ANY:
        return None
    return int(match) if match.isascii() and match.isdigit() and len(match) <= LONGEST_NUMBER else -1


def _bare(header: str) -> str:
    return header.strip().removeprefix("W/").strip('"')


def match_needed(
    if_match: Annotated[
        str | None, Header(max_length=200, description=f"The ETag of the version that was read; {ANY_THERE}")
    ] = None,
) -> str:
    """The version that the request changes; raises `MatchNeededError`."""
    if if_match is None:
        raise MatchNeededError("send If-Match with the ETag that you read: GET tells it")
    return _bare(if_match)


def match_or_new(
    if_match: Annotated[
        str | None, Header(max_length=200, description=f"The ETag of the version that was read; {ANY_THERE}")
    ] = None,
    if_none_match: Annotated[str | None, Header(max_length=200, description="`*`: it must not be there yet.")] = None,
) -> str | None:
    """The version that the request changes; None: there must be none yet. Raises `MatchNeededError`."""
    if if_match is not None:
        return _bare(if_match)
    if if_none_match is not None and _bare(if_none_match) == ANY:
        return None
    raise MatchNeededError("send If-Match with the ETag that you read, or If-None-Match: * to make a new one")


def match_if_given(
    if_match: Annotated[
        str | None, Header(max_length=200, description="The ETag of the version that was read; absent: any.")
    ] = None,
) -> str | None:
    """The version that the request changes; None: whatever there is."""
    return None if if_match is None else _bare(if_match)


Match = Annotated[str, Depends(match_needed)]
MatchOrNew = Annotated[str | None, Depends(match_or_new)]
MatchIfGiven = Annotated[str | None, Depends(match_if_given)]
