// Made by tools/write_console_documents.py from agent_console/documents: change those, and run it again.

/** RFC 3339, in UTC. */
export type Instant = string;

/** What the system is doing with the agent; with several slots the first of contact > wrap-up > offer > idle. */
export type Activity = "IDLE" | "RESERVED" | "TALKING" | "HOLD" | "WRAP_UP";

/** A contact that an agent is at work on. */
export interface AgentContact {
  contact_id: string;
  queue: string | null;
  state: string;
  since: Instant | null;
  caller: string;
}

/** What an agent is in a queue, and why. */
export interface AgentQueue {
  queue: string;
  title: string;
  /** What the queue itself requires; empty: nothing. */
  requirement: string;
  /** Whether the agent's skills meet it. */
  by_skills: boolean;
  /** What holds instead of the skills; None: they do. */
  exception: "put_in" | "taken_out" | null;
  /** Whether the agent may take its contacts now, when ready; not who is in a reserve group that does not help. */
  serves: boolean;
}

/** One agent now and today. */
export interface AgentRow {
  agent: string;
  name: string;
  team: string;
  phone: string;
  phone_reachable: boolean;
  /** What is wrong with the browser's phone in the present talk. */
  phone_trouble: "page_left" | "cut_off" | "no_sound" | "silent_microphone" | null;
  declared: Declared;
  activity: Activity;
  reason: string | null;
  reason_title: string | null;
  pending: Declared | null;
  /** None: of who has not been here since the daemon started. */
  since: Instant | null;
  logged_in_at: Instant | null;
  skills: Record<string, number>;
  /** Queues that the agent is taken out of, whatever the skills: of those that the reader sees; on the live channel, of those that everybody sees who leads the agent's team. */
  without_queues: string[];
  /** Queues that the agent is put into, whatever they require; likewise. */
  extra_queues: string[];
  contacts: AgentContact[];
  today: Record<string, FigureDoc>;
}

/** An agent's time, in order. ``etag`` changes with every correction of that time. */
export interface AgentTimes {
  agent: string;
  etag: string;
  pieces: TimePieceDoc[];
  /** Corrections of that time, the latest first. */
  corrections: TimeCorrectionDoc[];
}

/** An agent who was considered for a contact; without obstacles an offer is possible. */
export interface AgentVerdict {
  agent: string;
  name: string;
  qualified: boolean;
  ruled_out_by: Obstacle[];
  /** Since when the agent has been in the state that rules them out. */
  since: Instant | null;
}

/** Why an agent is offered nothing. */
export interface AgentWhy {
  agent: string;
  summary: string;
  code: string;
  details: Record<string, unknown>;
  obstacles: Obstacle[];
  /** Those who wait, of those whom one sees. */
  contacts: ContactVerdict[];
  /** So many more wait in queues of other teams. */
  contacts_elsewhere: number;
  /** What time alone will bring, the soonest first. */
  changes: ChangeAhead[];
  /** So many more it will bring with contacts of other teams. */
  changes_elsewhere: number;
}

/** A threshold that is passed, or was. */
export interface AlarmDoc {
  alarm_id: string;
  alarm: string;
  queue: string | null;
  queue_title: string | null;
  value: number | null;
  threshold: number | null;
  text: string;
  raised_at: Instant;
  cleared_at: Instant | null;
}

/** The process answers. */
export interface Alive {
  status: "alive";
  version: string;
}

/** Who changed what. */
export interface AuditDoc {
  number: number;
  at: Instant;
  actor: string;
  action: string;
  resource: string;
  key: string;
  before: unknown;
  after: unknown;
}

/** Who changed what, without what was before and after. */
export interface AuditLine {
  number: number;
  at: Instant;
  actor: string;
  action: string;
  resource: string;
  key: string;
}

/** An agent with their part in a cause. */
export interface BlamedAgent {
  agent: string;
  seconds: number;
}

/** A contact with its part in a cause. */
export interface BlamedContact {
  contact_id: string;
  seconds: number;
}

/** A customer who is to be called back. */
export interface CallbackDoc {
  contact_id: string;
  queue: string;
  number: string;
  customer: CustomerBrief | null;
  /** Whose it is, if it is somebody's. */
  agent: string | null;
  /** When the customer is rung (again). */
  due: Instant | null;
  /** How often the customer was dialled. */
  attempt: number;
  /** Since when they have their place: what comes later is behind them. */
  requested_at: Instant;
  state: "scheduled" | "waiting" | "offered" | "dialling";
}

/** Figures, dimensions and service-level formulas. */
export interface Catalogue {
  figures: FigureDefinition[];
  dimensions: string[];
  formulas: Record<string, string>;
}

/** What time alone will bring. ``code`` and ``details`` say it for translation, ``what`` in English. */
export interface ChangeAhead {
  at: Instant;
  what: string;
  code: string;
  details: Record<string, unknown>;
}

/** One's own new password. */
export interface ChangePassword {
  old: string;
  /** At least twelve characters. */
  new: string;
}

/** An entry that a change touched. */
export interface ChangedItem {
  section: string;
  name: string;
}

/** What a client says: one of these. */
export interface ClientFrame {
  subscribe?: ("desk" | "queues" | "agents" | "waiting" | "parked" | "contacts" | "alarms" | "totals" | "entry_points" | "settings" | "customers" | "recordings" | "voicemails" | "audit")[] | null;
  unsubscribe?: ("desk" | "queues" | "agents" | "waiting" | "parked" | "contacts" | "alarms" | "totals" | "entry_points" | "settings" | "customers" | "recordings" | "voicemails" | "audit")[] | null;
  /** Streams in which numbers were missed: a snapshot follows. */
  resync?: string[] | null;
  /** Whether a ``hello`` is wanted at once: who has slept asks so whether the connection still is one. */
  greet?: boolean;
}

/** Ask somebody while the caller is on hold. */
export interface Consult {
  to_kind: "agent" | "number";
  to: string;
}

/** A contact in a list. Times are None for what has not happened. */
export interface ContactLine {
  contact_id: string;
  channel: string;
  direction: string;
  place: "menu" | "waiting" | "offered" | "scheduled" | "dialling" | "connected" | "parked" | "wrap_up" | "ended";
  queue: string | null;
  /** Every queue in which it was, in order. */
  queues: string[];
  /** What people call these queues, in the same order. */
  queue_titles: string[];
  /** Who talked with it, in order. */
  agents: string[];
  /** Their names, in the same order, also of agents whom who asks does not lead. */
  agent_names: string[];
  customer_id: string | null;
  caller_number: string;
  caller_name: string;
  entry_point: string;
  began_at: Instant;
  joined_at: Instant | null;
  answered_at: Instant | null;
  ended_at: Instant | null;
  wait_s: number | null;
  talk_s: number | null;
  hold_s: number | null;
  wrap_up_s: number | null;
  /** `in_progress`, `answered`, `abandoned`, or how it left otherwise. */
  result: string;
  outcome: Outcome;
  /** Changes with the outcome: who corrects it names this in `If-Match`. */
  outcome_etag: string;
  recordings: number;
  /** The agent who left the customer to be picked up; None: they are not parked. */
  parked_by: string | null;
  parked_at: Instant | null;
  /** Whether who asks may open it: its story is for those who lead its queues or agents. */
  may_open: boolean;
}

/** A contact that was considered for an agent. */
export interface ContactVerdict {
  contact_id: string;
  queue: string | null;
  qualified: boolean;
  ruled_out_by: Obstacle[];
}

/** Why a contact still waits. */
export interface ContactWhy {
  contact_id: string;
  queue: string | null;
  place: string;
  waited_s: number;
  position: number;
  requirement: string;
  summary: string;
  code: string;
  details: Record<string, unknown>;
  /** Who was considered, of those whom one sees. */
  agents: AgentVerdict[];
  /** So many more of other teams were considered. */
  agents_elsewhere: number;
  changes: ChangeAhead[];
}

/** What a contact was about, told anew. */
export interface CorrectOutcome {
  disposition?: string | null;
  /** Absent: as the disposition says; null: not said. */
  resolved?: boolean | null;
  /** Absent: they stay. */
  notes?: string | null;
  why?: string;
}

/** Time of an agent, without a contact, was in another state than it seemed. */
export interface CorrectTime {
  start: Instant;
  end: Instant;
  declared: "READY" | "NOT_READY";
  /** With NOT_READY only. */
  reason?: string | null;
  why?: string;
}

/** The customer, as far as a call needs them at once. */
export interface CustomerBrief {
  customer_id: string;
  name: string;
  tier: string | null;
  language: string | null;
}

/** That a record changed, for whoever holds it: no name and no number. */
export interface CustomerChange {
  customer_id: string;
  /** As the audit log says it: made, changed, removed, merged, merge undone, erased. */
  action: string;
  at: Instant;
  by: string;
  /** Of the record as it is now; None: it is no more. */
  etag: string | null;
  /** The record that stands for this one. */
  merged_into: string | null;
}

/** A customer. */
export interface CustomerDoc {
  customer_id: string;
  name: string;
  accounts: string[];
  /** In international form where they can be read so. */
  numbers: string[];
  tier: string | null;
  language: string | null;
  notes: string;
  open_matters: string[];
  /** Records for which this one stands; told of one customer, not in lists. */
  merged: CustomerDoc[];
  /** The record that stands for this one. */
  merged_into: string | null;
  /** Merges of this record, the latest first; told of one customer, not in lists. */
  merges: MergeDoc[];
  changed_at: Instant;
  changed_by: string;
  etag: string;
}

/** What was erased of a person. */
export interface CustomerErased {
  records: string[];
  contacts: number;
  facts: number;
}

/** A customer's record as it is to be. */
export interface CustomerWish {
  name: string;
  /** Keys in other systems; each is one customer's. */
  accounts?: string[];
  /** Telephone numbers; one may be shared by several customers. */
  numbers?: string[];
  tier?: string | null;
  language?: string | null;
  notes?: string;
  /** What the customer waits for. */
  open_matters?: string[];
}

/** What a CSV file brought. */
export interface CustomersImported {
  made: number;
  changed: number;
  unchanged: number;
  /** Rows that were not taken in. */
  rejected: number;
  /** The first ones: of rows that were not taken in (`line 4`), and values that were left out of rows that were (`line 4.numbers`). */
  problems: FieldProblem[];
  /** Problems beyond those. */
  untold: number;
}

/** What the person asked for. */
export type Declared = "LOGGED_OUT" | "NOT_READY" | "READY";

/** What changed in a stream. */
export interface Delta {
  topic: string;
  n: number;
  now: Instant;
  set: Record<string, unknown>;
  gone: string[];
}

/** Everything on an agent's desk: what a reloaded page shows. */
export interface Desk {
  now: Instant;
  state: DeskState;
  contacts: DeskContact[];
  callbacks: CallbackDoc[];
  messages: MessageDoc[];
}

/** A contact at an agent's desk, with what can be done with it now. */
export interface DeskContact {
  contact_id: string;
  queue: string | null;
  queue_title: string;
  channel: string;
  direction: "inbound" | "outbound" | "internal";
  state: "ringing" | "dialling" | "talking" | "held" | "consulting" | "conference" | "parked" | "wrap_up" | "over";
  since: Instant;
  /** From the original join time until it was offered to this agent. */
  waited_s: number | null;
  answered_at: Instant | null;
  rings_until: Instant | null;
  /** None in wrap-up: until the agent ends it. */
  wrap_up_until: Instant | null;
  /** The browser's phone was lost out of this talk: the customer hears music, and it is waited for until then. */
  phone_back_until: Instant | null;
  caller_number: string;
  caller_name: string;
  entry_point: string;
  entry_point_title: string;
  customer: CustomerBrief | null;
  /** What the menu learned. */
  attributes: Record<string, string>;
  parties: Party[];
  muted: boolean;
  recording: "off" | "on" | "paused";
  /** Supervisors who listen; only where the settings let agents know. */
  monitored_by: string[];
  outcome: Outcome;
  /** Of the outcome, for `If-Match`. */
  outcome_etag: string;
  /** When personal data of the contact was erased, and what had been noted with it. */
  erased_at: Instant | null;
  script: string | null;
  /** Every act; None: it can be done now. */
  acts: Partial<Record<"answer" | "reject" | "hold" | "retrieve" | "mute" | "unmute" | "transfer" | "consult" | "complete" | "cancel" | "swap" | "conference" | "drop" | "leave" | "hang_up" | "send_digits" | "park" | "pick_up" | "record_start" | "record_pause" | "record_resume" | "record_stop" | "end_wrap_up" | "extend_wrap_up", Refusal | null>>;
}

/** Begin to work. */
export interface DeskSignIn {
  /** The phone to work at; absent: one's own. */
  phone?: string | null;
}

/** An agent's state on both axes: what they declared, and what the system is doing with them. */
export interface DeskState {
  agent: string;
  name: string;
  phone: string;
  phone_reachable: boolean;
  declared: Declared;
  activity: Activity;
  reason: string | null;
  reason_title: string | null;
  /** What they will be after the present work. */
  pending: Declared | null;
  pending_reason: string | null;
  /** Since when the shown state holds; None: they have not been here since the daemon started. */
  since: Instant | null;
  logged_in_at: Instant | null;
  /** How many contacts at once. */
  slots: number;
  /** The talks that one hears at this phone, as a supervisor. */
  listening: Monitored[];
}

/** Call somebody. */
export interface Dial {
  number: string;
  /** In whose name; its outbound number is shown. */
  queue?: string | null;
  customer_id?: string | null;
}

/** Whom one can transfer to or consult. */
export interface DirectoryEntry {
  kind: "agent" | "queue" | "number" | "flow";
  to: string;
  title: string;
  /** Of an agent: declared and activity in one word (`ready`, `talking` …); of a queue: `open` or `closed`. */
  state: string | null;
  waiting: number | null;
  reachable: boolean;
}

/** What may come of a contact. */
export interface DispositionDoc {
  disposition: string;
  title: string;
  resolved: boolean | null;
}

/** What stands behind a figure: contacts, or stretches of agents' time; in the order of time. */
export interface DrillDown {
  figure: string;
  numerator: number | null;
  denominator: number | null;
  /** Rows behind the figure; a contact that was in the queue twice is two. */
  total: number;
  contacts: ContactLine[];
  stretches: StretchDoc[];
  next_cursor: string | null;
  /** Whether there is more than this page. */
  more: boolean;
}

/** End one party's part. */
export interface Drop {
  party: string;
}

/** A dialled number and what answers it. */
export interface EntryPointDoc {
  number: string;
  title: string;
  flow: string;
  queue: string | null;
  /** What answers while the emergency switch is thrown; None: there is no switch. */
  emergency_flow: string | null;
  /** Whether it is thrown, for this number or for all. */
  emergency: boolean;
  emergency_by: string | null;
}

/** Need longer for the work after the contact. */
export interface ExtendWrapUp {
  /** None: until one ends it. */
  by_s?: number | null;
}

/** One field that was refused. */
export interface FieldProblem {
  /** Its path: ``body.number``, ``query.limit``. */
  field: string;
  /** What it has to be. */
  rule: string;
  /** What to do. */
  way_out: string;
}

/** What a figure means. */
export interface FigureDefinition {
  name: string;
  title: string;
  unit: string;
  definition: string;
  exclusions: string;
  formula: string;
}

/** A key figure, with what it was made of; the same as in reports. */
export interface FigureDoc {
  /** None: no data. */
  value: number | null;
  numerator: number | null;
  denominator: number | null;
  unit: string;
  /** The id of the formula; `GET /reports/catalogue` explains it. */
  formula: string;
  /** Contacts that no fact lets count in or out. */
  unclassified: number;
}

/** What a figure of a report means, with the thresholds that it was reckoned by. */
export interface FigureWords {
  title: string;
  unit: string;
  definition: string;
  exclusions: string;
}

/** A voice menu. */
export interface FlowDoc {
  flow: string;
  title: string;
  languages: string[];
  nodes: number;
  /** Numbers that it answers. */
  entry_points: string[];
  /** The flow file's contents, when one is asked for. */
  document: Record<string, unknown> | null;
}

/** What callers did at each node of the voice menus. */
export interface FlowNodes {
  nodes: (Record<string, unknown>)[];
}

/** The first frame, and again every few seconds, so that silence tells a dead connection. */
export interface Hello {
  now: Instant;
  user: string;
}

/** The countries whose public holidays are known. */
export interface HolidayCountries {
  /** By their two letters. */
  countries: string[];
}

/** A public holiday. */
export interface HolidayDoc {
  day: string;
  name: string;
}

/** The public holidays of a country, or of a part of it, of this year and the next. */
export interface HolidaysDoc {
  country: string;
  subdivision: string | null;
  /** What parts the country has. */
  subdivisions: Subdivision[];
  days: HolidayDoc[];
}

/** What an import changed. */
export interface ImportedDoc {
  changed: number;
  revision: number | null;
  problems: FieldProblem[];
}

/** An entry before and after a change. */
export interface ItemDifference {
  section: string;
  name: string;
  action: "made" | "changed" | "removed";
  before: unknown;
  after: unknown;
}

/** A new token with its secret, told this once. */
export interface MadeToken {
  token_id: string;
  name: string;
  user: string;
  scopes: ("read" | "desk" | "supervise" | "administer" | "metrics")[];
  made_at: Instant;
  last_used_at: Instant | null;
  expires_at: Instant | null;
  secret: string;
}

/** Who is signed in, and what the console needs to know of it. */
export interface Me {
  user: string;
  /** The person's name. */
  title: string;
  role: "agent" | "supervisor" | "administrator";
  teams: string[];
  /** The agent whose desk this user has. */
  agent: string | null;
  /** To be sent as `X-CSRF-Token` with every request that changes something; None with an API token. */
  csrf_token: string | null;
  /** True: nothing but the change of password is possible. */
  must_change_password: boolean;
  language: string;
  time_zone: string;
  site: string;
  /** What this session, or token, may do. */
  scopes: ("read" | "desk" | "supervise" | "administer" | "metrics")[];
  web_phone: WebPhone | null;
  /** When the session ends at the latest. */
  expires_at: Instant | null;
}

/** A merge, to be undone by its number. */
export interface MergeDoc {
  number: number;
  kept: string;
  merged: string;
  at: Instant;
  by: string;
  undone_at: Instant | null;
  undone_by: string | null;
}

/** Take another record into this one. */
export interface MergeWish {
  other: string;
}

/** A word from a supervisor. */
export interface MessageDoc {
  message_id: string;
  at: Instant;
  /** Who sent it. */
  sender: string;
  team: string | null;
  text: string;
}

/** One cause. ``share``: of the service level, by which it fell. */
export interface MissedCause {
  cause: string;
  share: number;
  planned: number | null;
  actual: number | null;
  unit: string;
  contacts: BlamedContact[];
  agents: BlamedAgent[];
}

/** Why a service level was missed, in parts that add up. */
export interface MissedDoc {
  missed: MissedInterval[];
}

/** An interval in which a queue missed its target; the shares add up from the planned to the observed level. */
export interface MissedInterval {
  queue: string;
  from: string;
  to: string;
  goal: number;
  service_level: number;
  formula: string;
  definition: string;
  planned_service_level: number;
  modelled_service_level: number;
  required_agents: number;
  patience_s: number | null;
  forecast: string;
  causes: MissedCause[];
}

/** Listen to a talk; once more changes the mode. */
export interface Monitor {
  mode: "listen" | "whisper" | "barge";
  /** Whose side, where several agents talk; absent: the first. */
  agent?: string | null;
}

/** A talk that one listens to. ``phone_awaited``: the agent's phone was lost out of it, and is waited for; music is heard until it is back. */
export interface Monitored {
  contact_id: string;
  agent: string;
  mode: "listen" | "whisper" | "barge";
  supervisor: string;
  phone_awaited: boolean;
}

/** To another queue; the join time is kept. */
export interface Move {
  queue: string;
}

/** A new customer. */
export interface NewCustomer {
  name: string;
  /** Keys in other systems; each is one customer's. */
  accounts?: string[];
  /** Telephone numbers; one may be shared by several customers. */
  numbers?: string[];
  tier?: string | null;
  language?: string | null;
  notes?: string;
  /** What the customer waits for. */
  open_matters?: string[];
  /** The key; absent: one is made. It stays in facts when the person is erased: no name and no number. */
  customer_id?: string | null;
}

/** An API token to be made. */
export interface NewToken {
  name: string;
  scopes: ("read" | "desk" | "supervise" | "administer" | "metrics")[];
  /** Whose rights it has; absent: one's own. */
  user?: string | null;
  expires_at?: Instant | null;
}

/** An act that needs nothing more. */
export interface NoDetails {
}

/** Want no contacts. */
export interface NotReady {
  /** A code of the settings' reasons. */
  reason: string;
}

/** What stands between a contact and an agent. ``code`` is stable, ``text`` is English. */
export interface Obstacle {
  text: string;
  code: string;
  details: Record<string, unknown>;
}

/** A password that is shown once and has to be changed at the first sign-in. */
export interface OneTimePassword {
  user: string;
  password: string;
}

/** A stretch of opening hours. */
export interface OpenSpan {
  opens: Instant;
  closes: Instant;
}

/** A calendar: open now or not, and the next days. */
export interface OpeningHoursDoc {
  name: string;
  time_zone: string;
  open: boolean;
  spans: OpenSpan[];
}

/** What came of the contact, as far as it has been said. */
export interface Outcome {
  disposition: string | null;
  resolved: boolean | null;
  notes: string;
}

/** A contact's outcome as it counts now, and as it was. */
export interface OutcomeCorrected {
  contact_id: string;
  disposition: string | null;
  resolved: boolean | null;
  was: string | null;
  was_resolved: boolean | null;
  by: string;
  /** Of the outcome from now on. */
  etag: string;
}

/** A customer whom an agent parked, and whom nobody has picked up yet. */
export interface ParkedRow {
  contact_id: string;
  /** The queue that they came from; None: from none. */
  queue: string | null;
  queue_title: string;
  caller_number: string;
  caller_name: string;
  customer: CustomerBrief | null;
  parked_by: string;
  parked_by_name: string;
  /** Whose agent that is; empty: nobody's. */
  team: string;
  parked_at: Instant;
  /** When they go back to the queue if nobody picks them up; None: never. */
  returns_at: Instant | null;
  /** The agent whose phone rings just now to pick them up; None: they can be picked up. */
  fetched_by: string | null;
  fetched_by_name: string | null;
}

/** One part of the daemon. */
export interface Part {
  part: string;
  ready: boolean;
  /** Why not, and what to do. */
  reason: string;
  /** Whether calls depend on it; the others are told, and do not make the whole unready. */
  needed: boolean;
}

/** Somebody on the call. */
export interface Party {
  /** To name them in `drop`. */
  party: string;
  kind: "customer" | "agent" | "number";
  name: string;
  number: string | null;
  state: "ringing" | "talking" | "held" | "gone";
  since: Instant;
}

/** A stretch of silence in a recording: the agent paused it, or the caller gave a private answer. */
export interface Pause {
  from_s: number;
  /** None: it is not over. */
  to_s: number | null;
}

/** An agent's own figures of today. */
export interface PersonalFigures {
  agent: string;
  /** When today began, at the site. */
  day: Instant;
  figures: Record<string, FigureDoc>;
}

/** How the sound of the browser's phone is, in the call that it is in. */
export interface PhoneReport {
  /** None: it is well, or well again. */
  trouble: "no_sound" | "silent_microphone" | null;
}

/** What a change would do. What is of other teams is counted, and not named. */
export interface PreviewDoc {
  /** Waiting contacts that somebody logged in can take now, and nobody could afterwards. */
  unroutable: string[];
  /** So many more of them there are that one does not see: of other teams. */
  unroutable_elsewhere: number;
  /** Waiting contacts that nobody logged in can take now, and somebody could afterwards. */
  routable: string[];
  /** So many more of them there are that one does not see. */
  routable_elsewhere: number;
  /** Agents who serve a queue now and would serve none. */
  idle_agents: string[];
  /** So many more of them there are of other teams. */
  idle_agents_elsewhere: number;
  /** Queues in which somebody waits and that would be no more. */
  gone_queues: string[];
  /** So many more of them there are of other teams. */
  gone_queues_elsewhere: number;
  /** Why the change would be refused. Those of entries that one does not see are counted in one. */
  problems: FieldProblem[];
}

/** A change of the settings that is not made, only looked at. */
export interface PreviewWish {
  section: "skills" | "teams" | "agents" | "queues" | "reasons" | "dispositions" | "phone_book" | "opening_hours" | "entry_points" | "users" | "routing" | "alarms";
  name: string;
  /** The new contents, as in the settings file; None: it is removed. */
  document?: unknown;
  /** Whether `document` holds only the keys that differ from the entry as it is. */
  partial?: boolean;
  /** Other changes at the same time. */
  more?: SettingChange[];
}

/** Why a request was not done. ``error_id`` is stable; programs decide by it. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  error_id: string;
  /** With `invalid`: every field that was refused. */
  errors: FieldProblem[] | null;
  /** With `state_changed`: why, in a stable word, as an act's own refusal has it. */
  reason_id: string | null;
  /** With `state_changed` and `edited_meanwhile`: how things are now. */
  present: Record<string, unknown> | null;
  /** With `edited_meanwhile`: the present ETag. */
  etag: string | null;
  /** With `too_many`: when to try again. */
  retry_after_s: number | null;
}

/** Agents who may take a waiting contact, by what keeps them. */
export interface Qualified {
  total: number;
  free: number;
  busy: number;
  not_ready: number;
  logged_out: number;
  /** So many more would qualify, were they not taken out of the queue; not counted in `total`. */
  taken_out: number;
}

/** Agents who meet the queue's own requirement, by state. */
export interface QueueAgents {
  logged_in: number;
  /** Free to be offered a contact. */
  ready: number;
  reserved: number;
  talking: number;
  wrap_up: number;
  not_ready: number;
}

/** One queue now and today. */
export interface QueueRow {
  queue: string;
  title: string;
  /** Whose supervisors see it; none: everybody's. */
  teams: string[];
  open: boolean;
  closed_by_hand: boolean;
  /** Why its calendar keeps it closed: the weekday's hours, a day with hours of its own, a public holiday. */
  closed_for: "hours" | "special_day" | "holiday" | null;
  /** Which public holiday that is. */
  holiday: string | null;
  /** Not yet answered, those who are offered included. */
  waiting: number;
  ringing: number;
  talking: number;
  callbacks: number;
  oldest_joined_at: Instant | null;
  /** For who would come now; None: not known. */
  expected_wait_s: number | null;
  /** Reserve groups that help just now. */
  helped_by: string[];
  agents: QueueAgents;
  today: Record<string, FigureDoc>;
  /** The running quarter of an hour and the one before. */
  interval: Record<string, FigureDoc>;
  targets: QueueTargets;
  trend: TrendPoint[];
}

/** What callers were promised; limits of alarms where they are set. ``abandon_rate``: at most this share may give up: the alarm's limit, else the queue's own target. */
export interface QueueTargets {
  service_level: number;
  threshold_s: number;
  formula: string;
  longest_wait_s: number | null;
  abandon_rate: number;
}

/** Every part; ready when all are that calls depend on. */
export interface Readiness {
  ready: boolean;
  parts: Part[];
}

/** Why agents may be not ready. ``system``: a person cannot choose it. */
export interface ReasonDoc {
  reason: string;
  title: string;
  digits: string | null;
  productive: boolean;
  system: boolean;
}

/** A recording of a talk. */
export interface RecordingDoc {
  recording_id: string;
  contact_id: string;
  customer_id: string | null;
  /** Who talked when it began. */
  agent: string | null;
  /** Everybody who is heard. */
  agents: string[];
  queue: string | null;
  started_at: Instant;
  /** None: it is still being made. */
  length_s: number | null;
  pauses: Pause[];
  bytes: number | null;
  /** When retention removes it; None: never. */
  delete_after: Instant | null;
  state: "running" | "stored" | "missing" | "unreachable" | "deleted";
  deleted_at: Instant | null;
  deleted_by: string | null;
}

/** Why an act is not possible now. */
export interface Refusal {
  reason: string;
  /** Stable, for translation. */
  reason_id: string;
}

/** A report: rows in the order of their slices, and the whole range as one row. */
export interface ReportDoc {
  range: ReportRange;
  by: string[];
  rows: ReportRow[];
  total: ReportRow;
  definitions: Record<string, FigureWords>;
}

/** The range as asked for, in the clock of its zone. ``as_of``: the last fact that was taken into account. */
export interface ReportRange {
  from: string | null;
  to: string | null;
  time_zone: string;
  as_of: string | null;
}

/** One slice. */
export interface ReportRow {
  slice: Record<string, string | null>;
  figures: Record<string, FigureDoc>;
}

/** One change of the settings, whole. */
export interface RevisionDoc {
  number: number;
  at: Instant;
  by: string;
  comment: string;
  /** Whether it is what the settings file said. */
  origin: "file" | "change";
  /** The change that this one took back. */
  undoes: number | null;
  items: ChangedItem[];
  differences: ItemDifference[];
}

/** One change of the settings, in a list. */
export interface RevisionLine {
  number: number;
  at: Instant;
  by: string;
  comment: string;
  /** Whether it is what the settings file said. */
  origin: "file" | "change";
  /** The change that this one took back. */
  undoes: number | null;
  items: ChangedItem[];
}

/** A message to a team. */
export interface Said {
  text: string;
}

/** Press keys. */
export interface SendDigits {
  digits: string;
}

/** What the server says: one of these. */
export interface ServerFrame {
  hello: Hello | null;
  snapshot: Snapshot | null;
  delta: Delta | null;
  /** After each subscription: every stream that is read now. A snapshot of each new one follows. */
  reading: string[] | null;
  /** With ``reading``: every topic that is subscribed to now. One of which no stream is read has nothing to tell. */
  topics: ("desk" | "queues" | "agents" | "waiting" | "parked" | "contacts" | "alarms" | "totals" | "entry_points" | "settings" | "customers" | "recordings" | "voicemails" | "audit")[] | null;
  /** A stream that is no more, or that one may not see any more. */
  ended: string | null;
  error: Problem | null;
  /** With ``error``: the topic that one may not read, or no longer, and that is dropped; the others go on. */
  topic: "desk" | "queues" | "agents" | "waiting" | "parked" | "contacts" | "alarms" | "totals" | "entry_points" | "settings" | "customers" | "recordings" | "voicemails" | "audit" | null;
}

/** What an agent is to be. */
export interface SetAgentState {
  declared: Declared;
  /** With NOT_READY only; absent: set by a supervisor. */
  reason?: string | null;
  /** With LOGGED_OUT only: at once, also during a contact. */
  force?: boolean;
}

/** What came of the contact, whole: what is left out is not said. */
export interface SetOutcome {
  disposition?: string | null;
  resolved?: boolean | null;
  notes?: string;
}

/** A waiting contact's new priority; higher goes first. */
export interface SetPriority {
  priority: number;
}

/** The queues in which an agent is an exception; in all others, who serves follows from skills and reserve. Of queues that one does not see nothing changes: they may be left out. */
export interface SetQueues {
  /** Taken out of these: never offered their contacts, whatever the skills. */
  without_queues: string[];
  /** Put into these, whatever they require; what a contact itself requires still holds. */
  extra_queues: string[];
}

/** An agent's full set of skills. */
export interface SetSkills {
  skills: Record<string, unknown>;
}

/** What one entry is to be. */
export interface SettingChange {
  section: "skills" | "teams" | "agents" | "queues" | "reasons" | "dispositions" | "phone_book" | "opening_hours" | "entry_points" | "users" | "routing" | "alarms";
  name: string;
  /** As in the settings file; absent: it is removed. */
  document?: unknown;
  /** The ETag that was read; `*`: whatever it is, but it has to be there; absent: it must not be there yet. */
  match?: string | null;
}

/** One entry of a section. ``etag`` changes with every change of it. */
export interface SettingDoc {
  section: string;
  name: string;
  /** As in the settings file. */
  document: unknown;
  etag: string;
  changed_at: Instant | null;
  changed_by: string | null;
}

/** Several changes that are one. */
export interface SettingsChange {
  changes: SettingChange[];
  comment?: string;
}

/** Which settings are in force: with another revision, lists of words (reasons, teams …) may be others. */
export interface SettingsState {
  /** 0: the settings file's own. */
  revision: number;
}

/** Name and password. */
export interface SignIn {
  name: string;
  password: string;
}

/** How one can sign in here. */
export interface SignInWays {
  site: string;
  language: string;
  password: boolean;
  /** What the provider's button says; None: there is no provider. */
  oidc: string | null;
}

/** A skill, and who has it at which level. */
export interface SkillDoc {
  skill: string;
  title: string;
  agents: Record<string, number>;
}

/** A stream as it is; the next delta is number ``n + 1``. */
export interface Snapshot {
  topic: string;
  n: number;
  now: Instant;
  items: Record<string, unknown>;
}

/** A contact's whole story. */
export interface Story {
  contact_id: string;
  lines: StoryLine[];
}

/** One fact of a contact: when, what, and in words. */
export interface StoryLine {
  at: Instant;
  /** Since the contact's first fact. */
  since_s: number;
  kind: string;
  text: string;
  node: string;
  seq: number;
  data: Record<string, unknown>;
}

/** A stretch of an agent's time behind a figure; ``inside_s``: as much of it as lies in the slice. */
export interface StretchDoc {
  agent: string;
  start: Instant;
  end: Instant;
  state: string;
  inside_s: number;
}

/** A part of a country with public holidays of its own. */
export interface Subdivision {
  /** As opening hours name it. */
  subdivision: string;
  title: string;
}

/** A team with its agents. */
export interface TeamDoc {
  team: string;
  title: string;
  agents: string[];
}

/** What was corrected: ``replaced`` as it counted before. ``etag``: of that time from now on. */
export interface TimeCorrected {
  agent: string;
  etag: string;
  state: string;
  reason: string | null;
  replaced: TimePieceDoc[];
}

/** That time was told anew: ``replaced`` as it counted before, by whom, when and why. */
export interface TimeCorrectionDoc {
  at: Instant;
  by: string;
  start: Instant;
  end: Instant;
  state: string;
  reason: string | null;
  why: string;
  replaced: TimePieceDoc[];
}

/** A stretch of an agent's time as it counts. ``state``: READY, RESERVED, TALKING, HOLD, WRAP_UP or NOT_READY. */
export interface TimePieceDoc {
  start: Instant;
  end: Instant;
  state: string;
  reason: string | null;
}

/** An API token; its secret is not kept. */
export interface Token {
  token_id: string;
  name: string;
  user: string;
  scopes: ("read" | "desk" | "supervise" | "administer" | "metrics")[];
  made_at: Instant;
  last_used_at: Instant | null;
  expires_at: Instant | null;
}

/** The targets of several queues as one: each counts for as many of today's contacts as its figure does. So a figure that is just as good as its target in every queue is just as good as the target over all. None: no queue is seen. */
export interface TotalTargets {
  service_level: number | null;
  abandon_rate: number | null;
}

/** The whole centre, now and today; for supervisors the queues and agents of it that they see. */
export interface Totals {
  /** When today began, at the site. */
  day: Instant;
  waiting: number;
  longest_joined_at: Instant | null;
  talking: number;
  agents: QueueAgents;
  today: Record<string, FigureDoc>;
  interval: Record<string, FigureDoc>;
  targets: TotalTargets;
  trend: TrendPoint[];
}

/** Hand the caller over without asking. */
export interface Transfer {
  to_kind: "agent" | "queue" | "number" | "flow";
  /** An agent's, queue's or flow's name, or a number. */
  to: string;
}

/** One half-hour of today. */
export interface TrendPoint {
  at: Instant;
  offered: number;
  answered: number;
  abandoned: number;
  service_level: number | null;
}

/** An account. */
export interface User {
  name: string;
  title: string;
  role: "agent" | "supervisor" | "administrator";
  teams: string[];
  agent: string | null;
  language: string | null;
  has_password: boolean;
  must_change_password: boolean;
  /** By an administrator. */
  locked: boolean;
  /** After failed sign-ins. */
  locked_until: Instant | null;
  last_sign_in: Instant | null;
  /** Open ones. */
  sessions: number;
}

/** What a user may set of themselves. */
export interface UserNote {
  language?: string | null;
  title?: string | null;
}

/** A message that a caller left. */
export interface VoicemailDoc {
  voicemail_id: string;
  contact_id: string;
  mailbox: string;
  at: Instant;
  length_s: number;
  caller_number: string;
  caller_name: string;
  customer_id: string | null;
  bytes: number | null;
  delete_after: Instant | null;
  state: "running" | "stored" | "missing" | "unreachable" | "deleted";
  /** Who heard it first. */
  heard_by: string | null;
  /** Who has dealt with it. */
  done_by: string | null;
  done_at: Instant | null;
  /** Who called back last. */
  called_by: string | null;
  called_at: Instant | null;
  /** The contact of that call. */
  called_contact: string | null;
  /** Whether who asks may open that contact: see `ContactLine.may_open`. */
  may_open_call: boolean;
}

/** A contact that waits, and why. */
export interface WaitingRow {
  contact_id: string;
  queue: string;
  place: "WAITING" | "OFFERED" | "SCHEDULED" | "DIALLING";
  joined_at: Instant;
  priority: number;
  position: number;
  /** As it is now, after `step` relaxation steps. */
  requirement: string;
  caller_number: string;
  /** As the telephone network told it. */
  caller_name: string;
  customer: CustomerBrief | null;
  step: number;
  attempt: number;
  callback_due: Instant | null;
  offered_to: string[];
  summary: string;
  code: string;
  details: Record<string, unknown>;
  qualified: Qualified;
  changes: ChangeAhead[];
}

/** The browser's own phone. It has no password: the daemon answers Asterisk's challenge for this session. */
export interface WebPhone {
  /** Its SIP address. */
  uri: string;
  /** Where its WebSocket is, under the console's own address. */
  path: string;
  stun: string[];
}
