import { describe, expect, it } from "vitest";
import { cell, plain } from "./cells";
import { settingsOf } from "./settings_schema";

const words = {
  choice: (code: string) => ({ most_skilled: "Most skilled", longest_idle: "Longest idle" })[code] ?? code,
  name: (_source: string, key: string) => (key === "north" ? "Team North" : key),
  number: String,
  seconds: (value: number) => `${value} s`,
  percent: (ratio: number) => `${ratio * 100} %`,
  days: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
};

function told(definition: string, name: string, value: unknown): string {
  const setting = settingsOf(definition).find((one) => one.name === name);
  if (!setting) throw new Error(`${definition} has no ${name}`);
  return cell(setting.kind, value ?? setting.standard, words);
}

describe("cell", () => {
  it("tells choices in the form's words, the standard where nothing is said", () => {
    expect(told("Queue", "agent_order", "most_skilled")).toBe("Most skilled");
    expect(told("Queue", "agent_order", undefined)).toBe("Longest idle");
  });

  it("gives durations and shares their units", () => {
    expect(told("Queue", "wrap_up_s", 20)).toBe("20 s");
    expect(told("Alarms", "abandon_rate_above", 0.05)).toBe("5 %");
  });

  it("calls entries as people do", () => {
    expect(told("Agent", "team", "north")).toBe("Team North");
    expect(told("User", "teams", ["north", "south"])).toBe("Team North, south");
    expect(told("Agent", "team", null)).toBe("");
  });

  it("puts days with the same hours together", () => {
    const week = {
      mon: ["08:00-18:00"],
      tue: ["08:00-18:00"],
      thu: ["08:00-18:00"],
      sat: ["09:00-11:00", "12:00-13:00"],
    };
    expect(told("OpeningHours", "weekly", week)).toBe(
      "Mon–Tue 08:00-18:00; Thu 08:00-18:00; Sat 09:00-11:00, 12:00-13:00",
    );
  });

  it("writes maps and lists plainly", () => {
    expect(plain({ english: 8, sales: 7 })).toBe("english 8, sales 7");
    expect(told("Agent", "skills", { english: 8 })).toBe("english 8");
  });
});
