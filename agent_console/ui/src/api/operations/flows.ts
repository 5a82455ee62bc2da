// Made by tools/write_console_operations.py from the API's description: change that, and run it again.
//
// Each ends with the document, or with a `Problem`. The session's CSRF token is sent by itself; `match` is the ETag
// that was read, `*` for whatever there is.

import { api, type Options } from "../client";
import type {
  FlowDoc,
  Instant,
} from "../documents";
import type { Page } from "../pages";

/** Voice menus, with the numbers that they answer; their contents are told of one. */
export function listFlows(query: { cursor?: string | null; limit?: number } = {}, options: Options = {}): Promise<Page<FlowDoc>> {
  return api.ask("GET", "/flows", { query, ...options });
}

/** One, with the contents of its file. */
export function getFlow(flow: string, options: Options = {}): Promise<FlowDoc> {
  return api.ask("GET", `/flows/${encodeURIComponent(flow)}`, options);
}

/** A drawing of it; with `from` also how many callers went each way, and where they were lost. */
export function drawFlow(flow: string, query: { from?: Instant | null; to?: Instant | null; language?: "en" | "zh" } = {}, options: Options = {}): Promise<Blob> {
  return api.ask("GET", `/flows/${encodeURIComponent(flow)}/drawing`, { query, as: "blob", ...options });
}
