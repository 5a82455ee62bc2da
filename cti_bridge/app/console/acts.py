"""Acts on calls, over call control: wishes as it takes them, its refusals in the console's words.

What is wrong with the wish itself (a number that is none, an agent who does not exist) is told by its field; what is
not possible as the call is now, with the call as it is.
"""

from collections.abc import Callable, Mapping
from typing import Final, NoReturn, TypeVar

import structlog
from twisted.internet.defer import Deferred

from agent_console.documents.desk import ActName, Consult, DeskContact, Dial, Drop, ExtendWrapUp, SendDigits, SetOutcome
from agent_console.documents.desk import Transfer as TransferWish
from agent_console.documents.problems import FieldProblem
from agent_console.documents.supervision import Monitor, Monitored
from agent_console.documents.values import Wish
from agent_console.errors import (
    ConsoleError,
    EditedMeanwhileError,
    ForbiddenError,
    InvalidError,
    NoDeskError,
    NotFoundError,
    StateChangedError,
    UnavailableError,
)
from agent_console.http.etags import ANY
from cti_bridge.app.console.desk_contacts import desk_contact_doc
from cti_bridge.app.console.rows import Rows
from cti_bridge.shell.call_control import desk_contact as made
from cti_bridge.shell.call_control import spies
from cti_bridge.shell.call_control.control import CallControl
from cti_bridge.shell.call_control.lines import Outcome
from cti_bridge.shell.call_control.refused import ActRefused
from cti_bridge.shell.call_control.situations import REASONS
from cti_bridge.shell.call_control.wishes import Details
from cti_bridge.shell.flavours import to_future
from facts.ids import AgentId, ContactId, CustomerId, QueueName

log = structlog.get_logger(__name__)
T = TypeVar("T")

WAYS_OUT: Final[Mapping[str, str]] = {
    "number_invalid": "write it as +4930123456, or as it is dialled here",
    "unknown_agent": "GET /api/v1/desk/directory lists whom there is",
    "unknown_queue": "GET /api/v1/queues lists them",
    "unknown_flow": "GET /api/v1/desk/directory lists them",
    "to_oneself": "choose somebody else",
    "no_such_party": "choose one of the contact's parties",
    "digits_invalid": "send the keys as they are on a telephone",
    "unknown_disposition": "GET /api/v1/dispositions lists them",
}
"""What is wrong with a wish whatever the call does, and what to do."""

FIELDS: Final[Mapping[str, str]] = {
    "digits_invalid": "body.digits",
    "unknown_disposition": "body.disposition",
    "no_such_party": "body.party",
}
"""The field that such a reason is about, where it is not the act's own target."""

TARGETS: Final[Mapping[str, str]] = {"dial": "body.number", "move": "body.queue"}
"""The field that says whom an act is about; ``body.to`` for all others."""

NOT_FOUND: Final = frozenset({"over", "not_at_this_desk"})


class Acts:
    """What agents and supervisors do with calls."""

    def __init__(self, control: CallControl, rows: Rows) -> None:
        self._control = control
        self._rows = rows

    # -- looking -----------------------------------------------------------------------------------------------------

    def contacts(self, agent: str) -> list[DeskContact]:
        """The contacts at a desk, the oldest first."""
        return [self._doc(contact) for contact in self._control.desks.desk(AgentId(agent))]

    def contact(self, agent: str, contact_id: str) -> DeskContact | None:
        """One of them."""
        found = self._control.desks.contact(AgentId(agent), ContactId(contact_id))
        return None if found is None else self._doc(found)

    def _doc(self, contact: made.DeskContact) -> DeskContact:
        return desk_contact_doc(contact, self._rows)

    # -- agents ------------------------------------------------------------------------------------------------------

    async def act(
        self, agent: str, contact_id: str, act: ActName, wish: Wish, *, may_fetch: bool = False
    ) -> DeskContact:
        """Do something with a contact; as it is then. Raises the console's errors.

        ``may_fetch``: whether the agent knows of it as of one that a colleague parked, and may pick it up.
        """
        reason = self._control.desks.why_not(AgentId(agent), ContactId(contact_id), act)
        if may_fetch and act == "pick_up" and reason in NOT_FOUND:
            return await self._fetch(agent, contact_id)
        if reason in NOT_FOUND:  # before anything else: whether somebody else's call goes on is not told
            self._refuse(ActRefused(reason), agent, contact_id, act)
        done = self._control.act(AgentId(agent), ContactId(contact_id), act, details_of(wish))
        return self._doc(await self._done(done, agent, contact_id, act))

    async def _fetch(self, agent: str, contact_id: str) -> DeskContact:
        """Pick up a colleague's customer: where they are gone, that is told, for the agent has seen them."""
        if self._control.lines.get(ContactId(contact_id)) is None:
            raise StateChangedError(REASONS["not_parked_any_more"], reason_id="not_parked_any_more")
        done = self._control.act(AgentId(agent), ContactId(contact_id), "pick_up")
        return self._doc(await self._done(done, agent, contact_id, "pick_up"))

    async def dial(self, agent: str, wish: Dial) -> DeskContact:
        """Call a number; ends when the agent's phone has been answered."""
        queue = None if wish.queue is None else QueueName(wish.queue)
        customer = None if wish.customer_id is None else CustomerId(wish.customer_id)
        done = self._control.dial(AgentId(agent), wish.number, queue, customer)
        return self._doc(await self._done(done, agent, "", "dial"))

    def set_outcome(self, agent: str, contact_id: str, wish: SetOutcome, *, match: str | None) -> DeskContact:
        """What came of a contact; raises `EditedMeanwhileError` when the last word is not the one of ``match``."""
        if match not in {None, ANY}:
            self._check_last_word(AgentId(agent), ContactId(contact_id), match)
        outcome = Outcome(wish.disposition, wish.resolved, wish.notes)
        try:
            found = self._control.set_outcome(AgentId(agent), ContactId(contact_id), outcome)
        except ActRefused as refused:
            self._refuse(refused, agent, contact_id, "set_outcome")
        return self._doc(found)

    def _check_last_word(self, agent: AgentId, contact_id: ContactId, match: str | None) -> None:
        dossier = self._control.desks.known(contact_id)
        if dossier is None or agent not in dossier.answered:
            return  # refused for that
        present = self._doc(self._control.desks.present(agent, contact_id))
        if present.outcome_etag != match:
            told = f"the outcome of {contact_id} was told anew since it was read: look at it again"
            raise EditedMeanwhileError(told, etag=present.outcome_etag, present=present)

    # -- supervisors -------------------------------------------------------------------------------------------------

    async def monitor(self, contact_id: str, wish: Monitor, supervisor: str, phone_of: str | None) -> Monitored:
        """Hear a talk at the supervisor's own phone."""
        if phone_of is None:
            raise NoDeskError("there is no phone to listen at: name an agent in the user's settings (users: … agent)")
        agent = None if wish.agent is None else AgentId(wish.agent)
        done = self._control.supervision.monitor(
            ContactId(contact_id), supervisor, AgentId(phone_of), wish.mode, agent_id=agent
        )
        return _monitored(await self._done(done, "", contact_id, "monitor"))

    def listening(self, agent: AgentId) -> list[Monitored]:
        """What is heard at this agent's phone."""
        return [_monitored(heard) for heard in self._control.supervision.heard_at(agent)]

    def stop_monitoring(self, contact_id: str, supervisor: str) -> None:
        """Hear it no more."""
        try:
            self._control.supervision.stop(ContactId(contact_id), supervisor)
        except ActRefused as refused:
            self._refuse(refused, "", contact_id, "stop_monitoring")

    def withdraw(self, contact_id: str, by: str) -> None:
        """Take a waiting contact out of its queue."""
        try:
            self._control.supervision.withdraw(ContactId(contact_id), by)
        except ActRefused as refused:
            self._refuse(refused, "", contact_id, "withdraw")

    async def send_back(self, contact_id: str, queue: str | None) -> None:
        """A parked contact waits again, in its queue or in another; ends when it does."""
        name = None if queue is None else QueueName(queue)
        await self._parked(lambda: self._control.parking.send_back(ContactId(contact_id), name), contact_id, "move")

    async def end_parked(self, contact_id: str) -> None:
        """Hang up on a parked customer."""
        await self._parked(lambda: self._control.parking.hang_up(ContactId(contact_id)), contact_id, "withdraw")

    async def _parked(self, begin: Callable[[], "Deferred[None]"], contact_id: str, act: str) -> None:
        try:
            done = begin()
        except ActRefused as refused:
            self._refuse(refused, "", contact_id, act)
        await self._done(done, "", contact_id, act)

    # -- refusals ----------------------------------------------------------------------------------------------------

    async def _done(self, done: "Deferred[T]", agent: str, contact_id: str, act: str) -> T:
        try:
            return await to_future(done)
        except ActRefused as refused:
            self._refuse(refused, agent, contact_id, act)

    def _refuse(self, refused: ActRefused, agent: str, contact_id: str, act: str) -> NoReturn:
        log.info("act_refused", act=act, contact_id=contact_id, reason=refused.reason_id)
        raise self._error(refused, agent, contact_id, act) from refused

    def _error(self, refused: ActRefused, agent: str, contact_id: str, act: str) -> ConsoleError:
        reason = refused.reason_id
        if reason in WAYS_OUT:
            field = FIELDS.get(reason) or TARGETS.get(act, "body.to")
            return InvalidError([FieldProblem(field=field, rule=refused.words, way_out=WAYS_OUT[reason])])
        if reason == "number_denied":
            return ForbiddenError(f"{refused.words}: see calls.dialling in the settings")
        if reason == "switch_lost":
            return UnavailableError(refused.words)
        present = self._present(refused, agent, contact_id)
        if reason in NOT_FOUND and present is None:
            return NotFoundError(f"the contact {contact_id!r} is not at this desk: GET /api/v1/desk shows what is")
        return StateChangedError(str(refused), present, reason_id=reason)

    def _present(self, refused: ActRefused, agent: str, contact_id: str) -> DeskContact | None:
        """The contact as the agent may see it: one that was at this desk, and no other."""
        if refused.present is not None:
            return self._doc(refused.present)
        desks = self._control.desks
        dossier = desks.known(ContactId(contact_id))
        if dossier is None or AgentId(agent) not in {*dossier.answered, *dossier.waited}:
            return None
        return self._doc(desks.present(AgentId(agent), ContactId(contact_id)))


def _monitored(heard: spies.Monitored) -> Monitored:
    return Monitored(
        contact_id=heard.contact_id,
        agent=heard.agent_id,
        mode=heard.mode,
        supervisor=heard.supervisor,
        phone_awaited=heard.awaits,
    )


def details_of(wish: Wish) -> Details:
    """An act's own document, as call control takes it."""
    match wish:
        case TransferWish() | Consult():
            return Details(to_kind=wish.to_kind, to=wish.to)
        case Drop():
            return Details(party=wish.party)
        case SendDigits():
            return Details(digits=wish.digits)
        case ExtendWrapUp():
            return Details(by_s=wish.by_s)
        case _:
            return Details()
