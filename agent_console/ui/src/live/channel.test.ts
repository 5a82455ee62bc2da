import { beforeEach, describe, expect, it, vi } from "vitest";
import { CentreClock } from "./centre_clock";
import { ANSWER_MS, FIRST_RETRY_MS, LAST_RETRY_MS, LiveChannel, SILENCE_MS, type Socket } from "./channel";
import { Streams } from "./streams";

class FakeSocket implements Socket {
  sent: unknown[] = [];
  closed = false;
  onopen: Socket["onopen"] = null;
  onmessage: Socket["onmessage"] = null;
  onclose: Socket["onclose"] = null;
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.closed = true;
  }
  says(frame: object) {
    this.onmessage?.({ data: JSON.stringify(frame) } as MessageEvent<string>);
  }
  greets() {
    this.says({ hello: { now: "2026-11-28T00:00:00Z", user: "alice" } });
  }
}

let sockets: FakeSocket[];
let channel: LiveChannel;
let streams: Streams;
const last = () => {
  const socket = sockets.at(-1);
  if (!socket) throw new Error("no socket");
  return socket;
};

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  sockets = [];
  streams = new Streams((flush) => flush());
  channel = new LiveChannel(streams, new CentreClock(), {
    open: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    now: () => Date.now(),
    random: () => 1,
    later: (run, ms) => window.setTimeout(run, ms),
    cancel: (timer) => window.clearTimeout(timer),
  });
});

describe("LiveChannel", () => {
  it("tells on every new connection what it wants, once for all who want it", () => {
    const first = channel.subscribe("queues");
    channel.subscribe("queues");
    channel.start();
    last().greets();
    expect(last().sent).toEqual([{ subscribe: ["queues"] }]);
    first();
    first();
    expect(last().sent).toHaveLength(1);
    last().onclose?.({ code: 1006 });
    vi.advanceTimersByTime(FIRST_RETRY_MS);
    last().greets();
    expect(sockets).toHaveLength(2);
    expect(last().sent).toEqual([{ subscribe: ["queues"] }]);
  });

  it("waits longer after each failure, but never longer than the most", () => {
    channel.start();
    const waits: number[] = [];
    for (let turn = 0; turn < 7; turn += 1) {
      last().onclose?.({ code: 1006 });
      const { retryAt } = channel.state;
      waits.push((retryAt ?? 0) - Date.now());
      vi.advanceTimersByTime(waits.at(-1) ?? 0);
    }
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 8000, LAST_RETRY_MS]);
    expect(sockets).toHaveLength(8);
  });

  it("says since when there is no connection until there is one again", () => {
    channel.start();
    last().greets();
    vi.advanceTimersByTime(5_000);
    const lostAt = Date.now();
    last().onclose?.({ code: 1006 });
    vi.advanceTimersByTime(FIRST_RETRY_MS);
    last().onclose?.({ code: 1006 });
    expect(channel.state).toMatchObject({ state: "waiting", since: lostAt });
    vi.advanceTimersByTime(1_000);
    expect(channel.state).toMatchObject({ state: "connecting", since: lostAt });
    last().greets();
    expect(channel.state).toEqual({ state: "live", since: null, retryAt: null });
  });

  it("takes silence for a lost connection", () => {
    channel.start();
    last().greets();
    vi.advanceTimersByTime(SILENCE_MS - 1);
    last().greets();
    vi.advanceTimersByTime(SILENCE_MS - 1);
    expect(channel.state.state).toBe("live");
    vi.advanceTimersByTime(1);
    expect(channel.state.state).toBe("waiting");
    expect(last().closed).toBe(true);
  });

  it("asks at once whether the daemon is there when something hints that it may not be", () => {
    channel.start();
    last().greets();
    channel.nudge();
    expect(last().sent).toEqual([{ greet: true }]);
    vi.advanceTimersByTime(ANSWER_MS - 1);
    last().greets();
    vi.advanceTimersByTime(ANSWER_MS);
    expect(channel.state.state).toBe("live");
    channel.nudge();
    vi.advanceTimersByTime(ANSWER_MS);
    expect(channel.state.state).toBe("waiting");
  });

  it("asks, after a sleep, before it takes its own silence for a lost connection, and asks but once", () => {
    channel.start();
    last().greets();
    vi.setSystemTime(Date.now() + 20_000);
    vi.advanceTimersByTime(SILENCE_MS);
    expect(channel.state.state).toBe("live");
    expect(last().sent).toEqual([{ greet: true }]);
    last().greets();
    expect(channel.state.state).toBe("live");
    vi.setSystemTime(Date.now() + 20_000);
    vi.advanceTimersByTime(SILENCE_MS);
    // the timers of a hidden tab are always late
    vi.setSystemTime(Date.now() + 20_000);
    vi.advanceTimersByTime(ANSWER_MS);
    expect(channel.state.state).toBe("waiting");
  });

  it("asks for a stream anew after a gap, again while no snapshot comes, and no more once it has", () => {
    channel.subscribe("totals");
    channel.start();
    last().greets();
    last().says({ snapshot: { topic: "totals", n: 1, now: "2026-11-28T00:00:00Z", items: {} } });
    last().says({ delta: { topic: "totals", n: 3, now: "2026-11-28T00:00:00Z", set: {}, gone: [] } });
    vi.advanceTimersByTime(3_000);
    const resync = { resync: ["totals"] };
    expect(last().sent).toEqual([{ subscribe: ["totals"] }, resync, resync]);
    last().says({ snapshot: { topic: "totals", n: 3, now: "2026-11-28T00:00:00Z", items: { today: 1 } } });
    vi.advanceTimersByTime(7_000);
    expect(last().sent).toHaveLength(3);
    expect(streams.family("totals").get("today")).toBe(1);
  });

  it("gives up a family that is refused, asks who one is now, and goes on with the others", () => {
    const forbidden = vi.fn();
    channel.onForbidden = forbidden;
    channel.subscribe("totals");
    channel.subscribe("agents");
    channel.start();
    last().greets();
    for (const topic of ["totals", "agents/north"]) {
      last().says({ snapshot: { topic, n: 1, now: "2026-11-28T00:00:00Z", items: { today: 1 } } });
    }
    last().says({ ended: "totals" });
    last().says({ error: { error_id: "forbidden", detail: "…" }, topic: "totals" });
    expect(forbidden).toHaveBeenCalledOnce();
    expect(streams.known("totals")).toBe(false);
    last().says({ delta: { topic: "agents/north", n: 2, now: "2026-11-28T00:00:00Z", set: { anna: 2 }, gone: [] } });
    expect(streams.family("agents").get("anna")).toBe(2);
    expect(channel.state.state).toBe("live");
  });

  it("asks nothing after a frame of its own that was refused", () => {
    const forbidden = vi.fn();
    channel.onForbidden = forbidden;
    channel.start();
    last().greets();
    last().says({ error: { error_id: "invalid", detail: "…" } });
    expect(forbidden).not.toHaveBeenCalled();
  });

  it("knows that there is nothing of a family of which no stream is read", () => {
    channel.subscribe("queues");
    channel.subscribe("agents");
    channel.start();
    last().greets();
    expect(streams.known("queues")).toBe(false);
    last().says({ reading: ["agents/north"], topics: ["queues", "agents"] });
    expect([streams.known("queues"), streams.known("agents")]).toEqual([true, false]);
    expect(streams.family("queues").size).toBe(0);
  });

  it("stays closed when the session is over", () => {
    const out = vi.fn();
    channel.onSignedOut = out;
    channel.start();
    last().greets();
    last().onclose?.({ code: 4401 });
    vi.advanceTimersByTime(60_000);
    expect(out).toHaveBeenCalledOnce();
    expect(sockets).toHaveLength(1);
    expect(channel.state.state).toBe("off");
  });

  it("connects at once when the network is back, and drops the connection at once when it goes", () => {
    channel.start();
    last().greets();
    channel.cut();
    expect(channel.state.state).toBe("waiting");
    channel.nudge();
    expect(sockets).toHaveLength(2);
    expect(channel.state.state).toBe("connecting");
  });
});

describe("CentreClock", () => {
  it("goes by the centre's clock however wrong this one is, and by the frame that travelled fastest", () => {
    let local = 500_000;
    const clock = new CentreClock(() => local);
    clock.heard(new Date(7_000_000).toISOString());
    local += 1_000; // this frame was 400 ms under way
    clock.heard(new Date(7_000_600).toISOString());
    expect(clock.now()).toBe(7_001_000);
  });
});
