// Made by tools/write_console_operations.py from the API's description: change that, and run it again.
//
// Each ends with the document, or with a `Problem`. The session's CSRF token is sent by itself; `match` is the ETag
// that was read, `*` for whatever there is.

import { api, type Options } from "../client";
import type {
  ContactLine,
  ContactWhy,
  Instant,
  Story,
} from "../documents";
import type { Page } from "../pages";

/** Contacts that one may see, live and past, the latest first. */
export function listContacts(query: { place?: "menu" | "waiting" | "offered" | "scheduled" | "dialling" | "connected" | "parked" | "wrap_up" | "ended" | null; queue?: string | null; agent?: string | null; customer?: string | null; number?: string | null; from?: Instant | null; to?: Instant | null; cursor?: string | null; limit?: number } = {}, options: Options = {}): Promise<Page<ContactLine>> {
  return api.ask("GET", "/contacts", { query, ...options });
}

/** One's own contacts, the latest first. */
export function listRecent(query: { cursor?: string | null; limit?: number } = {}, options: Options = {}): Promise<Page<ContactLine>> {
  return api.ask("GET", "/desk/recent", { query, ...options });
}

/** One contact. The ETag is of its outcome: that is what is corrected. */
export function getContact(contactId: string, options: Options = {}): Promise<ContactLine> {
  return api.ask("GET", `/contacts/${encodeURIComponent(contactId)}`, options);
}

/** Every fact of a contact, in order and in words. */
export function getStory(contactId: string, options: Options = {}): Promise<Story> {
  return api.ask("GET", `/contacts/${encodeURIComponent(contactId)}/story`, options);
}

/** Why a contact still waits: who was considered, what rules each out, what will change when; or who parked it. */
export function explainContact(contactId: string, options: Options = {}): Promise<ContactWhy> {
  return api.ask("GET", `/contacts/${encodeURIComponent(contactId)}/explanation`, options);
}
