/** From what the browser counts of a call each second to words: whether sound passes at all, and how good it is. */

export interface Sample {
  /** Local time in ms. */
  at: number;
  ice: RTCIceConnectionState;
  /** Since the beginning of the call. */
  packetsIn: number;
  lostIn: number;
  packetsOut: number;
  /** Seconds; null: not known. */
  jitter: number | null;
  roundTrip: number | null;
  /** Share of our packets that the switch misses; null: not told yet. */
  lostOut: number | null;
  /** Energy of the microphone since the beginning; null: not counted by this browser. */
  energy: number | null;
}

export interface Quality {
  word: "good" | "fair" | "poor";
  /** Share of packets that were lost within the window. */
  loss: number;
  /** Seconds. */
  jitter: number;
  /** Seconds; null: not known. */
  roundTrip: number | null;
}

export interface Verdict {
  /** `waiting`: too early to say. `none`: no way for the sound. `quiet`: the way is there, and nothing comes along. */
  path: "waiting" | "open" | "quiet" | "none";
  /** `silent`: the microphone gives nothing at all, as one does that is muted at its own switch. */
  microphone: "fine" | "silent";
  quality: Quality | null;
}

export const FINE: Verdict = { path: "waiting", microphone: "fine", quality: null };

/** No packet by then after the answer: there is no way. One second less than the five within which it is told. */
export const NO_PATH_MS = 4_000;
/** No new packet for so long in a talk that had some. */
export const QUIET_MS = 4_000;
/** Not the least movement of the microphone for so long. */
export const SILENT_MS = 6_000;
/** Quality is judged over so long. */
export const WINDOW_MS = 6_000;

const CONNECTED: readonly RTCIceConnectionState[] = ["connected", "completed"];

/** `samples`: of the present call, the oldest first; `upAt`: when it was answered. */
export function judge(samples: readonly Sample[], upAt: number): Verdict {
  const last = samples.at(-1);
  if (!last) return FINE;
  const path = pathOf(samples, last, upAt);
  return {
    path,
    microphone: isSilent(samples, last) ? "silent" : "fine",
    quality: path === "open" ? qualityOf(samples, last) : null,
  };
}

function pathOf(samples: readonly Sample[], last: Sample, upAt: number): Verdict["path"] {
  if (last.ice === "failed") return "none";
  if (last.packetsIn === 0) return last.at - upAt >= NO_PATH_MS ? "none" : "waiting";
  const quiet = samples.every((one) => one.at < last.at - QUIET_MS || one.packetsIn === last.packetsIn);
  if (!quiet || last.at - QUIET_MS < (samples[0]?.at ?? last.at)) return "open";
  return CONNECTED.includes(last.ice) ? "quiet" : "none";
}

function isSilent(samples: readonly Sample[], last: Sample): boolean {
  const before = samples.findLast((one) => one.at <= last.at - SILENT_MS);
  return before !== undefined && last.energy !== null && before.energy === last.energy;
}

/** The limits below which speech stays easy to follow, and below which it can be followed at all. */
const LIMITS = { loss: [0.02, 0.06], jitter: [0.03, 0.08], roundTrip: [0.25, 0.5] } as const;

function qualityOf(samples: readonly Sample[], last: Sample): Quality | null {
  const first = samples.find((one) => one.at >= last.at - WINDOW_MS);
  if (!first || first === last) return null;
  const lost = Math.max(0, last.lostIn - first.lostIn);
  const came = Math.max(0, last.packetsIn - first.packetsIn);
  const loss = Math.max(lost + came === 0 ? 0 : lost / (lost + came), last.lostOut ?? 0);
  const jitter = last.jitter ?? 0;
  const ranks = [rank(loss, LIMITS.loss), rank(jitter, LIMITS.jitter), rank(last.roundTrip ?? 0, LIMITS.roundTrip)];
  const word = (["good", "fair", "poor"] as const)[Math.max(...ranks)] ?? "poor";
  return { word, loss, jitter, roundTrip: last.roundTrip };
}

function rank(value: number, [fair, poor]: readonly [number, number]): number {
  return value >= poor ? 2 : value >= fair ? 1 : 0;
}

type Entry = Record<string, unknown> & { type: string };

/** What is used of a browser's report. */
export function sampleOf(report: RTCStatsReport, at: number, ice: RTCIceConnectionState): Sample {
  const sample: Sample = {
    at,
    ice,
    packetsIn: 0,
    lostIn: 0,
    packetsOut: 0,
    jitter: null,
    roundTrip: null,
    lostOut: null,
    energy: null,
  };
  report.forEach((entry: Entry) => take(sample, entry));
  return sample;
}

function take(sample: Sample, entry: Entry): void {
  switch (entry.type) {
    case "inbound-rtp":
      sample.packetsIn += number(entry.packetsReceived) ?? 0;
      sample.lostIn += number(entry.packetsLost) ?? 0;
      sample.jitter = number(entry.jitter);
      break;
    case "outbound-rtp":
      sample.packetsOut += number(entry.packetsSent) ?? 0;
      break;
    case "remote-inbound-rtp":
      sample.lostOut = number(entry.fractionLost);
      sample.roundTrip ??= number(entry.roundTripTime);
      break;
    case "candidate-pair":
      if (entry.nominated === true && entry.state === "succeeded") {
        sample.roundTrip = number(entry.currentRoundTripTime) ?? sample.roundTrip;
      }
      break;
    case "media-source":
      sample.energy = number(entry.totalAudioEnergy);
      break;
  }
}

function number(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
