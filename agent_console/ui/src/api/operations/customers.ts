// Made by tools/write_console_operations.py from the API's description: change that, and run it again.
//
// Each ends with the document, or with a `Problem`. The session's CSRF token is sent by itself; `match` is the ETag
// that was read, `*` for whatever there is.

import { api, type Options } from "../client";
import type {
  ContactLine,
  CustomerDoc,
  CustomerErased,
  CustomerWish,
  CustomersImported,
  MergeDoc,
  MergeWish,
  NewCustomer,
} from "../documents";
import type { Page } from "../pages";

/** Customers by words in their name, by number, by account, in the order of names. */
export function listCustomers(query: { q?: string; number?: string; account?: string; cursor?: string | null; limit?: number } = {}, options: Options = {}): Promise<Page<CustomerDoc>> {
  return api.ask("GET", "/customers", { query, ...options });
}

/** Add a customer. */
export function addCustomer(wish: NewCustomer, options: Options = {}): Promise<CustomerDoc> {
  return api.ask("POST", "/customers", { body: wish, ...options });
}

/** Take in a table with a header line, gzip or not; a damaged one is refused whole. Problems are told with lines. */
export function importCustomers(content: Blob | string, query: { column?: string[] | null; clear?: boolean } = {}, options: Options = {}): Promise<CustomersImported> {
  return api.ask("POST", "/customers/import", { query, raw: { content, type: "text/csv" }, ...options });
}

/** Part two records that were merged; both are what they are, nothing of either was lost. */
export function undoMerge(number: number, options: Options = {}): Promise<MergeDoc> {
  return api.ask("POST", `/customers/merges/${encodeURIComponent(number)}/undo`, options);
}

/** One customer, with the records for which this one stands, and its merges. */
export function getCustomer(customerId: string, options: Options = {}): Promise<CustomerDoc> {
  return api.ask("GET", `/customers/${encodeURIComponent(customerId)}`, options);
}

/** Change a record; what the document leaves out becomes empty. */
export function putCustomer(customerId: string, wish: CustomerWish, match: string, options: Options = {}): Promise<CustomerDoc> {
  return api.ask("PUT", `/customers/${encodeURIComponent(customerId)}`, { body: wish, match, ...options });
}

/** Remove a record. What facts tell of the person stays: to erase it, POST …/erase. */
export function deleteCustomer(customerId: string, match: string, options: Options = {}): Promise<void> {
  return api.ask("DELETE", `/customers/${encodeURIComponent(customerId)}`, { match, ...options });
}

/** Erase the person for good: records, names and numbers in facts, recordings and messages. Figures stay. */
export function eraseCustomer(customerId: string, options: Options = {}): Promise<CustomerErased> {
  return api.ask("POST", `/customers/${encodeURIComponent(customerId)}/erase`, options);
}

/** The customer's contacts, of all their records and whoever served them, the latest first; not their stories. */
export function listCustomerContacts(customerId: string, query: { cursor?: string | null; limit?: number } = {}, options: Options = {}): Promise<Page<ContactLine>> {
  return api.ask("GET", `/customers/${encodeURIComponent(customerId)}/contacts`, { query, ...options });
}

/** From now on this record stands for another one too. It can be undone, exactly. */
export function mergeCustomers(customerId: string, wish: MergeWish, options: Options = {}): Promise<MergeDoc> {
  return api.ask("POST", `/customers/${encodeURIComponent(customerId)}/merge`, { body: wish, ...options });
}
