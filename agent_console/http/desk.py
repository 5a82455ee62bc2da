"""The agent's own desk, and the acts on the contacts at it."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Response

from agent_console.documents.desk import (
    ActName,
    Consult,
    Desk,
    DeskContact,
    DeskSignIn,
    DeskState,
    Dial,
    DirectoryEntry,
    Drop,
    ExtendWrapUp,
    NoDetails,
    NotReady,
    PersonalFigures,
    PhoneReport,
    SendDigits,
    SetOutcome,
    Transfer,
)
from agent_console.documents.values import Page, Wish
from agent_console.errors import UnavailableError
from agent_console.http.access import Sight
from agent_console.http.etags import MatchIfGiven, tag
from agent_console.http.floor import hidden_queues
from agent_console.http.guard import Daemon, OwnAgent, Seen, Who
from agent_console.ports import Desks, Ports

router = APIRouter(tags=["desk"])

ContactPath = Annotated[str, Path(max_length=200)]


def _desks(ports: Ports) -> Desks:
    if ports.desks is None:
        raise UnavailableError("this daemon has no desks")
    return ports.desks


@router.get("/desk")
async def get_desk(ports: Daemon, agent: OwnAgent) -> Desk:
    """Everything on one's own desk: what a page shows that has just been loaded."""
    return _desks(ports).desk(agent)


@router.post("/desk/sign-in")
async def desk_sign_in(ports: Daemon, agent: OwnAgent, who: Who, wish: DeskSignIn | None = None) -> DeskState:
    """Begin to work; not ready until one says so."""
    return await _desks(ports).sign_in(agent, None if wish is None else wish.phone, who.user)


@router.post("/desk/sign-out")
async def desk_sign_out(ports: Daemon, agent: OwnAgent, who: Who) -> DeskState:
    """End the shift; during a contact, after it."""
    return await _desks(ports).sign_out(agent, who.user)


@router.post("/desk/ready")
async def desk_ready(ports: Daemon, agent: OwnAgent, who: Who) -> DeskState:
    """Want contacts; during a contact it is pending."""
    return await _desks(ports).ready(agent, who.user)


@router.post("/desk/not-ready")
async def desk_not_ready(ports: Daemon, agent: OwnAgent, who: Who, wish: NotReady) -> DeskState:
    """Want no contacts, for a reason; during a contact it is pending."""
    return await _desks(ports).not_ready(agent, wish.reason, who.user)


@router.post("/desk/calls")
async def dial(ports: Daemon, agent: OwnAgent, who: Who, sight: Seen, wish: Dial) -> DeskContact:
    """Call a number: one's own phone rings, then the number is dialled."""
    return await _desks(ports).dial(agent, wish, who.user, hidden=hidden_queues(ports, sight))


@router.post("/desk/phone", status_code=HTTPStatus.NO_CONTENT)
async def report_phone(ports: Daemon, agent: OwnAgent, wish: PhoneReport) -> None:
    """Tell how the sound of one's browser phone is in the present talk; supervisors and the contact's story show it."""
    if ports.web_phones is None:
        raise UnavailableError("this daemon has no phones for browsers")
    ports.web_phones.report(agent, wish)


@router.get("/desk/figures")
async def get_own_figures(ports: Daemon, agent: OwnAgent) -> PersonalFigures:
    """One's own figures of today."""
    return _desks(ports).figures(agent)


@router.get("/desk/directory")
async def search_directory(
    ports: Daemon, agent: OwnAgent, q: Annotated[str, Query(max_length=100)] = ""
) -> Page[DirectoryEntry]:
    """Whom one can transfer to or consult: agents, queues, numbers and flows that fit the words, with their state."""
    return Page(items=[entry for entry in _desks(ports).directory(q) if (entry.kind, entry.to) != ("agent", agent)])


@router.put("/contacts/{contact_id}/outcome")
async def set_outcome(
    *,
    ports: Daemon,
    agent: OwnAgent,
    who: Who,
    contact_id: ContactPath,
    wish: SetOutcome,
    match: MatchIfGiven,
    response: Response,
) -> DeskContact:
    """What came of a contact that one has, or had; the last word counts. `If-Match`: only if nobody told it anew.

    The ETag also changes when the contact's person is erased: notes from before are refused with 412. Without
    `If-Match`, or with `*`, notes are taken as they are.
    """
    found = await _desks(ports).set_outcome(agent, contact_id, wish, who.user, match=match)
    tag(response, found.outcome_etag)
    return found


# -- acts ------------------------------------------------------------------------------------------------------------

ACTS: Final[Mapping[ActName, tuple[type[Wish], str]]] = MappingProxyType(
    {
        "answer": (NoDetails, "Take the call that rings: the phone is told to answer."),
        "reject": (NoDetails, "Refuse the call that rings; it goes on to somebody else."),
        "hold": (NoDetails, "The customer hears music."),
        "retrieve": (NoDetails, "Talk with the customer again."),
        "mute": (NoDetails, "Nobody hears one's own voice."),
        "unmute": (NoDetails, "One's own voice is heard again."),
        "transfer": (Transfer, "Hand the customer over at once: to an agent, a queue, a number or a voice menu."),
        "consult": (Consult, "Ask an agent or a number while the customer is on hold."),
        "complete": (NoDetails, "Hand the customer over to whom one asked, and leave."),
        "cancel": (NoDetails, "End the consultation and talk with the customer again."),
        "swap": (NoDetails, "Talk with the other of the two: customer or who was asked."),
        "conference": (NoDetails, "All three talk together."),
        "drop": (Drop, "End one party's part in a conference or a consultation."),
        "leave": (NoDetails, "Leave a conference; the others go on."),
        "hang_up": (NoDetails, "End the call."),
        "send_digits": (SendDigits, "Press keys towards the other side."),
        "park": (NoDetails, "Leave the customer waiting to be picked up, and be free."),
        "pick_up": (NoDetails, "Take a customer whom oneself or a colleague parked: `GET /parked` lists them."),
        "record_start": (NoDetails, "Begin to record the talk."),
        "record_pause": (NoDetails, "Record silence, as while a card number is told."),
        "record_resume": (NoDetails, "Record the talk again."),
        "record_stop": (NoDetails, "The recording ends."),
        "end_wrap_up": (NoDetails, "The work after the contact is done."),
        "extend_wrap_up": (ExtendWrapUp, "The work after the contact takes longer."),
    }
)
"""Each act with its body and what it does."""


def _may_fetch(ports: Ports, sight: Sight, contact_id: str) -> bool:
    """Whether an agent whom somebody sees parked the contact: those one may pick up."""
    parker = ports.floor.parker_of(contact_id)
    row = None if parker is None else ports.floor.agent(parker)
    return row is not None and sight.agent(row)


def _endpoint(act: ActName, body: type[Wish], text: str) -> Callable[..., Any]:
    async def endpoint(
        ports: Daemon, agent: OwnAgent, sight: Seen, contact_id: ContactPath, wish: Any = None
    ) -> DeskContact:
        may_fetch = act == "pick_up" and _may_fetch(ports, sight, contact_id)
        details = body() if wish is None else wish
        return await _desks(ports).act(agent, contact_id, act, details, sight.identity.user, may_fetch=may_fetch)

    endpoint.__annotations__["wish"] = (body | None) if body is NoDetails else body
    if body is not NoDetails:
        endpoint.__defaults__ = ()
    endpoint.__doc__ = text
    return endpoint


for _act, (_body, _text) in ACTS.items():
    router.post(f"/contacts/{{contact_id}}/acts/{_act}", name=f"{_act}_contact")(_endpoint(_act, _body, _text))
