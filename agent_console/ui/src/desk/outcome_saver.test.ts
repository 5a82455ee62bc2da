import { beforeEach, describe, expect, it, vi } from "vitest";
import { Problem } from "../api/client";
import type { Outcome } from "../api/documents";
import { AGAIN_MS, type Answer, KEPT_MS, OutcomeSaver, PAUSE_MS, SETTLED_MS } from "./outcome_saver";
import type { Told } from "./outcome_versions";

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
  const late = async (saver: OutcomeSaver, notes: string, base = BLANK) => {
    saver.change("c1", outcome(notes), base);
    await vi.advanceTimersByTimeAsync(PAUSE_MS + 100);
    return saver.draft("c1");
  };

  it("asks whose words are to stand, and sends nothing until it is told", async () => {
    const kept = daemon(told(outcome("theirs")));
    const saver = newSaver();
    expect(await late(saver, "mine")).toMatchObject({ state: "clash", theirs: told(outcome("theirs")) });
    put.mockClear();
    expect(await late(saver, "mine, and more")).toMatchObject({ state: "clash", outcome: outcome("mine, and more") });
    expect(await saver.flush("c1")).toBe(false);
    expect(put).not.toHaveBeenCalled();
    saver.insist("c1");
    await vi.advanceTimersByTimeAsync(0);
    expect(kept.now.outcome.notes).toBe("mine, and more");
    expect(await saver.flush("c1")).toBe(true);
  });

  it("asks again on a page that is loaded anew", async () => {
    daemon(told(outcome("theirs")));
    await late(newSaver(), "mine");
    const again = newSaver();
    again.resume();
    await vi.advanceTimersByTimeAsync(0);
    expect(again.draft("c1")).toMatchObject({ state: "clash", outcome: outcome("mine") });
  });

  it("leaves theirs when one's own is given up", async () => {
    const kept = daemon(told(outcome("theirs")));
    const saver = newSaver();
    await late(saver, "mine");
    saver.giveUp("c1");
    await vi.advanceTimersByTimeAsync(10 * AGAIN_MS);
    expect(saver.draft("c1")).toBeNull();
    expect(kept.now.outcome.notes).toBe("theirs");
    expect(localStorage.length).toBe(0);
  });

  it("asks nobody where each told something else of it", async () => {
    const kept = daemon(told({ ...outcome(""), disposition: "solved", resolved: true }));
    const saver = newSaver();
    expect((await late(saver, "my notes"))?.state).toBe("saved");
    expect(kept.now.outcome).toEqual({ disposition: "solved", resolved: true, notes: "my notes" });
  });

  it("knows its own word that came there though no answer did", async () => {
    const kept = daemon(BLANK);
    const through = put.getMockImplementation();
    put.mockImplementationOnce(async (contact, sent, over) => {
      await through?.(contact, sent, over);
      throw new Problem(0, {});
    });
    const saver = newSaver();
    expect((await late(saver, "one"))?.state).toBe("kept");
    expect((await late(saver, "one two"))?.state).toBe("saved");
    expect(kept.now.outcome.notes).toBe("one two");
  });

  it("knows it on another page, too", async () => {
    const kept = daemon(told(outcome("sent as the page closed")));
    put.mockRejectedValueOnce(new Problem(0, {}));
    await late(newSaver(), "sent as the page closed");
    const again = newSaver();
    again.resume();
    await vi.advanceTimersByTimeAsync(0);
    expect(again.draft("c1")?.state).toBe("saved");
    await late(again, "and typed on", told(outcome("what was on the screen")));
    expect(kept.now.outcome.notes).toBe("and typed on");
  });

  it("never sends again what was noted of a person who has been erased since", async () => {
    const kept = daemon(told({ ...outcome(""), disposition: "solved" }, true));
    const saver = newSaver();
    const before = told({ ...outcome("secret"), disposition: "solved" });
    saver.change("c1", { disposition: "follow_up", resolved: null, notes: "secret, and more" }, before);
    await vi.advanceTimersByTimeAsync(PAUSE_MS + 100);
    expect(kept.now.outcome).toEqual({ disposition: "follow_up", resolved: null, notes: "" });
    expect(saver.draft("c1")?.outcome.notes).toBe("");
    expect(JSON.stringify(localStorage)).not.toContain("secret");
    saver.change("c1", outcome("called again"), kept.now);
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    expect(kept.now.outcome.notes).toBe("called again");
  });

  it("shows nothing of them either, where there is nothing else to say", async () => {
    daemon(told(outcome(""), true));
    const draft = await late(newSaver(), "secret");
    expect(draft).toMatchObject({ state: "saved", outcome: outcome("") });
    expect(localStorage.length).toBe(0);
  });
});
