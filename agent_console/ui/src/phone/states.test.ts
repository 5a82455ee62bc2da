import { describe, expect, it } from "vitest";
import english from "../language/en/phone.json";
import { FINE, type Verdict } from "./quality";
import { AT_FIRST, type Happening, next, type PhoneState, toneOf, WORDS, wordOf } from "./states";

const after = (...happenings: Happening[]): PhoneState => happenings.reduce(next, AT_FIRST);

const connecting: Happening = { is: "connecting" };
const registered: Happening = { is: "registered" };
const cutAt = (at: number): Happening => ({ is: "disconnected", at });
const rings: Happening = { is: "rings", id: "a", who: "1002", byItself: false, at: 10 };
const other: Happening = { is: "rings", id: "b", who: "1003", byItself: false, at: 20 };
const answering: Happening = { is: "answering", id: "a" };
const up: Happening = { is: "up", id: "a", at: 30 };
const over: Happening = { is: "over", id: "a" };
const judged = (changes: Partial<Verdict>): Happening => ({ is: "judged", id: "a", verdict: { ...FINE, ...changes } });
const denied: Happening = { is: "microphone", trouble: "denied" };
const fine: Happening = { is: "microphone", trouble: null };
const muted: Happening = { is: "muted", muted: true };

describe("the phone's word", () => {
  it.each<[string, Happening[], string]>([
    ["before anything", [], "off"],
    ["a page without https", [{ is: "unsupported", why: "insecure" }], "unsupported"],
    ["connecting", [connecting], "connecting"],
    ["registered", [connecting, registered], "ready"],
    ["cut before it was ever there", [connecting, cutAt(1)], "lost"],
    ["tried again after a cut", [registered, cutAt(1), connecting], "lost"],
    ["back after a cut", [registered, cutAt(1), connecting, registered], "ready"],
    ["refused by the switch", [connecting, { is: "refused", status: 403 }], "refused"],
    ["refused once, then accepted", [{ is: "refused", status: 403 }, registered], "ready"],
    ["another tab is the phone", [registered, { is: "elsewhere", where: "tab", there: "nothing" }], "elsewhere"],
    ["the microphone is refused", [connecting, denied], "microphone"],
    ["and allowed", [connecting, denied, fine, registered], "ready"],
    ["ringing", [registered, rings], "ringing"],
    ["answering", [registered, rings, answering], "answering"],
    ["talking", [registered, rings, answering, up], "talking"],
    ["the microphone goes during a talk", [registered, rings, up, denied], "silentMicrophone"],
    ["and comes back", [registered, rings, up, denied, fine], "talking"],
    ["or goes while it is muted", [registered, rings, up, muted, denied], "talking"],
    ["it may be asked for anew", [registered, rings, up, { is: "microphone", trouble: "ask" }], "talking"],
    ["and is still gone after it", [registered, rings, up, denied, over], "microphone"],
    ["no way for the sound", [registered, rings, up, judged({ path: "none" })], "noAudio"],
    ["a way was found", [registered, rings, up, judged({ path: "none" }), judged({ path: "open" })], "talking"],
    ["nothing comes, but the way is there", [registered, rings, up, judged({ path: "quiet" })], "talking"],
    ["a dead microphone", [registered, rings, up, judged({ microphone: "silent" })], "silentMicrophone"],
    ["that is muted on purpose", [registered, rings, up, muted, judged({ microphone: "silent" })], "talking"],
    ["cut while talking", [registered, rings, up, cutAt(40)], "talking"],
    ["cut while ringing", [registered, rings, cutAt(15)], "lost"],
    ["over", [registered, rings, answering, up, over], "ready"],
    ["the caller gave up", [registered, rings, over], "ready"],
    ["switched off", [registered, rings, up, { is: "off" }], "off"],
  ])("%s", (_, happenings, word) => {
    expect(wordOf(after(...happenings))).toBe(word);
  });

  it("has texts and a tone for each", () => {
    for (const word of WORDS) {
      expect(english.short[word]).toBeTruthy();
      expect(["good", "calm", "warn", "bad"]).toContain(toneOf(word));
    }
    expect(WORDS.filter((word) => toneOf(word) === "bad")).toEqual(["unsupported", "noAudio", "microphone", "refused"]);
  });
});

describe("the phone's state", () => {
  it("keeps the time of the first loss while it is tried again", () => {
    expect(after(registered, cutAt(5), connecting, cutAt(9), connecting).line).toEqual({ kind: "lost", since: 5 });
    expect(after(registered, cutAt(5), registered, cutAt(9)).line).toEqual({ kind: "lost", since: 9 });
  });

  it("has one call: a second one changes nothing", () => {
    const first = after(registered, rings);
    expect(next(first, other).call).toEqual(first.call);
  });

  it("hears nothing of a call that is not the present one", () => {
    const talking = after(registered, rings, up);
    for (const of of [over, judged({ path: "none" }), answering]) {
      expect(next(talking, { ...of, id: "x" } as Happening).call).toEqual(talking.call);
    }
  });

  it("counts a talk from its answer, and judges only a talk", () => {
    expect(after(registered, rings, up).call).toMatchObject({ since: 30, phase: "talking" });
    expect(after(registered, rings, judged({ path: "none" })).call?.verdict).toEqual(FINE);
  });

  it("forgets the mute with the call", () => {
    expect(after(registered, rings, up, muted, over).muted).toBe(false);
    expect(after(registered, rings, up, muted, over, other).muted).toBe(false);
  });

  it("stays the same object when nothing changes", () => {
    const ready = after(registered);
    expect(next(ready, fine)).toBe(ready);
    expect(next(ready, { is: "muted", muted: false })).toBe(ready);
    expect(next(ready, { is: "ringBlocked", blocked: false })).toBe(ready);
  });
});
