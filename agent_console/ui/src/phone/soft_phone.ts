/** The phone of this page: joins microphone, SIP, sounds and the state that is shown. */

import type { WebPhone } from "../api/documents";
import {
  type Choice,
  close,
  keepChoice,
  keptChoice,
  lookForMicrophone,
  openMicrophone,
  troubleOf,
  watchDevices,
} from "./devices";
import { OneTab } from "./one_tab";
import { judge, type Sample, sampleOf } from "./quality";
import { openSip, type Sip, type SipCall, type SipEvents } from "./sip";
import { playAt, Player } from "./sounds";
import { AT_FIRST, type Happening, next, type PhoneState } from "./states";

const LISTEN_MS = 1_000;
const KEPT_SAMPLES = 12;
const WAKING = ["pointerdown", "keydown"] as const;

export class SoftPhone {
  readonly player = new Player();
  /** The daemon says that the session has ended. */
  onSignedOut: () => void = () => undefined;
  private readonly account: WebPhone;
  private present: PhoneState = AT_FIRST;
  private choice: Choice = keptChoice();
  private readonly listeners = new Set<() => void>();
  private tab: OneTab | null = null;
  private sip: Promise<Sip> | null = null;
  private opened: Sip | null = null;
  /** How often devices were looked at; how often a line was begun or left: what belongs to an earlier one is stale. */
  private looks = 0;
  private lines = 0;
  private isOurs = false;
  private isOfDesk = false;
  private call: SipCall | null = null;
  private microphone: Promise<MediaStream> | null = null;
  private samples: Sample[] = [];
  private ear: number | null = null;
  private leaveDevices: () => void = () => undefined;
  private readonly speaker = new Audio();

  constructor(account: WebPhone) {
    this.account = account;
    this.player.onBlocked = (blocked) => this.happens({ is: "ringBlocked", blocked });
  }

  readonly state = (): PhoneState => this.present;
  readonly devices = (): Choice => this.choice;
  readonly listen = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  // -- life ----------------------------------------------------------------------------------------------------------

  start(): void {
    const why = unsupported();
    if (why) {
      this.happens({ is: "unsupported", why });
      return;
    }
    this.tab = new OneTab(`cordboard.phone.${this.account.uri}`, {
      onOurs: () => void this.begin(),
      onElsewhere: (there) => {
        this.handOver();
        this.happens({ is: "elsewhere", where: "tab", there });
      },
      holding: () => (this.call === null ? "nothing" : this.isKept() ? "movable" : "fixed"),
    });
    this.tab.start();
    this.happens({ is: "ringBlocked", blocked: !hasClicked() });
    for (const event of WAKING) window.addEventListener(event, this.wake);
    window.addEventListener("pagehide", this.goes);
    window.addEventListener("pageshow", this.returns);
    window.addEventListener("beforeunload", this.warn);
  }

  stop(): void {
    for (const event of WAKING) window.removeEventListener(event, this.wake);
    window.removeEventListener("pagehide", this.goes);
    window.removeEventListener("pageshow", this.returns);
    window.removeEventListener("beforeunload", this.warn);
    this.leave();
    this.tab?.stop();
    this.tab = null;
    this.happens({ is: "off" });
  }

  /** Be the phone in this tab or browser, wherever it is now. */
  takeOver(): void {
    const { line } = this.present;
    if (line.kind !== "elsewhere") return;
    if (line.where === "tab") this.tab?.ask();
    else void this.begin();
  }

  /** Ask the person for the microphone, or look again whether it is there. */
  async askForMicrophone(): Promise<void> {
    try {
      close(await openMicrophone(this.choice));
      this.happens({ is: "microphone", trouble: null });
      if (!this.sip) this.connect();
    } catch (error) {
      this.happens({ is: "microphone", trouble: troubleOf(error) });
    }
  }

  /** The connection to the daemon may be dead: something else of it is. */
  suspect(): void {
    void this.sip?.then((sip) => sip.suspect());
  }

  private async begin(): Promise<void> {
    this.isOurs = true;
    this.happens({ is: "connecting" });
    this.leaveDevices = watchDevices(() => void this.look());
    await this.look();
  }

  /** Without a microphone the phone is not reachable: nobody is rung who could not talk. A talk is left alone. */
  private async look(): Promise<void> {
    const mine = ++this.looks;
    const trouble = await lookForMicrophone();
    // what was found later counts, whichever answer comes first
    if (mine !== this.looks || !this.isOurs) return;
    this.happens({ is: "microphone", trouble });
    if (trouble === null && !this.sip) this.connect();
    else if (trouble !== null && this.call === null) this.disconnect();
    if (trouble === null && this.call) await this.replaceEnded(this.call);
  }

  /** A microphone that was unplugged in the middle of a call: the one that is there now takes its place. */
  private async replaceEnded(call: SipCall): Promise<void> {
    try {
      const tracks = (await this.microphone)?.getAudioTracks() ?? [];
      if (tracks.some((one) => one.readyState === "ended")) await this.change(call);
    } catch (error) {
      this.happens({ is: "microphone", trouble: troubleOf(error) });
    }
  }

  private connect(): void {
    this.happens({ is: "connecting" });
    const line = ++this.lines;
    this.sip = openSip(this.account, this.events(line));
    this.sip
      .then((sip) => {
        if (line === this.lines) this.opened = sip;
      })
      .catch(() => {
        this.sip = null;
        this.happens({ is: "disconnected", at: Date.now() });
      });
  }

  private disconnect(): void {
    this.lines += 1;
    void this.sip?.then((sip) => sip.stop()).catch(() => undefined);
    this.sip = null;
    this.opened = null;
  }

  private leave(): void {
    this.isOurs = false;
    this.leaveDevices();
    this.disconnect();
    if (this.call) this.over(this.call);
  }

  /** Another tab is the phone, and the daemon brings the call there, as to a page that was loaded anew. */
  private handOver(): void {
    this.opened?.leave();
    this.leave();
  }

  // -- what SIP tells ------------------------------------------------------------------------------------------------

  private events(line: number): SipEvents {
    // a line that was left says good-bye for a while
    const ours = (happening: Happening) => {
      if (line === this.lines) this.happens(happening);
    };
    return {
      connecting: () => ours({ is: "connecting" }),
      registered: () => ours({ is: "registered" }),
      refused: (status) => ours({ is: "refused", status }),
      disconnected: (final) => {
        if (line === this.lines) this.disconnected(final);
      },
      rings: (call) => this.rings(call),
      toldToAnswer: () => void this.answer(),
      up: (call) => this.up(call),
      hears: (_, stream) => this.hear(stream),
      over: (call) => this.over(call),
    };
  }

  private disconnected(final: "signedOut" | "refused" | "elsewhere" | null): void {
    if (final === null) {
      this.happens({ is: "disconnected", at: Date.now() });
      return;
    }
    this.leave();
    if (final === "elsewhere") this.happens({ is: "elsewhere", where: "browser", there: "nothing" });
    else if (final === "refused") this.happens({ is: "refused", status: 403 });
    else this.onSignedOut();
  }

  private rings(call: SipCall): void {
    this.call = call;
    this.happens({ is: "rings", id: call.id, who: call.who, byItself: call.byItself, at: Date.now() });
    this.tab?.tell();
    this.microphone = openMicrophone(this.choice);
    this.microphone.catch(() => undefined); // told when it is needed
    if (call.byItself) {
      this.player.beep(this.choice.loudspeaker);
      void this.answer();
    } else this.player.ring(this.choice.ringer);
  }

  private up(call: SipCall): void {
    this.player.stop();
    this.happens({ is: "up", id: call.id, at: Date.now() });
    this.tab?.tell();
    this.samples = [];
    this.ear = window.setInterval(() => void this.judge(call), LISTEN_MS);
  }

  private hear(stream: MediaStream): void {
    this.speaker.srcObject = stream;
    playAt(this.speaker, this.choice.loudspeaker).catch(() => this.happens({ is: "ringBlocked", blocked: true }));
  }

  private over(call: SipCall): void {
    if (this.call !== call) return;
    if (this.ear !== null) window.clearInterval(this.ear);
    this.ear = null;
    this.call = null;
    this.player.stop();
    this.speaker.srcObject = null;
    void this.microphone?.then(close).catch(() => undefined);
    this.microphone = null;
    this.happens({ is: "over", id: call.id });
    this.tab?.tell();
    if (this.present.microphone !== null) this.disconnect();
  }

  private async judge(call: SipCall): Promise<void> {
    const connection = call.connection();
    if (!connection || this.call !== call) return;
    const report = await connection.getStats();
    this.samples = [...this.samples, sampleOf(report, Date.now(), connection.iceConnectionState)].slice(-KEPT_SAMPLES);
    const upAt = this.present.call?.since ?? Date.now();
    this.happens({ is: "judged", id: call.id, verdict: judge(this.samples, upAt) });
  }

  // -- what the person does ------------------------------------------------------------------------------------------

  async answer(): Promise<void> {
    const call = this.call;
    if (!call || this.present.call?.phase !== "ringing") return;
    this.player.stop();
    this.happens({ is: "answering", id: call.id });
    try {
      const stream = await (this.microphone ?? openMicrophone(this.choice));
      if (this.call === call) call.answer(stream);
    } catch (error) {
      this.happens({ is: "microphone", trouble: troubleOf(error) });
      call.end();
    }
  }

  readonly hangUp = (): void => this.call?.end();

  /** Whether the present call is on the desk: then the daemon keeps it for the next page when this one goes. */
  belongsToDesk(belongs: boolean): void {
    if (this.isOfDesk === belongs) return;
    this.isOfDesk = belongs;
    this.tab?.tell();
  }

  /** Nothing leaves the microphone, whatever the switch does. */
  mute(muted: boolean): void {
    if (this.present.muted === muted || this.call === null) return;
    void this.microphone?.then((stream) => {
      for (const track of stream.getAudioTracks()) track.enabled = !muted;
    });
    this.happens({ is: "muted", muted });
  }

  /** Look for a new way for the sound. */
  repair(): boolean {
    return this.call?.repair() ?? false;
  }

  /** Choose devices; during a call at once. */
  async choose(changes: Partial<Choice>): Promise<void> {
    this.choice = { ...this.choice, ...changes };
    keepChoice(this.choice);
    this.tellAll();
    if (changes.loudspeaker !== undefined && this.speaker.srcObject) await playAt(this.speaker, changes.loudspeaker);
    if (changes.microphone !== undefined && this.call) await this.change(this.call);
  }

  private async change(call: SipCall): Promise<void> {
    const stream = await openMicrophone(this.choice);
    const track = stream.getAudioTracks()[0];
    const sender = call
      .connection()
      ?.getSenders()
      .find((one) => one.track?.kind === "audio");
    if (this.call !== call || !track || !sender) {
      close(stream);
      return;
    }
    track.enabled = !this.present.muted;
    await sender.replaceTrack(track);
    void this.microphone?.then(close);
    this.microphone = Promise.resolve(stream);
  }

  /** Somebody has clicked: from now on the browser plays sounds. */
  private readonly wake = (): void => {
    if (!this.present.ringBlocked) return;
    this.happens({ is: "ringBlocked", blocked: false });
    if (this.present.call?.phase === "ringing") this.player.ring(this.choice.ringer);
    else if (this.speaker.srcObject) this.speaker.play().catch(() => undefined);
  };

  /** The page goes: what the daemon keeps is left to it, any other call ends. */
  private readonly goes = (): void => {
    if (!this.isKept()) this.hangUp();
    this.opened?.leave();
  };

  /** Whether the daemon brings the call here to the page that comes: what rings, a talk of the desk's or heard. */
  private isKept(): boolean {
    if (this.call?.listens) return true;
    return this.present.call?.phase === "talking" ? this.isOfDesk : this.call?.ringsOn === true;
  }

  /** The browser had kept the page as it was, without its connections. */
  private readonly returns = (event: PageTransitionEvent): void => {
    if (!event.persisted || !this.isOurs) return;
    this.leave();
    void this.begin();
  };

  private readonly warn = (event: BeforeUnloadEvent): void => {
    if (this.call) event.preventDefault();
  };

  // -- telling -------------------------------------------------------------------------------------------------------

  private happens(happening: Happening): void {
    const before = this.present;
    this.present = next(before, happening);
    if (this.present !== before) this.tellAll();
  }

  private tellAll(): void {
    for (const listener of [...this.listeners]) listener();
  }
}

/** Why this page can be no phone; null: it can. */
function unsupported(): "insecure" | "browser" | null {
  if (!window.isSecureContext) return "insecure";
  const found = "RTCPeerConnection" in window && "mediaDevices" in navigator && "locks" in navigator;
  return found ? null : "browser";
}

/** Whether the browser lets this page play sounds already; one that does not tell is asked by playing. */
function hasClicked(): boolean {
  const activation = (navigator as { userActivation?: { hasBeenActive: boolean } }).userActivation;
  return activation?.hasBeenActive ?? true;
}
