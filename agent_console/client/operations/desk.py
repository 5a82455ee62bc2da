"""Operations of the API: desk.

Made by tools/write_client_operations.py from the API's description: change that, and run it again.
"""

from agent_console.client.requests import Requests, path_part
from agent_console.documents.desk import (
    Consult,
    Desk,
    DeskContact,
    DeskSignIn,
    DeskState,
    Dial,
    DirectoryEntry,
    Drop,
    ExtendWrapUp,
    NotReady,
    PersonalFigures,
    PhoneReport,
    SendDigits,
    SetOutcome,
    Transfer,
)
from agent_console.documents.values import Page


class DeskOperations(Requests):
    """Operations on desk."""

    async def get_desk(self) -> Desk:
        """Everything on one's own desk: what a page shows that has just been loaded."""
        return await self._get(Desk, "GET", "/api/v1/desk")

    async def desk_sign_in(self, wish: DeskSignIn | None = None) -> DeskState:
        """Begin to work; not ready until one says so."""
        return await self._get(DeskState, "POST", "/api/v1/desk/sign-in", wish=wish)

    async def desk_sign_out(self) -> DeskState:
        """End the shift; during a contact, after it."""
        return await self._get(DeskState, "POST", "/api/v1/desk/sign-out")

    async def desk_ready(self) -> DeskState:
        """Want contacts; during a contact it is pending."""
        return await self._get(DeskState, "POST", "/api/v1/desk/ready")

    async def desk_not_ready(self, wish: NotReady) -> DeskState:
        """Want no contacts, for a reason; during a contact it is pending."""
        return await self._get(DeskState, "POST", "/api/v1/desk/not-ready", wish=wish)

    async def dial(self, wish: Dial) -> DeskContact:
        """Call a number: one's own phone rings, then the number is dialled."""
        return await self._get(DeskContact, "POST", "/api/v1/desk/calls", wish=wish)

    async def report_phone(self, wish: PhoneReport) -> None:
        """Tell how the sound of one's browser phone is in the present talk; supervisors and the contact's story show it."""  # noqa: E501 - as the API says it
        await self._do("POST", "/api/v1/desk/phone", wish=wish)

    async def get_own_figures(self) -> PersonalFigures:
        """One's own figures of today."""
        return await self._get(PersonalFigures, "GET", "/api/v1/desk/figures")

    async def search_directory(self, *, q: str = "") -> Page[DirectoryEntry]:
        """Whom one can transfer to or consult: agents, queues, numbers and flows that fit the words, with their state."""  # noqa: E501 - as the API says it
        return await self._get(Page[DirectoryEntry], "GET", "/api/v1/desk/directory", query={"q": q})

    async def set_outcome(self, contact_id: str, wish: SetOutcome, *, match: str | None = None) -> DeskContact:
        """What came of a contact that one has, or had; the last word counts. `If-Match`: only if nobody told it anew.

        The ETag also changes when the contact's person is erased: notes from before are refused with 412. Without
        `If-Match`, or with `*`, notes are taken as they are.
        """
        return await self._get(
            DeskContact, "PUT", f"/api/v1/contacts/{path_part(contact_id)}/outcome", wish=wish, match=match
        )

    async def answer_contact(self, contact_id: str) -> DeskContact:
        """Take the call that rings: the phone is told to answer."""
        return await self._get(DeskContact, "POST", f"/api/v1/contacts/{path_part(contact_id)}/acts/answer")

    async def reject_contact(self, contact_id: str) -> DeskContact:
        """Refuse the call that rings; it goes on to somebody else."""
        return await self._get(DeskContact, "POST", f"/api/v1/contacts/{path_part(contact_id)}/acts/reject")

    async def hold_contact(self, contact_id: str) -> DeskContact:
        """The customer hears music."""
        return await self._get(DeskContact, "POST", f"/api/v1/contacts/{path_part(contact_id)}/acts/hold")

    async def retrieve_contact(self, contact_id: str) -> DeskContact:
        """Talk with the customer again."""
        return await self._get(DeskContact, "POST", f"/api/v1/contacts/{path_part(contact_id)}/acts/retrieve")

    async def mute_contact(self, contact_id: str) -> DeskContact:
        """Nobody hears one's own voice."""
        return await self._get(DeskContact, "POST", f"/api/v1/contacts/{path_part(contact_id)}/acts/mute")

    async def unmute_contact(self, contact_id: str) -> DeskContact:
        """One's own voice is heard again."""
        return await self._get(DeskContact, "POST", f"/api/v1/contacts/{path_part(contact_id)}/acts/unmute")

    async def transfer_contact(self, contact_id: str, wish: Transfer) -> DeskContact:
        """Hand the customer over at once: to an agent, a queue, a number or a voice menu."""
        return await self._get(
            DeskContact, "POST", f"/api/v1/contacts/{path_part(contact_id)}/acts/transfer", wish=wish
        )

    async def consult_contact(self, contact_id: str, wish: Consult) -> DeskContact:
        """Ask an agent or a number while the customer is on hold."""
        return await self._get(DeskContact, "POST", f"/api/v1/contacts/{path_part(contact_id)}/acts/consult", wish=wish)

    async def complete_contact(self, contact_id: str) -> DeskContact:
        """Hand the customer over to whom one asked, and leave."""
        return await self._get(DeskContact, "POST", f"/api/v1/contacts/{path_part(contact_id)}/acts/complete")

    async def cancel_contact(self, contact_id: str) -> DeskContact:
        """End the consultation and talk with the customer again."""
        return await self._get(DeskContact, "POST", f"/api/v1/contacts/{path_part(contact_id)}/acts/cancel")

    async def swap_contact(self, contact_id: str) -> DeskContact:
        """Talk with the other of the two: customer or who was asked."""
        return await self._get(DeskContact, "POST", f"/api/v1/contacts/{path_part(contact_id)}/acts/swap")

    async def conference_contact(self, contact_id: str) -> DeskContact:
        """All three talk together."""
        return await self._get(DeskContact, "POST", f"/api/v1/contacts/{path_part(contact_id)}/acts/conference")

    async def drop_contact(self, contact_id: str, wish: Drop) -> DeskContact:
        """End one party's part in a conference or a consultation."""
        return await self._get(DeskContact, "POST", f"/api/v1/contacts/{path_part(contact_id)}/acts/drop", wish=wish)

    async def leave_contact(self, contact_id: str) -> DeskContact:
        """Leave a conference; the others go on."""
        return await self._get(DeskContact, "POST", f"/api/v1/contacts/{path_part(contact_id)}/acts/leave")

    async def hang_up_contact(self, contact_id: str) -> DeskContact:
        """End the call."""
        return await self._get(DeskContact, "POST", f"/api/v1/contacts/{path_part(contact_id)}/acts/hang_up")

    async def send_digits_contact(self, contact_id: str, wish: SendDigits) -> DeskContact:
        """Press keys towards the other side."""
        return await self._get(
            DeskContact, "POST", f"/api/v1/contacts/{path_part(contact_id)}/acts/send_digits", wish=wish
        )

    async def park_contact(self, contact_id: str) -> DeskContact:
        """Leave the customer waiting to be picked up, and be free."""
        return await self._get(DeskContact, "POST", f"/api/v1/contacts/{path_part(contact_id)}/acts/park")

    async def pick_up_contact(self, contact_id: str) -> DeskContact:
        """Take a customer whom oneself or a colleague parked: `GET /parked` lists them."""
        return await self._get(DeskContact, "POST", f"/api/v1/contacts/{path_part(contact_id)}/acts/pick_up")

    async def record_start_contact(self, contact_id: str) -> DeskContact:
        """Begin to record the talk."""
        return await self._get(DeskContact, "POST", f"/api/v1/contacts/{path_part(contact_id)}/acts/record_start")

    async def record_pause_contact(self, contact_id: str) -> DeskContact:
        """Record silence, as while a card number is told."""
        return await self._get(DeskContact, "POST", f"/api/v1/contacts/{path_part(contact_id)}/acts/record_pause")

    async def record_resume_contact(self, contact_id: str) -> DeskContact:
        """Record the talk again."""
        return await self._get(DeskContact, "POST", f"/api/v1/contacts/{path_part(contact_id)}/acts/record_resume")

    async def record_stop_contact(self, contact_id: str) -> DeskContact:
        """The recording ends."""
        return await self._get(DeskContact, "POST", f"/api/v1/contacts/{path_part(contact_id)}/acts/record_stop")

    async def end_wrap_up_contact(self, contact_id: str) -> DeskContact:
        """The work after the contact is done."""
        return await self._get(DeskContact, "POST", f"/api/v1/contacts/{path_part(contact_id)}/acts/end_wrap_up")

    async def extend_wrap_up_contact(self, contact_id: str, wish: ExtendWrapUp) -> DeskContact:
        """The work after the contact takes longer."""
        return await self._get(
            DeskContact, "POST", f"/api/v1/contacts/{path_part(contact_id)}/acts/extend_wrap_up", wish=wish
        )
