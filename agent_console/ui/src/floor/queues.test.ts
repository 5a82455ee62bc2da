import { describe, expect, it } from "vitest";
import type { AgentQueue } from "../api/documents";
import { chosen, exceptionsOf } from "./QueuesEditor";

const queue = (name: string, exception: AgentQueue["exception"]): AgentQueue => ({
  queue: name,
  title: name,
  requirement: "",
  by_skills: true,
  exception,
  serves: true,
});
const present = exceptionsOf({ queues: [queue("sales", "taken_out"), queue("gold", "put_in"), queue("help", null)] });

describe("chosen", () => {
  it("moves what was chosen and leaves alone what was not", () => {
    expect(chosen(present, {})).toEqual({ without_queues: ["sales"], extra_queues: ["gold"] });
    expect(chosen(present, { sales: "put_in", help: "taken_out" })).toEqual({
      without_queues: ["help"],
      extra_queues: ["sales", "gold"],
    });
    expect(chosen(present, { sales: "by_skills", gold: "by_skills" })).toEqual({
      without_queues: [],
      extra_queues: [],
    });
  });

  it("takes back what was changed here, and not what others changed since", () => {
    const before = { sales: "taken_out", help: "by_skills" } as const;
    const since = { ...present, sales: "put_in", help: "taken_out", late: "taken_out" } as const;
    expect(chosen(since, before)).toEqual({ without_queues: ["sales", "late"], extra_queues: ["gold"] });
  });
});
