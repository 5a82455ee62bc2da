import { describe, expect, it } from "vitest";
import { chosen, present } from "./QueuesEditor";

const row = { without_queues: ["sales", "hidden"], extra_queues: ["gold"] };

describe("chosen", () => {
  it("moves what was chosen and leaves alone what was not, seen or not", () => {
    expect(chosen(row, {})).toEqual(row);
    expect(chosen(row, { sales: "put_in", help: "taken_out" })).toEqual({
      without_queues: ["hidden", "help"],
      extra_queues: ["gold", "sales"],
    });
    expect(chosen(row, { sales: "by_skills", gold: "by_skills" })).toEqual({
      without_queues: ["hidden"],
      extra_queues: [],
    });
  });
});

describe("present", () => {
  it("takes back what was changed here, and not what others changed since", () => {
    const before = present(row, ["sales", "help"]);
    expect(before).toEqual({ sales: "taken_out", help: "by_skills" });
    const since = { without_queues: ["help", "hidden", "late"], extra_queues: ["sales"] };
    expect(chosen(since, before)).toEqual({ without_queues: ["hidden", "late", "sales"], extra_queues: [] });
  });
});
