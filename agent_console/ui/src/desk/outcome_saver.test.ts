import { beforeEach, describe, expect, it, vi } from "vitest";
import { Problem } from "../api/client";
import type { Outcome } from "../api/documents";
import { AGAIN_MS, KEPT_MS, OutcomeSaver, PAUSE_MS, SETTLED_MS } from "./outcome_saver";

const outcome = (notes: string): Outcome => ({ disposition: null, resolved: null, notes });
const put = vi.fn<(contactId: string, outcome: Outcome) => Promise<unknown>>();

function newSaver(user = "ann") {
  return new OutcomeSaver(user, {
    put,
    now: () => Date.now(),
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

  it("leaves to a colleague at the same browser nothing to see, send or delete", async () => {
    put.mockRejectedValueOnce(new Problem(401, {}));
    const ann = newSaver("ann");
    ann.change("c1", outcome("Ann's words"));
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    expect(ann.draft("c1")?.state).toBe("kept");
    ann.stop();
    put.mockReset().mockRejectedValue(new Problem(404, { error_id: "not_found" }));
    const bob = newSaver("bob");
    bob.resume();
    bob.flushAll();
    await vi.advanceTimersByTimeAsync(10 * AGAIN_MS);
    expect(bob.draft("c1")).toBeNull();
    expect(put).not.toHaveBeenCalled();
    bob.change("c1", outcome("Bob's own"));
    await bob.flush("c1");
    expect(put).toHaveBeenCalledExactlyOnceWith("c1", outcome("Bob's own"));
    bob.stop();

    put.mockReset().mockResolvedValue(undefined);
    const back = newSaver("ann");
    back.resume();
    await vi.advanceTimersByTimeAsync(0);
    expect(put).toHaveBeenCalledExactlyOnceWith("c1", outcome("Ann's words"));
    expect(localStorage.length).toBe(0);
  });

  it("keeps what was on its way when somebody else signed in, whatever comes back", async () => {
    let refuse: (error: Problem) => void = () => undefined;
    put.mockImplementationOnce(() => new Promise<void>((_, fail) => (refuse = fail)));
    const ann = newSaver("ann");
    ann.change("c1", outcome("on its way"));
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    ann.stop();
    refuse(new Problem(404, { error_id: "not_found" }));
    await vi.advanceTimersByTimeAsync(10 * AGAIN_MS);
    expect(put).toHaveBeenCalledTimes(1);
    const back = newSaver("ann");
    back.resume();
    expect(back.draft("c1")?.outcome.notes).toBe("on its way");
  });

  it("takes names of users that look like another's for what they are", () => {
    put.mockRejectedValue(new Problem(0, {}));
    newSaver("ann/c").change("1", outcome("x"));
    const ann = newSaver("ann");
    ann.resume();
    expect(ann.draft("c/1")).toBeNull();
  });

  it("keeps nothing for longer than some days, nor what nobody can read", async () => {
    put.mockRejectedValue(new Problem(0, {}));
    const gone = newSaver("gone");
    gone.change("c1", outcome("x"));
    gone.stop();
    localStorage.setItem("cordboard.outcome.c9", JSON.stringify(outcome("of nobody known")));
    localStorage.setItem("cordboard.outcome.ann/c8", "{");
    localStorage.setItem("other", "stays");
    newSaver("ann").resume();
    expect(localStorage.length).toBe(2);
    await vi.advanceTimersByTimeAsync(KEPT_MS);
    newSaver("ann").resume();
    expect(localStorage.getItem("other")).toBe("stays");
    expect(localStorage.length).toBe(1);
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
