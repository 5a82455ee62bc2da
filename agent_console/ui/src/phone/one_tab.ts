/**
 * Of all tabs of a browser one is the phone. It holds a lock; the others wait for it, and may ask for it. A call that the
 * daemon keeps goes with it; a tab with any other call does not give the phone away, and says so.
 */

/** What a tab that is the phone has: no call, one that goes along with the phone, or one that ends with this tab. */
export type Holding = "nothing" | "movable" | "fixed";

export interface Turn {
  /** This tab is the phone from now on. */
  onOurs: () => void;
  /** Another tab is, and has this. */
  onElsewhere: (there: Holding) => void;
  /** What is here. */
  holding: () => Holding;
}

type Word = { say: "give" } | { say: "has"; what: Holding };

export class OneTab {
  private readonly name: string;
  private readonly turn: Turn;
  private readonly channel: BroadcastChannel;
  private readonly ended = new AbortController();
  private release: (() => void) | null = null;

  constructor(name: string, turn: Turn) {
    this.name = name;
    this.turn = turn;
    this.channel = new BroadcastChannel(name);
    this.channel.onmessage = (event: MessageEvent<Word>) => this.heard(event.data);
  }

  start(): void {
    void navigator.locks.request(this.name, { ifAvailable: true }, (lock) => (lock ? this.hold() : this.queue()));
  }

  /** Ask the tab that is the phone to leave it to this one. */
  ask(): void {
    this.say({ say: "give" });
  }

  /** The call here began or ended, or is another one. */
  tell(): void {
    if (this.release) this.say({ say: "has", what: this.turn.holding() });
  }

  stop(): void {
    this.ended.abort();
    this.release?.();
    this.release = null;
    this.channel.close();
  }

  private async hold(): Promise<void> {
    if (this.ended.signal.aborted) return;
    const until = new Promise<void>((resolve) => (this.release = resolve));
    this.turn.onOurs();
    this.tell();
    await until;
  }

  private queue(): void {
    this.turn.onElsewhere("nothing");
    navigator.locks.request(this.name, { signal: this.ended.signal }, () => this.hold()).catch(() => undefined); // this tab went before its turn
  }

  private heard(word: Word): void {
    if (this.release === null) {
      if (word.say === "has") this.turn.onElsewhere(word.what);
      return;
    }
    if (word.say === "has") return;
    if (this.turn.holding() === "fixed") {
      this.tell();
      return;
    }
    const release = this.release;
    this.release = null;
    this.turn.onElsewhere("nothing");
    release();
    this.queue();
  }

  private say(word: Word): void {
    this.channel.postMessage(word);
  }
}
