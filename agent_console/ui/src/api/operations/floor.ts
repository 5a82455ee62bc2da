// Made by tools/write_console_operations.py from the API's description: change that, and run it again.
//
// Each ends with the document, or with a `Problem`. The session's CSRF token is sent by itself; `match` is the ETag
// that was read, `*` for whatever there is.

import { api, type Options } from "../client";
import type {
  AgentQueue,
  AgentRow,
  AlarmDoc,
  CallbackDoc,
  DispositionDoc,
  EntryPointDoc,
  OpeningHoursDoc,
  ParkedRow,
  QueueRow,
  ReasonDoc,
  SkillDoc,
  TeamDoc,
  Totals,
  WaitingRow,
} from "../documents";
import type { Page } from "../pages";

/** Agents that one may see, by name, signed in or not. */
export function listAgents(query: { team?: string | null; cursor?: string | null; limit?: number } = {}, options: Options = {}): Promise<Page<AgentRow>> {
  return api.ask("GET", "/agents", { query, ...options });
}

/** One agent, now and today. The ETag, which supervisors get, is of their settings: skills are changed by it. */
export function getAgent(agent: string, options: Options = {}): Promise<AgentRow> {
  return api.ask("GET", `/agents/${encodeURIComponent(agent)}`, options);
}

/** What an agent is in each queue that one sees, and why. The ETag, which supervisors get, is of their settings. */
export function listAgentQueues(agent: string, query: { cursor?: string | null; limit?: number } = {}, options: Options = {}): Promise<Page<AgentQueue>> {
  return api.ask("GET", `/agents/${encodeURIComponent(agent)}/queues`, { query, ...options });
}

/** Queues that one may see, by name. */
export function listQueues(query: { cursor?: string | null; limit?: number } = {}, options: Options = {}): Promise<Page<QueueRow>> {
  return api.ask("GET", "/queues", { query, ...options });
}

/** One queue, now and today. */
export function getQueue(queue: string, options: Options = {}): Promise<QueueRow> {
  return api.ask("GET", `/queues/${encodeURIComponent(queue)}`, options);
}

/** Who waits in a queue and why, in the order in which they will be served. */
export function listWaiting(queue: string, query: { cursor?: string | null; limit?: number } = {}, options: Options = {}): Promise<Page<WaitingRow>> {
  return api.ask("GET", `/queues/${encodeURIComponent(queue)}/waiting`, { query, ...options });
}

/** Now and today over the whole centre; for supervisors over the queues and agents that they see. */
export function getTotals(options: Options = {}): Promise<Totals> {
  return api.ask("GET", "/totals", options);
}

/** Customers who are to be called back: of one's own desk, and for supervisors of queues that they see. */
export function listCallbacks(query: { cursor?: string | null; limit?: number } = {}, options: Options = {}): Promise<Page<CallbackDoc>> {
  return api.ask("GET", "/callbacks", { query, ...options });
}

/** Customers whom agents of one's teams, or oneself, parked and nobody has picked up yet; the longest first. */
export function listParked(query: { cursor?: string | null; limit?: number } = {}, options: Options = {}): Promise<Page<ParkedRow>> {
  return api.ask("GET", "/parked", { query, ...options });
}

/** Alarms that ring, and those of today that have been cleared; in the order of being raised. */
export function listAlarms(query: { cursor?: string | null; limit?: number } = {}, options: Options = {}): Promise<Page<AlarmDoc>> {
  return api.ask("GET", "/alarms", { query, ...options });
}

/** Teams that one may see, with their agents. */
export function listTeams(query: { cursor?: string | null; limit?: number } = {}, options: Options = {}): Promise<Page<TeamDoc>> {
  return api.ask("GET", "/teams", { query, ...options });
}

/** Skills, and who of the agents that one sees has them at which level. */
export function listSkills(query: { cursor?: string | null; limit?: number } = {}, options: Options = {}): Promise<Page<SkillDoc>> {
  return api.ask("GET", "/skills", { query, ...options });
}

/** Why agents may be not ready, in the order of the settings; then those of the system. */
export function listReasons(query: { cursor?: string | null; limit?: number } = {}, options: Options = {}): Promise<Page<ReasonDoc>> {
  return api.ask("GET", "/reasons", { query, ...options });
}

/** What may come of a contact, in the order of the settings. */
export function listDispositions(query: { cursor?: string | null; limit?: number } = {}, options: Options = {}): Promise<Page<DispositionDoc>> {
  return api.ask("GET", "/dispositions", { query, ...options });
}

/** Dialled numbers, and what answers them. */
export function listEntryPoints(query: { cursor?: string | null; limit?: number } = {}, options: Options = {}): Promise<Page<EntryPointDoc>> {
  return api.ask("GET", "/entry-points", { query, ...options });
}

/** Calendars: open now or not, and the days ahead. */
export function listOpeningHours(query: { cursor?: string | null; limit?: number } = {}, options: Options = {}): Promise<Page<OpeningHoursDoc>> {
  return api.ask("GET", "/opening-hours", { query, ...options });
}

/** Figures of all queues for Prometheus, whoever's they are; the same page as on the metrics port. */
export function getMetrics(options: Options = {}): Promise<string> {
  return api.ask("GET", "/metrics", { as: "text", ...options });
}
