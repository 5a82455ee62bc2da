import { beforeEach, describe, expect, it, vi } from "vitest";
import { Problem } from "../api/client";
import type { Outcome } from "../api/documents";
import type { Answer, Told } from "../api/outcome_versions";
import { AGAIN_MS, KEPT_MS, OutcomeSaver, PAUSE_MS, SETTLED_MS } from "./outcome_saver";

const outcome = (notes: string): Outcome => ({ disposition: null, resolved: null, notes });
const etag = (one: Outcome, erased = false) => `${JSON.stringify(one)}${erased ? " erased" : ""}`;
const told = (one: Outcome, erased = false): Told => ({
  outcome: one,
  etag: etag(one, erased),
  erasedAt: erased ? "2026-01-01T00:00:00Z" : null,
});
const answer = (one: Outcome, erased = false): Answer => ({
  outcome: one,
  outcome_etag: etag(one, erased),
  erased_at: told(one, erased).erasedAt,
});
const BLANK = told(outcome(""));
const put = vi.fn<(contactId: string, outcome: Outcome, etag: string) => Promise<Answer>>();

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
  accept();
});

const allKept = () =>
  Array.from({ length: localStorage.length }, (_, at) => localStorage.getItem(localStorage.key(at) ?? "")).join();

/** The daemon takes whatever comes. */
function accept() {
  put.mockReset().mockImplementation((_, sent) => Promise.resolve(answer(sent)));
}

/** A daemon that keeps one outcome, and takes another over the one that it has alone. */
function daemon(first: Told) {
  const kept = { now: first };
  put.mockReset().mockImplementation((_, sent, over) => {
    if (over !== kept.now.etag) {
      const present = answer(kept.now.outcome, kept.now.erasedAt !== null);
      return Promise.reject(new Problem(412, { error_id: "edited_meanwhile", present }));
    }
    kept.now = told(sent, kept.now.erasedAt !== null);
    return Promise.resolve(answer(sent, kept.now.erasedAt !== null));
  });
  return kept;
}

describe("OutcomeSaver", () => {
  it("sends once after a pause in typing, and then leaves the word to the daemon", async () => {
    const saver = newSaver();
    for (const text of ["h", "he", "hello"]) {
      saver.change("c1", outcome(text), BLANK);
      await vi.advanceTimersByTimeAsync(PAUSE_MS - 1);
    }
    expect(put).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(put.mock.calls).toEqual([["c1", outcome("hello"), BLANK.etag]]);
    expect(saver.draft("c1")?.state).toBe("saved");
    await vi.advanceTimersByTimeAsync(SETTLED_MS);
    expect(saver.draft("c1")).toBeNull();
    expect(localStorage.length).toBe(0);
  });

  it("sends what was typed while an older text was under way after it, never before", async () => {
    const saver = newSaver();
    let arrived: (one: Answer) => void = () => undefined;
    put.mockImplementationOnce(() => new Promise<Answer>((done) => (arrived = done)));
    saver.change("c1", outcome("old"), BLANK);
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    saver.change("c1", outcome("new"), BLANK);
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    expect(put).toHaveBeenCalledTimes(1);
    arrived(answer(outcome("old")));
    await vi.advanceTimersByTimeAsync(0);
    expect(put.mock.calls.map(([, sent, over]) => [sent.notes, over])).toEqual([
      ["old", BLANK.etag],
      ["new", etag(outcome("old"))],
    ]);
    expect(saver.draft("c1")?.state).toBe("saved");
  });

  it("keeps trying while there is no connection", async () => {
    const saver = newSaver();
    put.mockRejectedValueOnce(new Problem(0, {})).mockRejectedValueOnce(new Problem(401, {}));
    saver.change("c1", outcome("kept"), BLANK);
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    expect(saver.draft("c1")?.state).toBe("kept");
    await vi.advanceTimersByTimeAsync(2 * AGAIN_MS);
    expect(put).toHaveBeenCalledTimes(3);
    expect(saver.draft("c1")?.state).toBe("saved");
  });

  it("sends from a new page what an earlier one could not", async () => {
    put.mockRejectedValue(new Problem(0, {}));
    newSaver().change("c1", outcome("typed before the browser closed"), BLANK);
    vi.clearAllTimers();
    accept();
    const saver = newSaver();
    saver.resume();
    expect(saver.draft("c1")?.outcome.notes).toBe("typed before the browser closed");
    await vi.advanceTimersByTimeAsync(0);
    expect(put).toHaveBeenCalledExactlyOnceWith("c1", outcome("typed before the browser closed"), BLANK.etag);
    expect(localStorage.length).toBe(0);
  });

  it("tries no more what the daemon refuses, says why, and keeps it for a page that is loaded anew", async () => {
    put.mockRejectedValue(new Problem(422, { error_id: "invalid", detail: "too long" }));
    const saver = newSaver();
    saver.change("c1", outcome("x"), BLANK);
    for (const page of [saver, newSaver()]) {
      put.mockClear();
      page.resume();
      await vi.advanceTimersByTimeAsync(PAUSE_MS + 10 * AGAIN_MS);
      expect(put).toHaveBeenCalledTimes(1);
      expect(page.draft("c1")).toMatchObject({ outcome: outcome("x"), state: "refused" });
      expect(page.draft("c1")?.refusal?.error_id).toBe("invalid");
    }
    accept();
    const mended = newSaver();
    mended.change("c1", outcome("y"), BLANK);
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    expect(localStorage.length).toBe(0);
  });

  it("keeps nothing of a contact that is no more", async () => {
    put.mockRejectedValue(new Problem(404, { error_id: "not_found" }));
    const saver = newSaver();
    saver.change("c1", outcome("x"), BLANK);
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    expect(saver.draft("c1")?.state).toBe("refused");
    expect(localStorage.length).toBe(0);
  });

  it("leaves to a colleague at the same browser nothing to see, send or delete", async () => {
    put.mockRejectedValueOnce(new Problem(401, {}));
    const ann = newSaver("ann");
    ann.change("c1", outcome("Ann's words"), BLANK);
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
    bob.change("c1", outcome("Bob's own"), BLANK);
    await bob.flush("c1");
    expect(put).toHaveBeenCalledExactlyOnceWith("c1", outcome("Bob's own"), BLANK.etag);
    bob.stop();

    accept();
    const back = newSaver("ann");
    back.resume();
    await vi.advanceTimersByTimeAsync(0);
    expect(put).toHaveBeenCalledExactlyOnceWith("c1", outcome("Ann's words"), BLANK.etag);
    expect(localStorage.length).toBe(0);
  });

  it("keeps what was on its way when somebody else signed in, whatever comes back", async () => {
    let refuse: (error: Problem) => void = () => undefined;
    put.mockImplementationOnce(() => new Promise<Answer>((_, fail) => (refuse = fail)));
    const ann = newSaver("ann");
    ann.change("c1", outcome("on its way"), BLANK);
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
    newSaver("ann/c").change("1", outcome("x"), BLANK);
    const ann = newSaver("ann");
    ann.resume();
    expect(ann.draft("c/1")).toBeNull();
  });

  it("keeps nothing for longer than some days, nor what nobody can read", async () => {
    put.mockRejectedValue(new Problem(0, {}));
    const gone = newSaver("gone");
    gone.change("c1", outcome("x"), BLANK);
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
    saver.change("c1", outcome("one"), BLANK);
    saver.change("c2", outcome("two"), BLANK);
    saver.flushAll();
    expect(put.mock.calls.map(([, sent]) => sent.notes)).toEqual(["one", "two"]);
  });

  it("flushes at once when asked to", async () => {
    const saver = newSaver();
    saver.change("c1", outcome("done"), BLANK);
    await saver.flush("c1");
    expect(put).toHaveBeenCalledOnce();
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    expect(put).toHaveBeenCalledOnce();
  });
});

describe("OutcomeSaver, where somebody else tells an outcome meanwhile", () => {
  const SOLVED: Outcome = { disposition: "solved", resolved: true, notes: "" };
  const FOLLOW_UP: Outcome = { disposition: "follow_up", resolved: false, notes: "" };
  const late = async (saver: OutcomeSaver, mine: Outcome, base = BLANK) => {
    saver.change("c1", mine, base);
    await vi.advanceTimersByTimeAsync(PAUSE_MS + 100);
    return saver.draft("c1");
  };

  it("keeps the notes of both, and what either alone said", async () => {
    const kept = daemon(told({ ...SOLVED, notes: "Asked for tea. Theirs." }));
    const saver = newSaver();
    const base = told(outcome("Asked for tea."));
    expect((await late(saver, outcome("Asked for tea. Mine."), base))?.state).toBe("saved");
    expect(kept.now.outcome).toEqual({ ...SOLVED, notes: "Asked for tea. Theirs.\nMine." });
    expect(saver.draft("c1")?.outcome).toEqual(kept.now.outcome);
    expect(saver.overruled("c1")).toBeNull();
  });

  it("lets the verdict stand that was told, and says what mine had been until I say one again", async () => {
    const kept = daemon(told(SOLVED));
    const saver = newSaver();
    await late(saver, { ...FOLLOW_UP, notes: "mine" });
    expect(kept.now.outcome).toEqual({ ...SOLVED, notes: "mine" });
    expect(saver.overruled("c1")).toEqual({ disposition: "follow_up", resolved: false });
    await late(saver, { ...SOLVED, notes: "mine, and more" });
    expect(saver.overruled("c1")).not.toBeNull();
    await late(saver, { ...FOLLOW_UP, notes: "mine, and more" });
    expect(saver.overruled("c1")).toBeNull();
    expect(kept.now.outcome).toEqual({ ...FOLLOW_UP, notes: "mine, and more" });
  });

  it("has sent what came of both when it was flushed", async () => {
    const kept = daemon(told(outcome("theirs")));
    const saver = newSaver();
    saver.change("c1", outcome("mine"), BLANK);
    await saver.flush("c1");
    expect(kept.now.outcome.notes).toBe("theirs\nmine");
    expect(saver.draft("c1")?.state).toBe("saved");
  });

  it("joins them on a page that is loaded anew, too", async () => {
    put.mockReset().mockRejectedValue(new Problem(0, {}));
    await late(newSaver(), outcome("mine"));
    vi.clearAllTimers();
    const kept = daemon(told(outcome("theirs")));
    const again = newSaver();
    again.resume();
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    expect(kept.now.outcome.notes).toBe("theirs\nmine");
    expect(localStorage.length).toBe(0);
  });

  it.each([1, 30])("knows its own word that came there though no answer did, for %i tries", async (tries) => {
    const kept = daemon(BLANK);
    const through = put.getMockImplementation();
    put.mockImplementationOnce(async (contact, sent, over) => {
      await through?.(contact, sent, over);
      throw new Problem(0, {});
    });
    for (let more = 0; more < tries; more++) put.mockRejectedValueOnce(new Problem(0, {}));
    const saver = newSaver();
    expect((await late(saver, outcome("one")))?.state).toBe("kept");
    await late(saver, outcome("one two"));
    await vi.advanceTimersByTimeAsync((tries + 1) * AGAIN_MS);
    expect(saver.draft("c1")?.state).toBe("saved");
    expect(kept.now.outcome.notes).toBe("one two");
  });

  it("knows it on another page, too", async () => {
    const kept = daemon(told(outcome("sent as the page closed")));
    put.mockRejectedValueOnce(new Problem(0, {}));
    await late(newSaver(), outcome("sent as the page closed"));
    vi.clearAllTimers();
    const again = newSaver();
    again.resume();
    await vi.advanceTimersByTimeAsync(0);
    expect(again.draft("c1")?.state).toBe("saved");
    await late(again, outcome("and typed on"));
    expect(kept.now.outcome.notes).toBe("and typed on");
  });

  it("is not taken in by a screen that is late with what was saved", async () => {
    const kept = daemon(BLANK);
    const saver = newSaver();
    await late(saver, outcome("one"));
    await vi.advanceTimersByTimeAsync(10_000);
    saver.shown("c1", BLANK);
    expect(saver.draft("c1")?.outcome.notes).toBe("one");
    await late(saver, outcome("one two"));
    expect(kept.now.outcome.notes).toBe("one two");
    saver.shown("c1", told(outcome("one")));
    expect(saver.draft("c1")?.outcome.notes).toBe("one two");
    saver.shown("c1", kept.now);
    expect(saver.draft("c1")).toBeNull();
  });

  it("never sends again what was noted of a person who has been erased since", async () => {
    const kept = daemon(told(SOLVED, true));
    const saver = newSaver();
    const before = told({ ...outcome("secret"), disposition: "solved", resolved: true });
    await late(saver, { ...FOLLOW_UP, notes: "secret, and more" }, before);
    expect(kept.now.outcome).toEqual(FOLLOW_UP);
    expect(saver.draft("c1")?.outcome.notes).toBe("");
    expect(allKept()).not.toContain("secret");
    await late(saver, outcome("called again"), kept.now);
    expect(kept.now.outcome.notes).toBe("called again");
  });

  it("nor where somebody else said something as well", async () => {
    const kept = daemon(told(SOLVED, true));
    const saver = newSaver();
    await late(saver, { ...FOLLOW_UP, notes: "secret, and more" }, told(outcome("secret")));
    expect(kept.now.outcome).toEqual(SOLVED);
    expect(saver.overruled("c1")).toEqual({ disposition: "follow_up", resolved: false });
    await late(saver, { ...FOLLOW_UP, notes: saver.draft("c1")?.outcome.notes ?? "" }, kept.now);
    expect(kept.now.outcome).toEqual(FOLLOW_UP);
  });

  it("keeps nothing of them in the browser from when it is told so", async () => {
    put.mockReset().mockRejectedValue(new Problem(0, {}));
    const saver = newSaver();
    await late(saver, outcome("secret, and more"), told(outcome("secret")));
    saver.shown("c1", told(outcome(""), true));
    expect(saver.draft("c1")?.outcome.notes).toBe("");
    expect(allKept()).not.toContain("secret");
  });

  it("takes up what an older page kept, and breaks over nothing that stands there", async () => {
    const kept = daemon(told(outcome("theirs")));
    const at = Date.now();
    localStorage.setItem("cordboard.outcome.ann/c1", JSON.stringify({ at, outcome: outcome("kept before") }));
    const strange = { at, outcome: outcome("x"), base: {}, tried: "?" };
    localStorage.setItem("cordboard.outcome.ann/c2", JSON.stringify(strange));
    localStorage.setItem("cordboard.outcome.ann/c3", JSON.stringify({ ...strange, outcome: {} }));
    newSaver().resume();
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    expect(kept.now.outcome.notes.split("\n")).toEqual(["theirs", "kept before", "x"]);
    expect(localStorage.length).toBe(0);
  });
});
