/**
 * Outcomes are saved as they are typed. A change is sent after a pause in typing; what the daemon has not confirmed is
 * kept in this browser, is tried again until it has, and survives a closed page, a lost network and an ended session.
 * It is kept as its writer's: where several people share a browser, only the writer's own session sends and shows it.
 */

import type { DeskContact, Outcome } from "../api/documents";
import { Problem } from "../api/client";
import { judged, type Told } from "./outcome_versions";

export type SaveState = "saved" | "waiting" | "saving" | "kept" | "refused" | "clash";

/** `base`: what was told when it was begun. `theirs`: in a clash, what somebody else told meanwhile. */
export interface Draft {
  outcome: Outcome;
  base: Told;
  state: SaveState;
  refusal: Problem | null;
  theirs: Told | null;
}

export type Answer = Pick<DeskContact, "outcome" | "outcome_etag" | "erased_at">;

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
/** The live channel has told the saved outcome by then; until then the draft is the newer word. */
export const SETTLED_MS = 2_000;
/** So long it waits for its writer to come back to this browser. */
export const KEPT_MS = 7 * 24 * 3600_000;
const KEY = "cordboard.outcome.";

/** Of what was sent without an answer the latest are remembered: one of them may have come there. */
const TRIED = 5;

interface Kept {
  at: number;
  outcome: Outcome;
  base: Told;
  tried: readonly Outcome[];
}

export const toldIn = (answer: Answer): Told => ({
  outcome: answer.outcome,
  etag: answer.outcome_etag,
  erasedAt: answer.erased_at,
});

export class OutcomeSaver {
  private readonly drafts = new Map<string, Draft>();
  private readonly tried = new Map<string, readonly Outcome[]>();
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
    this.drafts.set(contactId, { outcome, base, state: "kept", refusal: null, theirs: null });
    this.plan(contactId, 0);
  }

  /** What is kept there; null: nothing that anybody can use, or not any more. */
  private read(key: string): Kept | null {
    try {
      const found = JSON.parse(this.outside.kept.getItem(key) ?? "null") as Partial<Kept> | null;
      if (typeof found?.at !== "number" || !found.outcome || !found.base || !found.tried) return null;
      const { at, outcome, base, tried } = found;
      return at + KEPT_MS > this.outside.now() ? { at, outcome, base, tried } : null;
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

  /** `told`: what was on the screen when this was typed, unless there is a draft already. */
  change(contactId: string, outcome: Outcome, told: Told): void {
    const { base, state, theirs } = this.drafts.get(contactId) ?? { base: told, state: "saved", theirs: null };
    this.keep(contactId, outcome, base);
    if (state === "clash") {
      this.become(contactId, { outcome, base, state, refusal: null, theirs });
      return;
    }
    this.become(contactId, { outcome, base, state: "waiting", refusal: null, theirs: null });
    this.plan(contactId, PAUSE_MS);
  }

  /** In a clash: ours is to stand, over all that was told meanwhile. */
  insist(contactId: string): void {
    const draft = this.drafts.get(contactId);
    if (draft?.theirs) this.sendOver(contactId, draft.outcome, draft.theirs);
  }

  /** What was typed and could not be saved is given up: what the daemon says holds. */
  giveUp(contactId: string): void {
    this.forget(contactId);
    this.drafts.delete(contactId);
    this.tell();
  }

  /** Send now what has not been sent; ends when it has been tried. False: somebody has to choose first. */
  async flush(contactId: string): Promise<boolean> {
    const state = this.drafts.get(contactId)?.state ?? "saved";
    if (!["saved", "refused", "clash"].includes(state)) await this.send(contactId);
    return this.drafts.get(contactId)?.state !== "clash";
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
    if (!draft || draft.state === "saved" || draft.state === "clash" || this.stopped) return;
    const { outcome, base } = draft;
    this.tried.set(contactId, [...(this.tried.get(contactId) ?? []), outcome].slice(-TRIED));
    this.keep(contactId, outcome, base);
    this.become(contactId, { outcome, base, state: "saving", refusal: null, theirs: null });
    try {
      this.sent(contactId, outcome, toldIn(await this.outside.put(contactId, outcome, base.etag)));
    } catch (error) {
      this.failed(contactId, outcome, error);
    }
  }

  private sent(contactId: string, outcome: Outcome, base: Told): void {
    const draft = this.drafts.get(contactId);
    if (draft && draft.outcome !== outcome) {
      // typed on meanwhile: the next one is planned, over this one
      this.tried.delete(contactId);
      this.keep(contactId, draft.outcome, base);
      this.become(contactId, { ...draft, base });
      return;
    }
    this.stands(contactId, outcome, base);
  }

  private stands(contactId: string, outcome: Outcome, base: Told): void {
    this.forget(contactId);
    this.become(contactId, { outcome, base, state: "saved", refusal: null, theirs: null });
    this.timers.set(
      contactId,
      this.outside.later(() => this.settle(contactId), SETTLED_MS),
    );
  }

  private settle(contactId: string): void {
    if (this.drafts.get(contactId)?.state !== "saved") return;
    this.drafts.delete(contactId);
    this.tell();
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

  /** Another outcome was told since ours was begun. */
  private overtaken(contactId: string, draft: Draft, theirs: Told): void {
    if (this.stopped) return;
    const verdict = judged(draft.outcome, draft.base, this.tried.get(contactId) ?? [], theirs);
    if (verdict.is === "there") this.stands(contactId, theirs.outcome, theirs);
    else if (verdict.is === "over") this.sendOver(contactId, verdict.outcome, theirs);
    else this.become(contactId, { ...draft, state: "clash", theirs });
  }

  private sendOver(contactId: string, outcome: Outcome, base: Told): void {
    this.tried.delete(contactId);
    this.keep(contactId, outcome, base);
    this.become(contactId, { outcome, base, state: "waiting", refusal: null, theirs: null });
    this.plan(contactId, 0);
  }

  private become(contactId: string, draft: Draft): void {
    this.drafts.set(contactId, draft);
    this.tell();
  }

  private tell(): void {
    for (const listener of [...this.listeners]) listener();
  }
}
