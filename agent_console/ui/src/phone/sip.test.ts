import { describe, expect, it } from "vitest";
import { answersByItself } from "./sip";
import { wave } from "./sounds";

describe("a call that is to be answered at once", () => {
  it.each([
    ["<sip:cordboard>;answer-after=0", undefined, true],
    [undefined, "<http://cordboard>;info=alert-autoanswer;delay=0", true],
    [undefined, undefined, false],
    ["<sip:cordboard>;answer-after=5", undefined, false],
    ["<sip:somebody>;purpose=icon", "<http://example.com/ring>", false],
  ])("Call-Info %s, Alert-Info %s", (callInfo, alertInfo, expected) => {
    expect(answersByItself(callInfo, alertInfo)).toBe(expected);
  });
});

describe("a sound", () => {
  it("is a WAV file of its length that begins and ends softly", async () => {
    const bytes = new DataView(await wave([{ hertz: [440], seconds: 0.5 }]).arrayBuffer());
    const text = (at: number) => String.fromCharCode(...[0, 1, 2, 3].map((n) => bytes.getUint8(at + n)));
    expect([text(0), text(8), text(36)]).toEqual(["RIFF", "WAVE", "data"]);
    expect(bytes.getUint32(40, true)).toBe(8000);
    expect(bytes.byteLength).toBe(44 + 8000);
    expect(bytes.getInt16(44, true)).toBe(0);
    const peak = Math.max(...Array.from({ length: 4000 }, (_, n) => Math.abs(bytes.getInt16(44 + n * 2, true))));
    expect(peak).toBeGreaterThan(15_000);
    expect(peak).toBeLessThanOrEqual(16_000);
  });
});
