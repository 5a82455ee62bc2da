/**
 * The live channel: one WebSocket that is kept up, told what to send, and read into `Streams`.
 *
 *     off --start--> connecting --hello--> live --loss--> waiting --timer--> connecting
 *
 * A connection counts as lost when it closes, when the browser goes offline, or when nothing was heard for
 * `SILENCE_MS` (the daemon greets again every three seconds): a network may stop without a word. Who has slept knows
 * nothing of the silence, so the daemon is asked at once, and has `ANSWER_MS`. Subscriptions are counted by family and told again on
 * each new connection; the snapshots that follow replace what was known before.
 */

import type { Topic } from "../api/topics";
import type { CentreClock } from "./centre_clock";
import type { DeltaFrame, SnapshotFrame, Streams } from "./streams";

export type LinkState = "off" | "connecting" | "live" | "waiting";

/** What the screen says of the connection. `since`: local time in ms when the present trouble began, else null. */
export interface Link {
  state: LinkState;
  since: number | null;
  retryAt: number | null;
}

/** What of a WebSocket is used here. */
export interface Socket {
  send(text: string): void;
  close(): void;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: MessageEvent<string>) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
}

/** The outside of the channel, so that tests can stand in for it. */
export interface Surroundings {
  open(): Socket;
  now(): number;
  random(): number;
  later(run: () => void, ms: number): number;
  cancel(timer: number): void;
}

interface ServerFrame {
  hello?: { now: string; user: string } | null;
  snapshot?: SnapshotFrame | null;
  delta?: DeltaFrame | null;
  reading?: string[] | null;
  topics?: Topic[] | null;
  ended?: string | null;
  error?: { error_id: string; detail: string } | null;
  topic?: Topic | null;
}

/** The daemon's close code for a session that has ended. */
export const SIGNED_OUT_CODES: readonly number[] = [4401, 3000];

export const FIRST_RETRY_MS = 500;
export const LAST_RETRY_MS = 8_000;
export const SILENCE_MS = 8_000;
/** A sign of life that was asked for comes so soon, or the connection is dead. */
export const ANSWER_MS = 2_500;
/** A timer that is so late was asleep, with the page or the whole machine. */
export const LATE_MS = 1_500;
const CONNECT_MS = 6_000;
const REPAIR_MS = 3_000;

export class LiveChannel {
  private link: Link = { state: "off", since: null, retryAt: null };
  private socket: Socket | null = null;
  private tries = 0;
  private timer: number | null = null;
  private silence: number | null = null;
  /** A sign of life was asked for, and has not come yet. */
  private asked = false;
  private readonly wanted = new Map<Topic, number>();
  private readonly repairing = new Map<string, number>();
  private readonly watchers = new Set<() => void>();
  private readonly streams: Streams;
  private readonly clock: CentreClock;
  private readonly outside: Surroundings;
  onSignedOut: () => void = () => undefined;
  /** A connection was refused before it began, and a browser does not tell why: the session may be over. */
  onRefused: () => void = () => undefined;
  /** The daemon does not tell a family to this person, or no longer: their role or teams may have changed. */
  onForbidden: () => void = () => undefined;

  constructor(streams: Streams, clock: CentreClock, outside: Surroundings) {
    this.streams = streams;
    this.clock = clock;
    this.outside = outside;
  }

  /** The present state; the same object until it changes. */
  get state(): Link {
    return this.link;
  }

  /** Call `watcher` when the state changes. Returns the way out. */
  watch(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => void this.watchers.delete(watcher);
  }

  start(): void {
    if (this.link.state === "off") this.connect();
  }

  /** Close and stay closed. */
  stop(): void {
    this.leave();
    this.become({ state: "off", since: null, retryAt: null });
  }

  /** Something hints that it may work again, or no longer: try at once. */
  nudge(): void {
    if (this.link.state === "waiting") this.connect();
    else if (this.link.state === "live") this.ask();
  }

  /** The browser knows that there is no network. */
  cut(): void {
    if (this.link.state === "live" || this.link.state === "connecting") this.lost();
  }

  /** Want a family's streams. Returns how to stop wanting them. */
  subscribe(topic: Topic): () => void {
    const count = this.wanted.get(topic) ?? 0;
    this.wanted.set(topic, count + 1);
    if (count === 0) this.say({ subscribe: [topic] });
    let done = false;
    return () => {
      if (!done) this.unsubscribe(topic);
      done = true;
    };
  }

  private unsubscribe(topic: Topic): void {
    const count = (this.wanted.get(topic) ?? 0) - 1;
    if (count > 0) {
      this.wanted.set(topic, count);
      return;
    }
    this.wanted.delete(topic);
    this.say({ unsubscribe: [topic] });
    this.streams.drop(topic);
  }

  private connect(): void {
    this.leave();
    this.become({ state: "connecting", since: this.link.since, retryAt: null });
    const socket = this.outside.open();
    this.socket = socket;
    socket.onmessage = (event) => {
      if (this.socket === socket) this.read(event.data);
    };
    socket.onclose = (event) => {
      if (this.socket !== socket) return;
      if (SIGNED_OUT_CODES.includes(event.code)) {
        this.stop();
        this.onSignedOut();
        return;
      }
      const refused = this.link.state === "connecting";
      this.lost();
      if (refused) this.onRefused();
    };
    this.listenForSilence(CONNECT_MS);
  }

  private leave(): void {
    const socket = this.socket;
    this.socket = null;
    socket?.close();
    for (const timer of [this.timer, this.silence]) if (timer !== null) this.outside.cancel(timer);
    for (const timer of this.repairing.values()) this.outside.cancel(timer);
    this.repairing.clear();
    this.timer = this.silence = null;
    this.asked = false;
  }

  private lost(): void {
    this.leave();
    const most = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.tries);
    this.tries += 1;
    // not everybody at the same moment after a restart
    const wait = most * (0.5 + this.outside.random() / 2);
    const now = this.outside.now();
    this.become({ state: "waiting", since: this.link.since ?? now, retryAt: now + wait });
    this.timer = this.outside.later(() => this.connect(), wait);
  }

  private read(text: string): void {
    this.asked = false;
    this.listenForSilence(SILENCE_MS);
    const frame = JSON.parse(text) as ServerFrame;
    if (frame.hello) this.greet(frame.hello.now);
    else if (frame.snapshot) {
      this.clock.heard(frame.snapshot.now);
      this.mended(frame.snapshot.topic);
      this.streams.snapshot(frame.snapshot);
    } else if (frame.delta) {
      this.clock.heard(frame.delta.now);
      if (this.streams.delta(frame.delta) === "gap") this.repair(frame.delta.topic);
    } else if (frame.reading) this.streams.reading(frame.topics ?? [], frame.reading);
    else if (frame.ended) this.streams.end(frame.ended);
    else if (frame.error && frame.topic) this.forbidden(frame.topic);
  }

  private forbidden(topic: Topic): void {
    this.streams.drop(topic);
    this.onForbidden();
  }

  private greet(now: string): void {
    if (this.link.state !== "live") {
      this.clock.forget();
      this.tries = 0;
      this.become({ state: "live", since: null, retryAt: null });
      const topics = [...this.wanted.keys()];
      if (topics.length > 0) this.say({ subscribe: topics });
    }
    this.clock.heard(now);
  }

  private repair(topic: string): void {
    this.say({ resync: [topic] });
    this.mended(topic);
    this.repairing.set(
      topic,
      this.outside.later(() => this.repair(topic), REPAIR_MS),
    );
  }

  private mended(topic: string): void {
    const timer = this.repairing.get(topic);
    if (timer !== undefined) this.outside.cancel(timer);
    this.repairing.delete(topic);
  }

  private ask(): void {
    this.asked = true;
    this.say({ greet: true });
    this.listenForSilence(ANSWER_MS);
  }

  private listenForSilence(ms: number): void {
    if (this.silence !== null) this.outside.cancel(this.silence);
    const due = this.outside.now() + ms;
    this.silence = this.outside.later(() => this.silent(due), ms);
  }

  /** Nothing came for too long; or it did, and this page slept. */
  private silent(due: number): void {
    const slept = this.outside.now() - due > LATE_MS;
    if (this.link.state === "live" && slept && !this.asked) this.ask();
    else this.lost();
  }

  private say(frame: object): void {
    if (this.link.state === "live") this.socket?.send(JSON.stringify(frame));
  }

  private become(link: Link): void {
    this.link = link;
    for (const watcher of [...this.watchers]) watcher();
  }
}

/** The browser itself. */
export function browser(url: string): Surroundings {
  return {
    open: () => new WebSocket(url) as Socket,
    now: () => Date.now(),
    random: () => Math.random(),
    later: (run, ms) => window.setTimeout(run, ms),
    cancel: (timer) => window.clearTimeout(timer),
  };
}
