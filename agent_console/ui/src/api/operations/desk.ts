// Made by tools/write_console_operations.py from the API's description: change that, and run it again.
//
// Each ends with the document, or with a `Problem`. The session's CSRF token is sent by itself; `match` is the ETag
// that was read, `*` for whatever there is.

import { api, type Options } from "../client";
import type {
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
} from "../documents";
import type { Page } from "../pages";

/** Everything on one's own desk: what a page shows that has just been loaded. */
export function getDesk(options: Options = {}): Promise<Desk> {
  return api.ask("GET", "/desk", options);
}

/** Begin to work; not ready until one says so. */
export function deskSignIn(wish: DeskSignIn | null, options: Options = {}): Promise<DeskState> {
  return api.ask("POST", "/desk/sign-in", { body: wish, ...options });
}

/** End the shift; during a contact, after it. */
export function deskSignOut(options: Options = {}): Promise<DeskState> {
  return api.ask("POST", "/desk/sign-out", options);
}

/** Want contacts; during a contact it is pending. */
export function deskReady(options: Options = {}): Promise<DeskState> {
  return api.ask("POST", "/desk/ready", options);
}

/** Want no contacts, for a reason; during a contact it is pending. */
export function deskNotReady(wish: NotReady, options: Options = {}): Promise<DeskState> {
  return api.ask("POST", "/desk/not-ready", { body: wish, ...options });
}

/** Call a number: one's own phone rings, then the number is dialled. */
export function dial(wish: Dial, options: Options = {}): Promise<DeskContact> {
  return api.ask("POST", "/desk/calls", { body: wish, ...options });
}

/** Tell how the sound of one's browser phone is in the present talk; supervisors and the contact's story show it. */
export function reportPhone(wish: PhoneReport, options: Options = {}): Promise<void> {
  return api.ask("POST", "/desk/phone", { body: wish, ...options });
}

/** One's own figures of today. */
export function getOwnFigures(options: Options = {}): Promise<PersonalFigures> {
  return api.ask("GET", "/desk/figures", options);
}

/** Whom one can transfer to or consult: agents, queues, numbers and flows that fit the words, with their state. */
export function searchDirectory(query: { q?: string } = {}, options: Options = {}): Promise<Page<DirectoryEntry>> {
  return api.ask("GET", "/desk/directory", { query, ...options });
}

/** What came of a contact that one has, or had; the last word counts. `If-Match`: only if nobody told it anew. The ETag also changes when the contact's person is erased: notes from before are refused with 412. Without `If-Match`, or with `*`, notes are taken as they are. */
export function setOutcome(contactId: string, wish: SetOutcome, match: string | null, options: Options = {}): Promise<DeskContact> {
  return api.ask("PUT", `/contacts/${encodeURIComponent(contactId)}/outcome`, { body: wish, match, ...options });
}

/** Take the call that rings: the phone is told to answer. */
export function answerContact(contactId: string, options: Options = {}): Promise<DeskContact> {
  return api.ask("POST", `/contacts/${encodeURIComponent(contactId)}/acts/answer`, options);
}

/** Refuse the call that rings; it goes on to somebody else. */
export function rejectContact(contactId: string, options: Options = {}): Promise<DeskContact> {
  return api.ask("POST", `/contacts/${encodeURIComponent(contactId)}/acts/reject`, options);
}

/** The customer hears music. */
export function holdContact(contactId: string, options: Options = {}): Promise<DeskContact> {
  return api.ask("POST", `/contacts/${encodeURIComponent(contactId)}/acts/hold`, options);
}

/** Talk with the customer again. */
export function retrieveContact(contactId: string, options: Options = {}): Promise<DeskContact> {
  return api.ask("POST", `/contacts/${encodeURIComponent(contactId)}/acts/retrieve`, options);
}

/** Nobody hears one's own voice. */
export function muteContact(contactId: string, options: Options = {}): Promise<DeskContact> {
  return api.ask("POST", `/contacts/${encodeURIComponent(contactId)}/acts/mute`, options);
}

/** One's own voice is heard again. */
export function unmuteContact(contactId: string, options: Options = {}): Promise<DeskContact> {
  return api.ask("POST", `/contacts/${encodeURIComponent(contactId)}/acts/unmute`, options);
}

/** Hand the customer over at once: to an agent, a queue, a number or a voice menu. */
export function transferContact(contactId: string, wish: Transfer, options: Options = {}): Promise<DeskContact> {
  return api.ask("POST", `/contacts/${encodeURIComponent(contactId)}/acts/transfer`, { body: wish, ...options });
}

/** Ask an agent or a number while the customer is on hold. */
export function consultContact(contactId: string, wish: Consult, options: Options = {}): Promise<DeskContact> {
  return api.ask("POST", `/contacts/${encodeURIComponent(contactId)}/acts/consult`, { body: wish, ...options });
}

/** Hand the customer over to whom one asked, and leave. */
export function completeContact(contactId: string, options: Options = {}): Promise<DeskContact> {
  return api.ask("POST", `/contacts/${encodeURIComponent(contactId)}/acts/complete`, options);
}

/** End the consultation and talk with the customer again. */
export function cancelContact(contactId: string, options: Options = {}): Promise<DeskContact> {
  return api.ask("POST", `/contacts/${encodeURIComponent(contactId)}/acts/cancel`, options);
}

/** Talk with the other of the two: customer or who was asked. */
export function swapContact(contactId: string, options: Options = {}): Promise<DeskContact> {
  return api.ask("POST", `/contacts/${encodeURIComponent(contactId)}/acts/swap`, options);
}

/** All three talk together. */
export function conferenceContact(contactId: string, options: Options = {}): Promise<DeskContact> {
  return api.ask("POST", `/contacts/${encodeURIComponent(contactId)}/acts/conference`, options);
}

/** End one party's part in a conference or a consultation. */
export function dropContact(contactId: string, wish: Drop, options: Options = {}): Promise<DeskContact> {
  return api.ask("POST", `/contacts/${encodeURIComponent(contactId)}/acts/drop`, { body: wish, ...options });
}

/** Leave a conference; the others go on. */
export function leaveContact(contactId: string, options: Options = {}): Promise<DeskContact> {
  return api.ask("POST", `/contacts/${encodeURIComponent(contactId)}/acts/leave`, options);
}

/** End the call. */
export function hangUpContact(contactId: string, options: Options = {}): Promise<DeskContact> {
  return api.ask("POST", `/contacts/${encodeURIComponent(contactId)}/acts/hang_up`, options);
}

/** Press keys towards the other side. */
export function sendDigitsContact(contactId: string, wish: SendDigits, options: Options = {}): Promise<DeskContact> {
  return api.ask("POST", `/contacts/${encodeURIComponent(contactId)}/acts/send_digits`, { body: wish, ...options });
}

/** Leave the customer waiting to be picked up, and be free. */
export function parkContact(contactId: string, options: Options = {}): Promise<DeskContact> {
  return api.ask("POST", `/contacts/${encodeURIComponent(contactId)}/acts/park`, options);
}

/** Take a customer whom oneself or a colleague parked: `GET /parked` lists them. */
export function pickUpContact(contactId: string, options: Options = {}): Promise<DeskContact> {
  return api.ask("POST", `/contacts/${encodeURIComponent(contactId)}/acts/pick_up`, options);
}

/** Begin to record the talk. */
export function recordStartContact(contactId: string, options: Options = {}): Promise<DeskContact> {
  return api.ask("POST", `/contacts/${encodeURIComponent(contactId)}/acts/record_start`, options);
}

/** Record silence, as while a card number is told. */
export function recordPauseContact(contactId: string, options: Options = {}): Promise<DeskContact> {
  return api.ask("POST", `/contacts/${encodeURIComponent(contactId)}/acts/record_pause`, options);
}

/** Record the talk again. */
export function recordResumeContact(contactId: string, options: Options = {}): Promise<DeskContact> {
  return api.ask("POST", `/contacts/${encodeURIComponent(contactId)}/acts/record_resume`, options);
}

/** The recording ends. */
export function recordStopContact(contactId: string, options: Options = {}): Promise<DeskContact> {
  return api.ask("POST", `/contacts/${encodeURIComponent(contactId)}/acts/record_stop`, options);
}

/** The work after the contact is done. */
export function endWrapUpContact(contactId: string, options: Options = {}): Promise<DeskContact> {
  return api.ask("POST", `/contacts/${encodeURIComponent(contactId)}/acts/end_wrap_up`, options);
}

/** The work after the contact takes longer. */
export function extendWrapUpContact(contactId: string, wish: ExtendWrapUp, options: Options = {}): Promise<DeskContact> {
  return api.ask("POST", `/contacts/${encodeURIComponent(contactId)}/acts/extend_wrap_up`, { body: wish, ...options });
}
