import { describe, expect, it } from "vitest";
import { judge, NO_PATH_MS, QUIET_MS, type Sample, sampleOf, SILENT_MS } from "./quality";

const UP = 1_000_000;

/** A good second of a talk, `n` seconds after the answer. */
const second = (n: number, changes: Partial<Sample> = {}): Sample => ({
  at: UP + n * 1000,
  ice: "connected",
  packetsIn: n * 50,
  lostIn: 0,
  packetsOut: n * 50,
  jitter: 0.004,
  roundTrip: 0.02,
  lostOut: 0,
  energy: n * 0.01,
  ...changes,
});
const seconds = (count: number, change: (n: number) => Partial<Sample> = () => ({})): Sample[] =>
  Array.from({ length: count }, (_, index) => second(index + 1, change(index + 1)));

describe("whether sound passes", () => {
  it("is not said before it can be known, and is told within five seconds", () => {
    expect(judge([], UP).path).toBe("waiting");
    const nothing = () => ({ packetsIn: 0, ice: "new" as const });
    const told = [1, 2, 3, 4, 5].map((count) => judge(seconds(count, nothing), UP).path);
    expect(told).toEqual(["waiting", "waiting", "waiting", "none", "none"]);
    expect(NO_PATH_MS + 1000).toBeLessThanOrEqual(5000);
  });

  it("is said at once when the browser has given up", () => {
    expect(
      judge(
        seconds(1, () => ({ packetsIn: 0, ice: "failed" })),
        UP,
      ).path,
    ).toBe("none");
    expect(judge([...seconds(9), second(10, { ice: "failed" })], UP).path).toBe("none");
  });

  it("is open with the first packets, even if no ICE state is told", () => {
    expect(judge(seconds(1), UP).path).toBe("open");
    expect(judge(seconds(3), UP).path).toBe("open");
  });

  it.each([
    ["connected", "quiet"],
    ["completed", "quiet"],
    ["disconnected", "none"],
    ["checking", "none"],
  ] as const)("with ICE %s a talk in which nothing more comes is %s", (ice, path) => {
    const stopped = seconds(12, (n) => (n > 5 ? { packetsIn: 250, ice } : {}));
    expect(judge(stopped.slice(0, 8), UP).path).toBe("open");
    expect(judge(stopped.slice(0, 5 + QUIET_MS / 1000), UP).path).toBe(path);
    expect(judge(stopped, UP).path).toBe(path);
    expect(judge([...stopped, second(13, { packetsIn: 251 })], UP).path).toBe("open");
  });
});

describe("the microphone", () => {
  it("is silent when it gives not the least for a while", () => {
    const dead = seconds(12, (n) => ({ energy: Math.min(n, 3) * 0.01 }));
    expect(judge(dead.slice(0, 2 + SILENT_MS / 1000), UP).microphone).toBe("fine");
    expect(judge(dead.slice(0, 3 + SILENT_MS / 1000), UP).microphone).toBe("silent");
    expect(judge([...dead, second(13)], UP).microphone).toBe("fine");
  });

  it("is not judged by a browser that does not count it", () => {
    expect(
      judge(
        seconds(12, () => ({ energy: null })),
        UP,
      ).microphone,
    ).toBe("fine");
  });
});

describe("quality", () => {
  it.each([
    ["nothing wrong", {}, "good"],
    ["loss on the way here", { lostIn: 3 }, "fair"],
    ["much loss on the way here", { lostIn: 30 }, "poor"],
    ["loss on the way there", { lostOut: 0.03 }, "fair"],
    ["much loss on the way there", { lostOut: 0.2 }, "poor"],
    ["jitter", { jitter: 0.04 }, "fair"],
    ["much jitter", { jitter: 0.09 }, "poor"],
    ["delay", { roundTrip: 0.3 }, "fair"],
    ["much delay", { roundTrip: 0.7 }, "poor"],
    ["nothing told", { jitter: null, roundTrip: null, lostOut: null }, "good"],
  ] as const)("%s", (_, { ...rest }, word) => {
    const { lostIn = 0, ...others } = rest as Partial<Sample>;
    const found = judge(
      seconds(6, (n) => ({ ...others, lostIn: lostIn * n })),
      UP,
    );
    expect(found.quality?.word).toBe(word);
  });

  it("looks at the last seconds only", () => {
    const bad = seconds(12, (n) => ({ lostIn: Math.min(n, 4) * 40 }));
    expect(judge(bad.slice(0, 4), UP).quality?.word).toBe("poor");
    expect(judge(bad, UP).quality?.word).toBe("good");
  });
});

describe("a browser's report", () => {
  it("is read as far as it goes, and nonsense is none of it", () => {
    const report = new Map<string, object>([
      ["i", { type: "inbound-rtp", packetsReceived: 100, packetsLost: 2, jitter: 0.01 }],
      ["o", { type: "outbound-rtp", packetsSent: 90 }],
      ["r", { type: "remote-inbound-rtp", fractionLost: 0.1, roundTripTime: 0.5 }],
      ["p", { type: "candidate-pair", nominated: true, state: "succeeded", currentRoundTripTime: 0.04 }],
      ["q", { type: "candidate-pair", nominated: false, state: "succeeded", currentRoundTripTime: 9 }],
      ["m", { type: "media-source", totalAudioEnergy: 0.5 }],
      ["x", { type: "codec", packetsReceived: "many" }],
    ]);
    expect(sampleOf(report as unknown as RTCStatsReport, 5, "connected")).toEqual({
      at: 5,
      ice: "connected",
      packetsIn: 100,
      lostIn: 2,
      packetsOut: 90,
      jitter: 0.01,
      roundTrip: 0.04,
      lostOut: 0.1,
      energy: 0.5,
    });
    const empty = new Map([["i", { type: "inbound-rtp", packetsReceived: Number.NaN }]]);
    expect(sampleOf(empty as unknown as RTCStatsReport, 5, "new")).toMatchObject({ packetsIn: 0, energy: null });
  });
});
