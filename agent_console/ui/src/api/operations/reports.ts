// Made by tools/write_console_operations.py from the API's description: change that, and run it again.
//
// Each ends with the document, or with a `Problem`. The session's CSRF token is sent by itself; `match` is the ETag
// that was read, `*` for whatever there is.

import { api, type Options } from "../client";
import type {
  Catalogue,
  DrillDown,
  FlowNodes,
  MissedDoc,
  ReportDoc,
} from "../documents";

/** Figures of slices, each with numerator, denominator and formula; the same as `cordboard report`. */
export function getReport(query: { kind?: "summary" | "queues" | "agents" | "intervals"; by?: string | null; from?: string | null; to?: string | null; time_zone?: string | null; figures?: string | null; service_level?: number | null; formula?: string | null; short_abandon?: number | null; hours?: string | null; counted_at?: "offered" | "closed"; queue?: string[] | null; agent?: string[] | null; fcr_days?: number | null; fcr_scope?: string | null } = {}, options: Options = {}): Promise<ReportDoc> {
  return api.ask("GET", "/reports", { query, ...options });
}

/** The same as a file: CSV, Excel, HTML, JSON. */
export function exportReport(query: { format: "csv" | "xlsx" | "html" | "json"; language?: "en" | "zh"; kind?: "summary" | "queues" | "agents" | "intervals"; by?: string | null; from?: string | null; to?: string | null; time_zone?: string | null; figures?: string | null; service_level?: number | null; formula?: string | null; short_abandon?: number | null; hours?: string | null; counted_at?: "offered" | "closed"; queue?: string[] | null; agent?: string[] | null; fcr_days?: number | null; fcr_scope?: string | null }, options: Options = {}): Promise<string> {
  return api.ask("GET", "/reports/export", { query, as: "text", ...options });
}

/** What each figure means, what one can slice by, and the formulas of service levels. */
export function getCatalogue(options: Options = {}): Promise<Catalogue> {
  return api.ask("GET", "/reports/catalogue", options);
}

/** What a figure of a row was made of; over all pages these add up to its numerator and denominator. */
export function getContactsBehind(query: { figure: string; slice?: string; cursor?: string | null; limit?: number; kind?: "summary" | "queues" | "agents" | "intervals"; by?: string | null; from?: string | null; to?: string | null; time_zone?: string | null; figures?: string | null; service_level?: number | null; formula?: string | null; short_abandon?: number | null; hours?: string | null; counted_at?: "offered" | "closed"; queue?: string[] | null; agent?: string[] | null; fcr_days?: number | null; fcr_scope?: string | null }, options: Options = {}): Promise<DrillDown> {
  return api.ask("GET", "/reports/contacts", { query, ...options });
}

/** Every interval of the range in which a queue (name one) missed its target, and the shares of the causes. */
export function getMissed(query: { kind?: "summary" | "queues" | "agents" | "intervals"; by?: string | null; from?: string | null; to?: string | null; time_zone?: string | null; figures?: string | null; service_level?: number | null; formula?: string | null; short_abandon?: number | null; hours?: string | null; counted_at?: "offered" | "closed"; queue?: string[] | null; agent?: string[] | null; fcr_days?: number | null; fcr_scope?: string | null } = {}, options: Options = {}): Promise<MissedDoc> {
  return api.ask("GET", "/reports/missed", { query, ...options });
}

/** What callers did at each node of the voice menus: how often it was entered, left, not understood. */
export function getFlowFigures(query: { from?: string | null; to?: string | null; time_zone?: string | null } = {}, options: Options = {}): Promise<FlowNodes> {
  return api.ask("GET", "/reports/flows", { query, ...options });
}
