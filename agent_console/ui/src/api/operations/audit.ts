// Made by tools/write_console_operations.py from the API's description: change that, and run it again.
//
// Each ends with the document, or with a `Problem`. The session's CSRF token is sent by itself; `match` is the ETag
// that was read, `*` for whatever there is.

import { api, type Options } from "../client";
import type {
  AuditDoc,
} from "../documents";
import type { Page } from "../pages";

/** Changes by people and by the system, the latest first, with what was before and after. */
export function listChanges(query: { actor?: string | null; resource?: string | null; key?: string | null; cursor?: string | null; limit?: number } = {}, options: Options = {}): Promise<Page<AuditDoc>> {
  return api.ask("GET", "/audit", { query, ...options });
}
