// Made by tools/write_console_operations.py from the API's description: change that, and run it again.
//
// Each ends with the document, or with a `Problem`. The session's CSRF token is sent by itself; `match` is the ETag
// that was read, `*` for whatever there is.

import { api, type Options } from "../client";
import type {
  AgentRow,
  AgentTimes,
  AgentWhy,
  CorrectOutcome,
  CorrectTime,
  EntryPointDoc,
  Instant,
  MessageDoc,
  Monitor,
  Monitored,
  Move,
  OutcomeCorrected,
  QueueRow,
  Said,
  SetAgentState,
  SetPriority,
  SetQueues,
  SetSkills,
  TimeCorrected,
  WaitingRow,
} from "../documents";
import type { Page } from "../pages";

/** Take an agent out of queues, put them into others, from now on. `If-Match`: only if nobody changed the agent. */
export function setAgentQueues(agent: string, wish: SetQueues, match: string | null, options: Options = {}): Promise<AgentRow> {
  return api.ask("PUT", `/agents/${encodeURIComponent(agent)}/queues`, { body: wish, match, ...options });
}

/** Listen to a talk, whisper to its agent, or barge in; once more changes the mode. */
export function monitorContact(contactId: string, wish: Monitor, options: Options = {}): Promise<Monitored> {
  return api.ask("POST", `/contacts/${encodeURIComponent(contactId)}/monitor`, { body: wish, ...options });
}

/** Listen no more. */
export function stopMonitoring(contactId: string, options: Options = {}): Promise<void> {
  return api.ask("DELETE", `/contacts/${encodeURIComponent(contactId)}/monitor`, options);
}

/** Raise or lower a waiting contact. */
export function setPriority(contactId: string, wish: SetPriority, options: Options = {}): Promise<WaitingRow> {
  return api.ask("POST", `/contacts/${encodeURIComponent(contactId)}/priority`, { body: wish, ...options });
}

/** To another queue; the join time is kept. A parked contact waits there then. */
export function moveContact(contactId: string, wish: Move, options: Options = {}): Promise<WaitingRow> {
  return api.ask("POST", `/contacts/${encodeURIComponent(contactId)}/move`, { body: wish, ...options });
}

/** A parked contact waits in its queue again now, at its old place. */
export function returnContact(contactId: string, options: Options = {}): Promise<WaitingRow> {
  return api.ask("POST", `/contacts/${encodeURIComponent(contactId)}/return`, options);
}

/** Take a waiting contact out of its queue; the caller goes where a closed queue sends them. A parked one ends. */
export function withdrawContact(contactId: string, options: Options = {}): Promise<void> {
  return api.ask("POST", `/contacts/${encodeURIComponent(contactId)}/withdraw`, options);
}

/** Nobody calls this customer back any more. */
export function cancelCallback(contactId: string, options: Options = {}): Promise<void> {
  return api.ask("POST", `/callbacks/${encodeURIComponent(contactId)}/cancel`, options);
}

/** Sign somebody in or out, make them ready or not. */
export function setAgentState(agent: string, wish: SetAgentState, options: Options = {}): Promise<AgentRow> {
  return api.ask("POST", `/agents/${encodeURIComponent(agent)}/state`, { body: wish, ...options });
}

/** An agent's full set of skills, from now on. `If-Match`: only if nobody has changed them since they were read. */
export function setAgentSkills(agent: string, wish: SetSkills, match: string | null, options: Options = {}): Promise<AgentRow> {
  return api.ask("PUT", `/agents/${encodeURIComponent(agent)}/skills`, { body: wish, match, ...options });
}

/** Why an agent is offered nothing, and for each waiting contact why not that one. */
export function explainAgent(agent: string, options: Options = {}): Promise<AgentWhy> {
  return api.ask("GET", `/agents/${encodeURIComponent(agent)}/explanation`, options);
}

/** A message that appears on the desks of a team. */
export function sayToTeam(team: string, wish: Said, options: Options = {}): Promise<MessageDoc> {
  return api.ask("POST", `/teams/${encodeURIComponent(team)}/messages`, { body: wish, ...options });
}

/** Emergency: its emergency flow answers this number from the next call on; `*`: all that have one. */
export function throwEmergency(number: string, options: Options = {}): Promise<Page<EntryPointDoc>> {
  return api.ask("POST", `/entry-points/${encodeURIComponent(number)}/emergency`, options);
}

/** The emergency is over: the number is answered as usual. */
export function putBackEmergency(number: string, options: Options = {}): Promise<Page<EntryPointDoc>> {
  return api.ask("POST", `/entry-points/${encodeURIComponent(number)}/normal`, options);
}

/** Emergency: the queue takes nobody any more, and who waits goes where the settings say. */
export function closeQueue(queue: string, options: Options = {}): Promise<QueueRow> {
  return api.ask("POST", `/queues/${encodeURIComponent(queue)}/close`, options);
}

/** The emergency is over: the queue's hours hold again. */
export function openQueue(queue: string, options: Options = {}): Promise<QueueRow> {
  return api.ask("POST", `/queues/${encodeURIComponent(queue)}/open`, options);
}

/** An agent's time as it counts in reports, every second in one state. */
export function getAgentTimes(agent: string, query: { from: Instant; to: Instant }, options: Options = {}): Promise<AgentTimes> {
  return api.ask("GET", `/agents/${encodeURIComponent(agent)}/times`, { query, ...options });
}

/** Correct time without a contact: a break that was forgotten, a training that counted as absence. */
export function correctAgentTime(agent: string, wish: CorrectTime, match: string, options: Options = {}): Promise<TimeCorrected> {
  return api.ask("POST", `/agents/${encodeURIComponent(agent)}/corrections`, { body: wish, match, ...options });
}

/** Correct what a contact was about and whether it was resolved, days later too. */
export function correctContactOutcome(contactId: string, wish: CorrectOutcome, match: string, options: Options = {}): Promise<OutcomeCorrected> {
  return api.ask("POST", `/contacts/${encodeURIComponent(contactId)}/corrections`, { body: wish, match, ...options });
}
