/**
 * Outcomes are saved as they are typed. A change is sent after a pause in typing; what the daemon has not confirmed is
 * kept in this browser, is tried again until it has, and survives a closed page, a lost network and an ended session.
 * It is kept as its writer's: where several people share a browser, only the writer's own session sends and shows it.
 */

import type { Outcome } from "../api/documents";
import { Problem } from "../api/client";
import { type Answer, isSame, markOf, merged, NOTHING, type Told, toldIn, type Verdict } from "../api/outcome_versions";

export type SaveState = "saved" | "waiting" | "saving" | "kept" | "refused";

/** `base`: what the daemon had when this was typed. */
export interface Draft {
  outcome: Outcome;
  base: Told;
  state: SaveState;
  refusal: Problem | null;
}

export interface Outside {
  /** Over what is told under this ETag, and nothing else. */
  put(contactId: string, outcome: Outcome, etag: string): Promise<Answer>;
  now(): number;
  later(run: () => void, ms: number): number;
  cancel(timer: number): void;
  kept: Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;
}

export const PAUSE_MS = 500;
export const AGAIN_MS = 3_000;
/** The live channel has told the saved outcome by then, or nobody looks at the contact any more. */
export const SETTLED_MS = 60_000;
/** So long it waits for its writer to come back to this browser. */
export const KEPT_MS = 7 * 24 * 3600_000;
const KEY = "cordboard.outcome.";

/** Outcomes that are remembered as sent without an answer: one of them may have come there. */
const TRIED = 50;
/** At most so often a flush follows what others tell meanwhile. */
const FLUSHES = 5;

/** `tried`: marks of what was sent without an answer. */
interface Kept {
  at: number;
  outcome: Outcome;
  base: Told;
  tried: readonly string[];
}

/** Of a draft of which nobody knows over what it was typed. */
const UNKNOWN: Told = { outcome: NOTHING, etag: "unknown", erasedAt: null };

/** What stands in a browser may be of another version, or anybody's. */
function isTold(found: unknown): found is Told {
  const { outcome, etag, erasedAt } = (found ?? {}) as Record<string, unknown>;
  const hasTime = erasedAt === null || typeof erasedAt === "string";
  return typeof etag === "string" && isOutcome(outcome) && hasTime;
}

function isOutcome(found: unknown): found is Outcome {
  return typeof (found as Outcome | null | undefined)?.notes === "string";
}

export class OutcomeSaver {
  private readonly drafts = new Map<string, Draft>();
  private readonly tried = new Map<string, readonly string[]>();
  /** ETags that a draft has left behind: a screen may still be late with one of them. */
  private readonly older = new Map<string, Set<string>>();
  private readonly overrulings = new Map<string, Verdict>();
  private readonly timers = new Map<string, number>();
  private readonly sending = new Map<string, Promise<void>>();
  private readonly listeners = new Set<() => void>();
  private readonly outside: Outside;
  private readonly own: string;
  private stopped = false;

  /** `user`: who writes. */
  constructor(user: string, outside: Outside) {
    this.outside = outside;
    this.own = `${KEY}${encodeURIComponent(user)}/`;
  }

  /** Send what an earlier page of this user could not; of others' only what is too old goes. */
  resume(): void {
    const { kept } = this.outside;
    const keys = Array.from({ length: kept.length }, (_, index) => kept.key(index) ?? "");
    for (const key of keys.filter((one) => one.startsWith(KEY))) {
      const found = this.read(key);
      if (found === null) kept.removeItem(key);
      else if (key.startsWith(this.own)) this.takeUp(key.slice(this.own.length), found);
    }
    this.tell();
  }

  /** Somebody else is at this page: nothing more is sent, and what was not stays kept for its writer. */
  stop(): void {
    this.stopped = true;
    for (const timer of this.timers.values()) this.outside.cancel(timer);
    this.timers.clear();
  }

  private takeUp(contactId: string, { outcome, base, tried }: Kept): void {
    if (this.drafts.has(contactId)) return;
    this.tried.set(contactId, tried);
    this.drafts.set(contactId, { outcome, base, state: "kept", refusal: null });
    this.plan(contactId, 0);
  }

  /** What is kept there; null: nothing that anybody can use, or not any more. */
  private read(key: string): Kept | null {
    try {
      const found = JSON.parse(this.outside.kept.getItem(key) ?? "null") as Partial<Kept> | null;
      if (typeof found?.at !== "number" || !isOutcome(found.outcome)) return null;
      if (found.at + KEPT_MS <= this.outside.now()) return null;
      const base = isTold(found.base) ? found.base : UNKNOWN;
      return { at: found.at, outcome: found.outcome, base, tried: Array.isArray(found.tried) ? found.tried : [] };
    } catch {
      return null;
    }
  }

  private keep(contactId: string, outcome: Outcome, base: Told): void {
    const kept: Kept = { at: this.outside.now(), outcome, base, tried: this.tried.get(contactId) ?? [] };
    this.outside.kept.setItem(this.own + contactId, JSON.stringify(kept));
  }

  private forget(contactId: string): void {
    this.tried.delete(contactId);
    this.outside.kept.removeItem(this.own + contactId);
  }

  /** What was typed and is not yet confirmed, with how far it is; null: what the daemon says holds. */
  draft(contactId: string): Draft | null {
    return this.drafts.get(contactId) ?? null;
  }

  /** What one had said of it when somebody else said otherwise, which stands; null: nothing of the kind. */
  overruled(contactId: string): Verdict | null {
    return this.overrulings.get(contactId) ?? null;
  }

  /** `told`: what is on the screen; a draft has a base of its own. */
  change(contactId: string, outcome: Outcome, told: Told): void {
    const before = this.drafts.get(contactId);
    const { disposition, resolved } = before?.outcome ?? told.outcome;
    if (outcome.disposition !== disposition || outcome.resolved !== resolved) this.overrulings.delete(contactId);
    this.write(contactId, outcome, before?.base ?? told, PAUSE_MS);
  }

  /** The daemon tells this of a contact now: a draft that it has is over; notes of who was erased go at once. */
  shown(contactId: string, told: Told): void {
    const draft = this.drafts.get(contactId);
    if (!draft || this.stopped) return;
    const { base, outcome, state } = draft;
    if (told.etag !== base.etag && this.older.get(contactId)?.has(told.etag)) return; // it is late
    if (state === "saved") this.drop(contactId);
    else if ((told.erasedAt ?? "") > (base.erasedAt ?? "")) this.mergeInto(contactId, outcome, base, told);
  }

  private drop(contactId: string): void {
    this.drafts.delete(contactId);
    this.older.delete(contactId);
    this.tell();
  }

  /** Send now what has not been sent; ends when it has been tried. */
  async flush(contactId: string): Promise<void> {
    for (let turn = 0; turn < FLUSHES; turn++) {
      const state = this.drafts.get(contactId)?.state ?? "saved";
      if (state === "saved" || state === "refused" || (state === "kept" && turn > 0)) return;
      await this.send(contactId);
    }
  }

  /** The page closes: send all that has not been sent. */
  flushAll(): void {
    for (const contactId of this.drafts.keys()) void this.flush(contactId);
  }

  readonly listen = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  private plan(contactId: string, ms: number): void {
    if (this.stopped) return;
    const before = this.timers.get(contactId);
    if (before !== undefined) this.outside.cancel(before);
    this.timers.set(
      contactId,
      this.outside.later(() => void this.send(contactId), ms),
    );
  }

  /** One at a time, so that an older text never arrives last. */
  private async send(contactId: string): Promise<void> {
    const before = this.sending.get(contactId);
    if (before) {
      await before;
      const draft = this.drafts.get(contactId);
      if (!draft || draft.state === "saved" || this.sending.has(contactId)) return this.sending.get(contactId);
    }
    const attempt = this.attempt(contactId);
    this.sending.set(contactId, attempt);
    try {
      await attempt;
    } finally {
      if (this.sending.get(contactId) === attempt) this.sending.delete(contactId);
    }
  }

  private async attempt(contactId: string): Promise<void> {
    const draft = this.drafts.get(contactId);
    if (!draft || draft.state === "saved" || this.stopped) return;
    const { outcome, base } = draft;
    const tried = this.tried.get(contactId) ?? [];
    this.tried.set(contactId, [...new Set([...tried, markOf(outcome)])].slice(-TRIED));
    this.keep(contactId, outcome, base);
    this.become(contactId, { outcome, base, state: "saving", refusal: null });
    try {
      this.sent(contactId, outcome, toldIn(await this.outside.put(contactId, outcome, base.etag)));
    } catch (error) {
      this.failed(contactId, outcome, error);
    }
  }

  private sent(contactId: string, outcome: Outcome, base: Told): void {
    const draft = this.drafts.get(contactId);
    if (!draft || draft.outcome === outcome) {
      this.stands(contactId, outcome, base);
      return;
    }
    // typed on meanwhile: the next one is planned, over this one
    this.leaveBehind(contactId);
    this.keep(contactId, draft.outcome, base);
    this.become(contactId, { ...draft, base });
  }

  /** The daemon has it. */
  private stands(contactId: string, outcome: Outcome, base: Told): void {
    this.leaveBehind(contactId);
    this.forget(contactId);
    this.become(contactId, { outcome, base, state: "saved", refusal: null });
    this.timers.set(
      contactId,
      this.outside.later(() => this.settle(contactId), SETTLED_MS),
    );
  }

  /** What the draft was typed over is old, and nothing is in doubt any more. */
  private leaveBehind(contactId: string): void {
    this.tried.delete(contactId);
    const base = this.drafts.get(contactId)?.base;
    if (base) this.older.set(contactId, (this.older.get(contactId) ?? new Set()).add(base.etag));
  }

  private settle(contactId: string): void {
    if (this.drafts.get(contactId)?.state === "saved") this.drop(contactId);
  }

  private failed(contactId: string, outcome: Outcome, error: unknown): void {
    const draft = this.drafts.get(contactId);
    if (draft?.outcome !== outcome) return;
    if (error instanceof Problem && error.status === 412 && error.present) {
      this.overtaken(contactId, draft, toldIn(error.present as Answer));
      return;
    }
    const refused = error instanceof Problem && error.status >= 400 && error.status < 500 && error.status !== 401;
    if (refused) {
      // what was typed can be mended, also after the page is loaded anew; unless there is nothing to say it of
      if (error.status === 404 && !this.stopped) this.forget(contactId);
      this.become(contactId, { ...draft, state: "refused", refusal: error });
    } else {
      this.become(contactId, { ...draft, state: "kept" });
      this.plan(contactId, AGAIN_MS);
    }
  }

  /** Another outcome was told since ours was begun; unless it is one of ours, of which no answer came. */
  private overtaken(contactId: string, draft: Draft, theirs: Told): void {
    if (this.stopped) return;
    const isOurs = this.tried.get(contactId)?.includes(markOf(theirs.outcome)) ?? false;
    const base = isOurs ? { ...draft.base, outcome: theirs.outcome } : draft.base;
    this.mergeInto(contactId, draft.outcome, base, theirs);
  }

  private mergeInto(contactId: string, mine: Outcome, base: Told, theirs: Told): void {
    const { outcome, overruled } = merged(mine, base, theirs);
    if (overruled) this.overrulings.set(contactId, overruled);
    this.leaveBehind(contactId);
    if (isSame(outcome, theirs.outcome)) this.stands(contactId, theirs.outcome, theirs);
    else this.write(contactId, outcome, theirs, 0);
  }

  private write(contactId: string, outcome: Outcome, base: Told, ms: number): void {
    this.keep(contactId, outcome, base);
    this.become(contactId, { outcome, base, state: "waiting", refusal: null });
    this.plan(contactId, ms);
  }

  private become(contactId: string, draft: Draft): void {
    this.drafts.set(contactId, draft);
    this.tell();
  }

  private tell(): void {
    for (const listener of [...this.listeners]) listener();
  }
}
