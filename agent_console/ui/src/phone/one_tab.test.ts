import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Holding, OneTab } from "./one_tab";

/** The browser's locks: one name is held by one at a time, the others wait in line. */
class Locks {
  private held = false;
  private readonly line: (() => void)[] = [];

  async request(
    _name: string,
    options: { ifAvailable?: boolean; signal?: AbortSignal },
    run: (lock: object | null) => unknown,
  ): Promise<void> {
    if (options.ifAvailable && this.held) {
      await run(null);
      return;
    }
    if (this.held) await new Promise<void>((resolve) => this.line.push(resolve));
    if (options.signal?.aborted) throw new DOMException("", "AbortError");
    this.held = true;
    await run({});
    this.held = false;
    this.line.shift()?.();
  }
}

interface Tab {
  tab: OneTab;
  seen: string[];
  has: Holding;
}

let tabs: Tab[];

function open(): Tab {
  const one: Tab = { seen: [], has: "nothing" } as unknown as Tab;
  one.tab = new OneTab("phone", {
    onOurs: () => one.seen.push("ours"),
    onElsewhere: (there) => one.seen.push(there === "nothing" ? "elsewhere" : there),
    holding: () => one.has,
  });
  tabs.push(one);
  one.tab.start();
  return one;
}

const last = (one: Tab) => one.seen.at(-1);

beforeEach(() => {
  tabs = [];
  vi.stubGlobal("navigator", { locks: new Locks() });
});
afterEach(() => {
  for (const one of tabs) one.tab.stop();
  vi.unstubAllGlobals();
});

describe("of several tabs", () => {
  it("the first is the phone, and the next says where it is", async () => {
    const [first, second] = [open(), open()];
    await vi.waitFor(() => expect([last(first), last(second)]).toEqual(["ours", "elsewhere"]));
  });

  it("another has it when the first one closes", async () => {
    const [first, second] = [open(), open()];
    await vi.waitFor(() => expect(last(second)).toBe("elsewhere"));
    first.tab.stop();
    await vi.waitFor(() => expect(last(second)).toBe("ours"));
  });

  it("one gives it away when it is asked, and gets it back", async () => {
    const [first, second] = [open(), open()];
    await vi.waitFor(() => expect(last(second)).toBe("elsewhere"));
    second.tab.ask();
    await vi.waitFor(() => expect([last(first), last(second)]).toEqual(["elsewhere", "ours"]));
    first.tab.ask();
    await vi.waitFor(() => expect([last(first), last(second)]).toEqual(["ours", "elsewhere"]));
  });

  it("one with a call that ends with it keeps it, and says so", async () => {
    const [first, second] = [open(), open()];
    await vi.waitFor(() => expect(last(second)).toBe("elsewhere"));
    first.has = "fixed";
    second.tab.ask();
    await vi.waitFor(() => expect(last(second)).toBe("fixed"));
    expect(last(first)).toBe("ours");
    first.has = "nothing";
    first.tab.tell();
    await vi.waitFor(() => expect(last(second)).toBe("elsewhere"));
  });

  it("one with a call that the daemon keeps says so, and gives the phone away with it", async () => {
    const [first, second] = [open(), open()];
    await vi.waitFor(() => expect(last(second)).toBe("elsewhere"));
    first.has = "movable";
    first.tab.tell();
    await vi.waitFor(() => expect(last(second)).toBe("movable"));
    second.tab.ask();
    await vi.waitFor(() => expect([last(first), last(second)]).toEqual(["elsewhere", "ours"]));
  });
});
