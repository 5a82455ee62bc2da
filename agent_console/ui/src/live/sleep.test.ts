import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { watchForSleep } from "./live";

const woke = vi.fn();
let stop: () => void;

/** The machine sleeps: time passes, and no timer runs. */
function sleep(ms: number) {
  vi.setSystemTime(Date.now() + ms);
  vi.advanceTimersByTime(1_000);
}

function hide(hidden: boolean) {
  vi.spyOn(document, "hidden", "get").mockReturnValue(hidden);
}

beforeEach(() => {
  vi.useFakeTimers();
  woke.mockReset();
  hide(false);
  stop = watchForSleep(woke);
});

afterEach(() => {
  stop();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

it("says nothing while time passes as usual, or a little late", () => {
  vi.advanceTimersByTime(60_000);
  sleep(1_500);
  expect(woke).not.toHaveBeenCalled();
});

it("tells once of each sleep", () => {
  sleep(5_000);
  vi.advanceTimersByTime(10_000);
  expect(woke).toHaveBeenCalledOnce();
  sleep(20_000);
  expect(woke).toHaveBeenCalledTimes(2);
});

it("does not take a hidden page's rare timers for sleep", () => {
  hide(true);
  sleep(61_000);
  expect(woke).not.toHaveBeenCalled();
  sleep(120_000);
  expect(woke).toHaveBeenCalledOnce();
});

it("watches no more once it is told so", () => {
  stop();
  sleep(20_000);
  expect(woke).not.toHaveBeenCalled();
});
