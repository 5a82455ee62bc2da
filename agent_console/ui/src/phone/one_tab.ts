/**
 * Of all tabs of a browser one is the phone. It holds a lock; the others wait for it, and may ask for it. A tab in which
 * a call is going on does not give it away, and says so.
 */

export interface Turn {
  /** This tab is the phone from now on. */
  onOurs: () => void;
  /** Another tab is. `busy`: a call is there. */
  onElsewhere: (busy: boolean) => void;
  /** Whether a call is here. */
  isBusy: () => boolean;
}

type Word = { say: "give" | "busy" | "free" };

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
    this.say("give");
  }

  /** The call here began or ended. */
  tell(): void {
    if (this.release) this.say(this.turn.isBusy() ? "busy" : "free");
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
    this.turn.onElsewhere(false);
    navigator.locks.request(this.name, { signal: this.ended.signal }, () => this.hold()).catch(() => undefined); // this tab went before its turn
  }

  private heard({ say }: Word): void {
    if (this.release === null) {
      if (say !== "give") this.turn.onElsewhere(say === "busy");
      return;
    }
    if (say !== "give") return;
    if (this.turn.isBusy()) {
      this.say("busy");
      return;
    }
    const release = this.release;
    this.release = null;
    this.turn.onElsewhere(false);
    release();
    this.queue();
  }

  private say(word: Word["say"]): void {
    this.channel.postMessage({ say: word } satisfies Word);
  }
}
