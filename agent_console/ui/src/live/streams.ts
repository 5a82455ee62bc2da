/**
 * What the live channel told, as keyed documents per topic. Frames are numbered per topic: a snapshot begins, each
 * delta is the next number; anything else is a gap, and the topic is asked for anew. Listeners are told once a frame
 * of the screen, however many deltas came.
 */

export interface SnapshotFrame {
  topic: string;
  n: number;
  now: string;
  items: Record<string, unknown>;
}

export interface DeltaFrame {
  topic: string;
  n: number;
  now: string;
  set?: Record<string, unknown>;
  gone?: string[];
}

export type Applied = "applied" | "gap" | "ignored";

/** One topic: its documents by key. `items` is a new Map after every flush that changed it. */
interface Stream {
  n: number;
  items: Map<string, unknown>;
  /** Between a gap and the snapshot that mends it. */
  broken: boolean;
}

type Listener = () => void;

const NOTHING: ReadonlyMap<string, unknown> = new Map();

/** `agents` of `agents/north`. */
export function familyOf(topic: string): string {
  const slash = topic.indexOf("/");
  return slash < 0 ? topic : topic.slice(0, slash);
}

export class Streams {
  private readonly streams = new Map<string, Stream>();
  /** Families that are known: a snapshot came, or the daemon has said that there is nothing of them. */
  private readonly told = new Set<string>();
  private readonly listeners = new Map<string, Set<Listener>>();
  private readonly changed = new Set<string>();
  private readonly flat = new Map<string, ReadonlyMap<string, unknown>>();
  private scheduled = false;
  private readonly schedule: (flush: () => void) => void;

  /** `schedule` calls back soon, at the latest with the next picture. */
  constructor(schedule: (flush: () => void) => void) {
    this.schedule = schedule;
  }

  snapshot(frame: SnapshotFrame): void {
    const before = this.streams.get(frame.topic);
    const items = new Map<string, unknown>();
    for (const [key, document] of Object.entries(frame.items)) {
      // an unchanged document stays the same object, so that nothing is drawn again
      const known = before?.items.get(key);
      items.set(key, known !== undefined && same(known, document) ? known : document);
    }
    this.streams.set(frame.topic, { n: frame.n, items, broken: false });
    this.told.add(familyOf(frame.topic));
    this.touch(frame.topic);
  }

  delta(frame: DeltaFrame): Applied {
    const stream = this.streams.get(frame.topic);
    if (!stream || stream.broken || frame.n <= stream.n) return "ignored";
    if (frame.n !== stream.n + 1) {
      stream.broken = true;
      return "gap";
    }
    stream.n = frame.n;
    for (const key of frame.gone ?? []) stream.items.delete(key);
    for (const [key, document] of Object.entries(frame.set ?? {})) stream.items.set(key, document);
    this.touch(frame.topic);
    return "applied";
  }

  /** What the daemon reads for this page, by family: streams that are not among them are over, perhaps all. */
  reading(families: readonly string[], topics: readonly string[]): void {
    const read = new Set(topics);
    for (const topic of [...this.streams.keys()]) {
      if (families.includes(familyOf(topic)) && !read.has(topic)) this.end(topic);
    }
    const full = new Set(topics.map(familyOf));
    for (const family of families) {
      if (full.has(family) || this.told.has(family)) continue;
      this.told.add(family);
      this.touch(family);
    }
  }

  /** Forget a family that nobody looks at any more, or that may not be looked at. */
  drop(family: string): void {
    this.told.delete(family);
    for (const topic of [...this.streams.keys()]) {
      if (familyOf(topic) === family) this.streams.delete(topic);
    }
    this.touch(family);
  }

  /** A topic that is no more. */
  end(topic: string): void {
    if (this.streams.delete(topic)) this.touch(topic);
  }

  /** Forget everything: somebody else signed in. */
  clear(): void {
    for (const family of this.told) this.touch(family);
    this.told.clear();
    this.streams.clear();
  }

  /** Whether the family's first snapshot has come, or there is nothing of it. */
  known(family: string): boolean {
    return this.told.has(family);
  }

  /** All documents of the family's topics, by key; the same Map until something changed. */
  family(family: string): ReadonlyMap<string, unknown> {
    const ready = this.flat.get(family);
    if (ready) return ready;
    if (!this.known(family)) return NOTHING;
    const all = new Map<string, unknown>();
    for (const [topic, stream] of this.streams) {
      if (familyOf(topic) === family) for (const [key, document] of stream.items) all.set(key, document);
    }
    this.flat.set(family, all);
    return all;
  }

  /** Call `listener` after changes of a family. Returns the way out. */
  listen(family: string, listener: Listener): () => void {
    const all = this.listeners.get(family) ?? new Set();
    this.listeners.set(family, all.add(listener));
    return () => void all.delete(listener);
  }

  private touch(topic: string): void {
    this.changed.add(familyOf(topic));
    if (this.scheduled) return;
    this.scheduled = true;
    this.schedule(() => this.flush());
  }

  private flush(): void {
    this.scheduled = false;
    const families = [...this.changed];
    this.changed.clear();
    for (const family of families) this.flat.delete(family);
    for (const family of families) for (const listener of [...(this.listeners.get(family) ?? [])]) listener();
  }
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** With the next picture; in a hidden tab, which paints none, in a moment. */
export function beforeNextPicture(flush: () => void): void {
  if (document.hidden) setTimeout(flush, 100);
  else requestAnimationFrame(() => flush());
}
