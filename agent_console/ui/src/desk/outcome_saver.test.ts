import { beforeEach, describe, expect, it, vi } from "vitest";
import { Problem } from "../api/client";
import type { Outcome } from "../api/documents";
import { AGAIN_MS, OutcomeSaver, PAUSE_MS, SETTLED_MS } from "./outcome_saver";

const outcome = (notes: string): Outcome => ({ disposition: null, resolved: null, notes });
const put = vi.fn<(contactId: string, outcome: Outcome) => Promise<unknown>>();

function newSaver() {
  return new OutcomeSaver({
    put,
    later: (run, ms) => window.setTimeout(run, ms),
    cancel: (timer) => window.clearTimeout(timer),
    kept: localStorage,
  });
}

beforeEach(() => {
  vi.useFakeTimers();
  put.mockReset();
  put.mockResolvedValue(undefined);
});

describe("OutcomeSaver", () => {
  it("sends once after a pause in typing, and then leaves the word to the daemon", async () => {
    const saver = newSaver();
    for (const text of ["h", "he", "hello"]) {
      saver.change("c1", outcome(text));
      await vi.advanceTimersByTimeAsync(PAUSE_MS - 1);
    }
    expect(put).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(put.mock.calls).toEqual([["c1", outcome("hello")]]);
    expect(saver.draft("c1")?.state).toBe("saved");
    await vi.advanceTimersByTimeAsync(SETTLED_MS);
    expect(saver.draft("c1")).toBeNull();
    expect(localStorage.length).toBe(0);
  });

  it("sends what was typed while an older text was under way after it, never before", async () => {
    const saver = newSaver();
    let arrived: () => void = () => undefined;
    put.mockImplementationOnce(() => new Promise<void>((done) => (arrived = done)));
    saver.change("c1", outcome("old"));
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    saver.change("c1", outcome("new"));
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    expect(put).toHaveBeenCalledTimes(1);
    arrived();
    await vi.advanceTimersByTimeAsync(0);
    expect(put.mock.calls.map(([, sent]) => sent.notes)).toEqual(["old", "new"]);
    expect(saver.draft("c1")?.state).toBe("saved");
  });

  it("keeps trying while there is no connection", async () => {
    const saver = newSaver();
    put.mockRejectedValueOnce(new Problem(0, {})).mockRejectedValueOnce(new Problem(401, {}));
    saver.change("c1", outcome("kept"));
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    expect(saver.draft("c1")?.state).toBe("kept");
    await vi.advanceTimersByTimeAsync(2 * AGAIN_MS);
    expect(put).toHaveBeenCalledTimes(3);
    expect(saver.draft("c1")?.state).toBe("saved");
  });

  it("sends from a new page what an earlier one could not", async () => {
    put.mockRejectedValue(new Problem(0, {}));
    newSaver().change("c1", outcome("typed before the browser closed"));
    vi.clearAllTimers();
    put.mockReset().mockResolvedValue(undefined);
    const saver = newSaver();
    saver.resume();
    expect(saver.draft("c1")?.outcome.notes).toBe("typed before the browser closed");
    await vi.advanceTimersByTimeAsync(0);
    expect(put).toHaveBeenCalledExactlyOnceWith("c1", outcome("typed before the browser closed"));
    expect(localStorage.length).toBe(0);
  });

  it("tries no more what the daemon refuses, says why, and keeps it for a page that is loaded anew", async () => {
    put.mockRejectedValue(new Problem(422, { error_id: "invalid", detail: "too long" }));
    const saver = newSaver();
    saver.change("c1", outcome("x"));
    for (const page of [saver, newSaver()]) {
      put.mockClear();
      page.resume();
      await vi.advanceTimersByTimeAsync(PAUSE_MS + 10 * AGAIN_MS);
      expect(put).toHaveBeenCalledTimes(1);
      expect(page.draft("c1")).toMatchObject({ outcome: outcome("x"), state: "refused" });
      expect(page.draft("c1")?.refusal?.error_id).toBe("invalid");
    }
    put.mockResolvedValue(undefined);
    const mended = newSaver();
    mended.change("c1", outcome("y"));
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    expect(localStorage.length).toBe(0);
  });

  it("keeps nothing of a contact that is no more", async () => {
    put.mockRejectedValue(new Problem(404, { error_id: "not_found" }));
    const saver = newSaver();
    saver.change("c1", outcome("x"));
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    expect(saver.draft("c1")?.state).toBe("refused");
    expect(localStorage.length).toBe(0);
  });

  it("sends all that was not sent when the page closes", () => {
    const saver = newSaver();
    saver.change("c1", outcome("one"));
    saver.change("c2", outcome("two"));
    saver.flushAll();
    expect(put.mock.calls.map(([, sent]) => sent.notes)).toEqual(["one", "two"]);
  });

  it("flushes at once when asked to", async () => {
    const saver = newSaver();
    saver.change("c1", outcome("done"));
    await saver.flush("c1");
    expect(put).toHaveBeenCalledOnce();
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    expect(put).toHaveBeenCalledOnce();
  });
});
