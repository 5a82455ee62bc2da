/**
 * What a fact says, in the reader's language: from its kind and its data, whose absent values are the usual ones.
 * What has no words here is told as the daemon says it, in English.
 */

import type { TFunction } from "i18next";
import type { StoryLine } from "../api/documents";
import type { Names } from "../api/names";
import type { Alarm } from "../language/alarms";
import type { Formats } from "../language/formats";
import { requirementWords } from "../language/requirement";

type Data = Readonly<Record<string, unknown>>;
type Holes = Record<string, string | number>;
type Piece = string | null;
type Teller = (fact: Told) => readonly Piece[] | null;

/** How a story is told: its words, what people call things, and how times are written. */
export interface Telling {
  t: TFunction<"story">;
  names: Names;
  flow: (code: string) => string;
  formats: Formats;
  alarm: (alarm: Alarm) => string;
}

/** A line of a story as a sentence. */
export function storyWords(telling: Telling, line: StoryLine): string {
  const told = new Told(telling, line.data);
  const pieces = TELLERS[line.kind]?.(told) ?? null;
  return pieces === null || told.isUnknown ? line.text : pieces.filter(Boolean).join(telling.t("join"));
}

const MICROSECONDS = 1_000_000;

/** A fact with its words. */
class Told {
  private readonly telling: Telling;
  private readonly data: Data;
  /** Whether it says something that has no words here: a code of a daemon that is newer than the page. */
  isUnknown = false;

  constructor(telling: Telling, data: Data) {
    this.telling = telling;
    this.data = data;
  }

  /** A sentence of the words, with what is filled in. */
  say(key: string, holes: Holes = {}): string {
    // keys are put together from what facts say, so that they cannot be known to the compiler
    const said: string = this.telling.t(key, { ...holes, defaultValue: key });
    if (said === key) this.isUnknown = true;
    return said;
  }

  text(field: string, usual = ""): string {
    const value = this.data[field];
    return typeof value === "string" || typeof value === "number" ? String(value) : usual;
  }

  number(field: string, usual = 0): number {
    const value = this.data[field];
    return typeof value === "number" ? value : usual;
  }

  is(field: string): boolean {
    return this.data[field] === true;
  }

  has(field: string): boolean {
    return this.data[field] !== undefined && this.data[field] !== null && this.data[field] !== "";
  }

  /** A word out of a list of codes; one that is not in it stands for itself. */
  word(group: string, field: string, usual: string): string {
    const code = this.text(field, usual);
    return this.telling.t(`${group}.${keyOf(code)}` as "join", { defaultValue: code });
  }

  time(field: string): string {
    const value = this.data[field];
    return value === null ? this.say("notKnown") : this.telling.formats.duration(this.number(field) / MICROSECONDS);
  }

  moment(field: string): string {
    return this.telling.formats.time(this.number(field) / 1000);
  }

  get agent(): string {
    return this.has("agent_id") ? this.telling.names.agent(this.text("agent_id")) : this.say("somebody");
  }

  get queue(): string {
    return this.queueCalled(this.text("queue"));
  }

  get flow(): string {
    return this.telling.flow(this.text("flow"));
  }

  /** Where a contact goes: by the name of its kind. */
  to(kind: string): string {
    const to = this.text("to");
    if (kind === "agent") return this.telling.names.agent(to);
    if (kind === "flow") return this.telling.flow(to);
    return kind === "queue" ? this.telling.names.queue(to) : to;
  }

  queueCalled(code: string): string {
    return this.telling.names.queue(code);
  }

  agentCalled(code: string): string {
    return this.telling.names.agent(code);
  }

  reason(field: string): string {
    return this.telling.names.reason(this.text(field));
  }

  disposition(field: string): string {
    return this.has(field) ? this.telling.names.disposition(this.text(field)) : this.say("outcome.none");
  }

  resolved(field: string): Piece {
    const value = this.data[field];
    return typeof value === "boolean" ? this.say(value ? "outcome.resolved" : "outcome.open") : null;
  }

  share(value: number): string {
    return this.telling.formats.percent(value);
  }

  score(value: number): string {
    return this.telling.formats.number(value, Number.isInteger(value) ? 0 : 2);
  }

  get alarm(): string {
    const { data } = this;
    const number = (field: string) => (typeof data[field] === "number" ? data[field] : null);
    const said = { alarm: this.text("alarm"), value: number("value"), threshold: number("threshold") };
    return this.telling.alarm({ ...said, text: this.text("text") });
  }

  clock(microseconds: number): string {
    return this.telling.formats.duration(microseconds / MICROSECONDS);
  }

  part(field: string): Data {
    const value = this.data[field];
    return typeof value === "object" && value !== null ? (value as Data) : {};
  }
}

/** A code as a key of the words: `found waiting` is `found_waiting`. */
function keyOf(code: string): string {
  return code.replaceAll(/\W+/g, "_");
}

function arrived(fact: Told): readonly Piece[] {
  const channel = fact.word("channel", "channel", "call");
  const caller = [fact.text("caller_name"), fact.text("caller_number")].filter(Boolean).join(" ");
  return [
    fact.has("entry_point") ? fact.say("arrived.at", { channel, entry: fact.text("entry_point") }) : channel,
    caller && fact.say("arrived.from", { caller }),
    fact.has("customer_id") ? fact.say("arrived.customer", { customer: fact.text("customer_id") }) : null,
  ];
}

function chose(fact: Told): readonly Piece[] {
  const at = { flow: fact.flow, node: fact.text("node") };
  const outcome = fact.text("outcome", "match");
  if (outcome !== "match") return [fact.say(`menu.${outcome}`, at)];
  const mode = fact.word("mode", "mode", "dtmf");
  return [
    fact.has("choice")
      ? fact.say("menu.chose", { ...at, mode, choice: fact.text("choice") })
      : fact.say("menu.private", { ...at, mode }),
    fact.has("confidence") ? fact.say("menu.sure", { share: fact.share(fact.number("confidence")) }) : null,
  ];
}

function needs(fact: Told): string {
  const words = {
    and: fact.say("requirement.and"),
    or: fact.say("requirement.or"),
    not: fact.say("requirement.not"),
  };
  return requirementWords(words, fact.text("requirement"));
}

function queued(fact: Told): readonly Piece[] {
  return [
    fact.say(fact.is("returned") ? "queued.returned" : "queued.joined", { queue: fact.queue }),
    fact.word("queuedWhy", "why", "menu"),
    fact.has("requirement") ? fact.say("queued.needs", { requirement: needs(fact) }) : null,
    fact.number("priority") ? fact.say("queued.priority", { priority: fact.number("priority") }) : null,
    fact.number("position") ? fact.say("queued.place", { position: fact.number("position") }) : null,
    fact.has("expected_wait_us") ? fact.say("queued.expected", { time: fact.time("expected_wait_us") }) : null,
  ];
}

const OPENED = /^open to (.+)$/s;

function relaxed(fact: Told): readonly Piece[] {
  const groups = OPENED.exec(fact.text("why"))?.[1];
  return [
    fact.say("relaxed.step", { step: fact.number("step"), time: fact.time("after_us") }),
    fact.has("requirement") ? fact.say("relaxed.needs", { requirement: needs(fact) }) : fact.say("relaxed.nothing"),
    groups === undefined ? fact.text("why") : fact.say("relaxed.opened", { groups }),
  ];
}

function prioritised(fact: Told): readonly Piece[] {
  return [
    fact.say("priority.changed", { priority: fact.number("priority") }),
    fact.has("by") ? fact.say("priority.by", { by: fact.text("by") }) : null,
    fact.number("position") ? fact.say("priority.place", { position: fact.number("position") }) : null,
  ];
}

function offered(fact: Told): readonly Piece[] | null {
  const why = fact.part("why");
  const reason = Object.keys(why).length === 0 ? [] : offerReason(fact, why);
  if (reason === null) return null;
  return [
    fact.say("offered.to", { agent: fact.agent, attempt: fact.number("attempt", 1) }),
    fact.say("offered.after", { time: fact.time("waited_us") }),
    ...reason,
  ];
}

/** Why it was offered to this agent; null: by an order that has no words here. */
function offerReason(fact: Told, why: Data): readonly Piece[] | null {
  const order = typeof why.order === "string" ? why.order : "";
  const number = (field: string) => (typeof why[field] === "number" ? why[field] : 0);
  switch (order) {
    case "preferred_agent":
      return [fact.say("offered.preferred_agent")];
    case "longest_idle":
      return [fact.say("offered.longest_idle", { free: number("free_agents"), time: fact.clock(number("idle_us")) })];
    case "first_come":
      return [fact.say("offered.first_come", { waiting: number("waiting") })];
    case "weighted_random":
      return [fact.say("offered.weighted_random", { weights: weighed(fact, why.weights) })];
    case "ring_several":
      return [fact.say("offered.ring_several", { qualified: number("qualified") }), beside(fact, why, String)];
  }
  const called = fact.say(`order.${order}`);
  if (fact.isUnknown) return null;
  if ("score" in why) {
    const points = (score: number) => fact.say("offered.points", { points: fact.score(score) });
    const said = { order: called, waiting: number("waiting"), score: fact.score(number("score")) };
    return [fact.say("offered.score", said), beside(fact, why, points)];
  }
  const ranked = (rank: number) => fact.say(`rank.${order}`, { rank: rankOf(fact, order, rank) });
  const said = { order: called, qualified: number("qualified"), rank: ranked(number("rank")) };
  return [fact.say("offered.rank", said), beside(fact, why, ranked)];
}

/** What the number by which an order ranks agents means to people. */
function rankOf(fact: Told, order: string, rank: number): string {
  if (order === "least_occupied") return fact.share(rank);
  if (order === "ordered") return fact.score(rank + 1);
  return fact.score(Math.abs(rank));
}

function weighed(fact: Told, weights: unknown): string {
  const pairs = typeof weights === "object" && weights !== null ? Object.entries(weights as Data) : [];
  return pairs.map(([agent, weight]) => `${fact.agentCalled(agent)} ${String(weight)}`).join(fact.say("list"));
}

/** Whom else it could have been, with what was compared. */
function beside(fact: Told, why: Data, told: (compared: number) => string): Piece {
  const others: readonly unknown[] = Array.isArray(why.others) ? why.others : [];
  const named = others.map((other) =>
    Array.isArray(other)
      ? `${fact.agentCalled(String(other[0]))} ${told(Number(other[1]))}`
      : fact.agentCalled(String(other)),
  );
  return named.length === 0 ? null : fact.say("offered.beside", { others: named.join(fact.say("list")) });
}

function transferred(fact: Told): readonly Piece[] {
  const kind = fact.text("to_kind");
  const said = { agent: fact.agent, kind: fact.word("kind", "to_kind", ""), to: fact.to(kind) };
  return [fact.say(fact.is("consulted") ? "transferred.consulted" : "transferred.blind", said)];
}

function talkEnded(fact: Told): readonly Piece[] {
  return [
    fact.say("talkEnd.by", { agent: fact.agent, party: fact.word("party", "ended_by", "caller") }),
    fact.say("talkEnd.talked", { time: fact.time("talk_us") }),
    fact.number("hold_us") ? fact.say("talkEnd.held", { time: fact.time("hold_us") }) : null,
  ];
}

function stated(fact: Told): readonly Piece[] {
  return [
    fact.say("state.now", { agent: fact.agent, state: fact.word("state", "declared", "") }),
    fact.has("reason") ? fact.reason("reason") : null,
    fact.has("pending") ? fact.say("state.pending", { state: fact.word("state", "pending", "") }) : null,
  ];
}

function outcome(fact: Told): readonly Piece[] {
  return [
    fact.say("outcome.by", { agent: fact.agent, disposition: fact.disposition("disposition") }),
    fact.resolved("resolved"),
    fact.has("notes") ? fact.say("outcome.notes", { notes: fact.text("notes") }) : null,
  ];
}

function corrected(fact: Told): readonly Piece[] {
  const before = [fact.disposition("was"), fact.resolved("was_resolved")].filter(Boolean).join(fact.say("join"));
  return [
    fact.say("outcome.by", { agent: fact.text("by"), disposition: fact.disposition("disposition") }),
    fact.resolved("resolved"),
    fact.say("outcome.was", { before }),
    fact.has("why") ? fact.say("outcome.why", { why: fact.text("why") }) : null,
    fact.has("notes") ? fact.say("outcome.notes", { notes: fact.text("notes") }) : null,
  ];
}

function surveyed(fact: Told): readonly Piece[] {
  const scale = { score: fact.number("score"), worst: fact.number("worst", 1), best: fact.number("best", 5) };
  return [fact.has("score") ? fact.say("survey.score", scale) : fact.say("survey.no"), fact.resolved("resolved")];
}

const TELLERS: Readonly<Record<string, Teller>> = {
  ContactOffered: arrived,
  MenuNodeEntered: (fact) => [fact.say("menu.entered", { flow: fact.flow, node: fact.text("node") })],
  MenuInputGiven: chose,
  MenuEnded: (fact) => [fact.say(`menuEnd.${fact.text("outcome")}`, { flow: fact.flow })],
  MenuRested: (fact) => [fact.say("menu.rests", { flow: fact.flow, node: fact.text("node") })],
  ContactQueued: queued,
  RequirementRelaxed: relaxed,
  ContactPriorityChanged: prioritised,
  OfferMade: offered,
  OfferEnded: (fact) => [
    fact.say(`offerEnd.${fact.text("outcome")}`, { agent: fact.agent }),
    fact.say("rang", { time: fact.time("rang_us") }),
  ],
  ContactConnected: (fact) => [fact.say("connected", { agent: fact.agent, time: fact.time("waited_us") })],
  ContactHeld: (fact) => [fact.say("held", { agent: fact.agent })],
  ContactRetrieved: (fact) => [fact.say("retrieved", { agent: fact.agent })],
  ContactTransferred: transferred,
  ContactParked: (fact) => [fact.say("parked", { agent: fact.agent })],
  ContactPickedUp: (fact) => [fact.say("pickedUp", { agent: fact.agent, time: fact.time("parked_us") })],
  CustomerDialled: (fact) => [
    fact.say(`dialled.${fact.text("outcome")}`, { agent: fact.agent }),
    fact.say("rang", { time: fact.time("rang_us") }),
  ],
  PhoneTroubled: (fact) => [fact.say(`trouble.${fact.text("trouble")}`, { agent: fact.agent })],
  PhoneRecovered: (fact) => [
    fact.say(`recovery.${fact.text("trouble")}`, { agent: fact.agent }),
    fact.say("after", { time: fact.time("after_us") }),
  ],
  RecordingStarted: (fact) => [fact.word("recorded", "by", "queue")],
  RecordingPaused: (fact) => [fact.word("recorded", "by", "agent")],
  RecordingResumed: (fact) => [fact.word("recorded", "by", "agent")],
  RecordingStopped: (fact) => [fact.say("recorded.complete", { time: fact.time("length_us") })],
  TalkEnded: talkEnded,
  ContactLeftQueue: (fact) => [
    fact.say(`left.${fact.text("outcome")}`, { queue: fact.queue }),
    fact.has("to") ? fact.say("left.to", { to: fact.to("queue") }) : null,
    fact.say("after", { time: fact.time("waited_us") }),
  ],
  ContactAbandoned: (fact) => [fact.say(`gaveUp.${fact.text("stage")}`, { time: fact.time("waited_us") })],
  ContactEnded: (fact) => [fact.say("ended", { party: fact.word("party", "ended_by", "caller") })],
  ExpectedWaitTold: (fact) => [
    fact.say("told", { position: fact.number("position"), time: fact.time("expected_wait_us") }),
  ],
  CallbackRequested: (fact) => [
    fact.say("callback.asked"),
    fact.has("number") ? fact.say("callback.number", { number: fact.text("number") }) : null,
  ],
  CallbackAttempted: (fact) => [
    fact.say("callback.attempt", { attempt: fact.number("attempt") }),
    fact.word("attempt", "outcome", ""),
  ],
  CallbackEnded: (fact) => [
    fact.word("callbackEnd", "outcome", ""),
    fact.say("callbackEnd.attempts", { count: fact.number("attempts") }),
  ],
  AgentStateChanged: stated,
  WrapUpExtended: (fact) => [
    fact.has("until")
      ? fact.say("wrapUp.longer", { agent: fact.agent, time: fact.moment("until") })
      : fact.say("wrapUp.open", { agent: fact.agent }),
  ],
  WrapUpEnded: (fact) => [
    fact.say("wrapUp.took", { agent: fact.agent, time: fact.time("took_us") }),
    fact.word("wrapUpEnd", "how", "timer"),
  ],
  DispositionSet: outcome,
  DispositionCorrected: corrected,
  SurveyAnswered: surveyed,
  AlarmRaised: (fact) => [fact.alarm],
  AlarmCleared: (fact) => [fact.alarm],
  VoicemailLeft: (fact) => [
    fact.say("voicemail", { mailbox: fact.queueCalled(fact.text("mailbox")), time: fact.time("length_us") }),
  ],
};
