import { describe, expect, it, vi } from "vitest";
import { Streams } from "./streams";

const NOW = "2026-11-28T00:00:00Z";

function started() {
  let flush: (() => void) | null = null;
  const streams = new Streams((run) => (flush = run));
  const paint = () => {
    const run = flush;
    flush = null;
    run?.();
  };
  return { streams, paint };
}

describe("Streams", () => {
  it("puts deltas on top of a snapshot, and tells listeners once a picture", () => {
    const { streams, paint } = started();
    const listener = vi.fn();
    streams.listen("agents", listener);
    streams.snapshot({ topic: "agents/north", n: 4, now: NOW, items: { alice: { v: 1 }, bruno: { v: 1 } } });
    expect(streams.delta({ topic: "agents/north", n: 5, now: NOW, set: { alice: { v: 2 } } })).toBe("applied");
    expect(streams.delta({ topic: "agents/north", n: 6, now: NOW, gone: ["bruno"] })).toBe("applied");
    expect(listener).not.toHaveBeenCalled();
    paint();
    expect(listener).toHaveBeenCalledTimes(1);
    expect(Object.fromEntries(streams.family("agents"))).toEqual({ alice: { v: 2 } });
  });

  it("shows nothing of what came after a gap until the next snapshot", () => {
    const { streams, paint } = started();
    streams.snapshot({ topic: "queues/sales", n: 1, now: NOW, items: { sales: { waiting: 1 } } });
    expect(streams.delta({ topic: "queues/sales", n: 3, now: NOW, set: { sales: { waiting: 3 } } })).toBe("gap");
    expect(streams.delta({ topic: "queues/sales", n: 4, now: NOW, set: { sales: { waiting: 4 } } })).toBe("ignored");
    paint();
    expect(streams.family("queues").get("sales")).toEqual({ waiting: 1 });
    streams.snapshot({ topic: "queues/sales", n: 4, now: NOW, items: { sales: { waiting: 4 } } });
    paint();
    expect(streams.family("queues").get("sales")).toEqual({ waiting: 4 });
  });

  it("ignores what it has already, and what belongs to no snapshot", () => {
    const { streams } = started();
    expect(streams.delta({ topic: "totals", n: 1, now: NOW, set: { today: {} } })).toBe("ignored");
    streams.snapshot({ topic: "totals", n: 7, now: NOW, items: {} });
    expect(streams.delta({ topic: "totals", n: 7, now: NOW, set: { today: {} } })).toBe("ignored");
  });

  it("joins the streams of a family and keeps the documents of one when another ends", () => {
    const { streams, paint } = started();
    streams.snapshot({ topic: "agents/north", n: 0, now: NOW, items: { alice: 1 } });
    streams.snapshot({ topic: "agents/south", n: 0, now: NOW, items: { bruno: 2 } });
    paint();
    expect([...streams.family("agents").keys()]).toEqual(["alice", "bruno"]);
    streams.end("agents/north");
    paint();
    expect([...streams.family("agents").keys()]).toEqual(["bruno"]);
  });

  it("knows a family without streams to be empty, and tells so", () => {
    const { streams, paint } = started();
    const listener = vi.fn();
    streams.listen("queues", listener);
    streams.reading(["queues"], ["agents/north"]);
    paint();
    expect(listener).toHaveBeenCalledTimes(1);
    expect([streams.known("queues"), streams.known("agents"), streams.known("waiting")]).toEqual([true, false, false]);
    streams.snapshot({ topic: "queues/sales", n: 0, now: NOW, items: { sales: 1 } });
    streams.end("queues/sales");
    paint();
    expect([streams.known("queues"), streams.family("queues").size]).toEqual([true, 0]);
    streams.drop("queues");
    expect(streams.known("queues")).toBe(false);
  });

  it("takes streams that are not read any more for over, of the families that were told of", () => {
    const { streams, paint } = started();
    for (const topic of ["agents/north", "agents/south", "totals"]) {
      streams.snapshot({ topic, n: 0, now: NOW, items: { [topic]: 1 } });
    }
    streams.reading(["agents"], ["agents/north"]);
    paint();
    expect([...streams.family("agents").keys()]).toEqual(["agents/north"]);
    expect(streams.family("totals").size).toBe(1);
  });

  it("keeps what a new snapshot does not change as the same objects, so that nothing is drawn again", () => {
    const { streams, paint } = started();
    streams.snapshot({ topic: "agents/north", n: 0, now: NOW, items: { alice: { v: 1 }, bruno: { v: 1 } } });
    paint();
    const before = streams.family("agents");
    const alice = before.get("alice");
    streams.snapshot({ topic: "agents/north", n: 9, now: NOW, items: { alice: { v: 1 }, bruno: { v: 2 } } });
    paint();
    expect(streams.family("agents").get("alice")).toBe(alice);
    expect(streams.family("agents")).not.toBe(before);
  });
});
