import { createInstance } from "i18next";
import { describe, expect, it } from "vitest";
import en from "../language/en/why.json";
import type { WaitingRow } from "../api/documents";
import { changeWords, contactWhyWords, obstacleWords, whyWords } from "./why";

const t = createInstance({
  lng: "en",
  resources: { en: { why: en } },
  initAsync: false,
  interpolation: { escapeValue: false },
});
void t.init();
const said = t.getFixedT("en", "why");

const called = {
  contact: (id: string) => (id === "acd-1764.7" ? "Ida Berg" : id),
  queue: (code: string) => (code === "billing" ? "Invoices" : code),
  agent: (code: string) => (code === "robin" ? "Robin Vale" : code),
  reason: (code: string) => (code === "meal" ? "Meal" : code),
};

function words(code: string, details: Record<string, unknown>): string {
  return changeWords(said, { at: "2026-03-02T10:00:00Z", what: "in English", code, details }, called);
}

describe("whyWords", () => {
  const qualified = { total: 2, free: 0, busy: 1, not_ready: 0, logged_out: 1, taken_out: 3 };
  const row = (code: string, details: Record<string, unknown>) =>
    ({ code, details, summary: "in English", requirement: "en>=1", qualified }) as WaitingRow;

  it("counts those who are taken out of the queue beside those who could take the contact", () => {
    expect(whyWords(said, row("none_free", {}), called)).toBe(
      "1 busy; 1 signed out; 3 more taken out of this queue; 2 qualify for en ≥ 1",
    );
    expect(whyWords(said, row("nobody_in", { qualified: 2 }), called)).toBe(
      "of 2 who qualify nobody is signed in; 3 more taken out of this queue",
    );
  });

  it("says so when nobody else is left, and only then", () => {
    expect(whyWords(said, row("nobody_left", { requirement: "en>=1", taken_out: 3 }), called)).toBe(
      "nobody is left: all who meet en ≥ 1 (3) are taken out of this queue",
    );
    expect(whyWords(said, row("rings", { agents: ["robin"] }), called)).toBe("rings at Robin Vale");
  });
});

describe("changeWords", () => {
  it("calls contacts, queues and agents as people do, not by ids", () => {
    expect(words("again_for", { contact: "acd-1764.7" })).toBe("may be asked again for Ida Berg");
    expect(words("fits", { contact: "acd-1764.7", step: 2 })).toBe("step 2 opens Ida Berg to this agent");
    expect(words("anybody_for", { contact: "acd-1764.7", agent: "robin" })).toBe(
      "Ida Berg waits no longer for Robin Vale alone",
    );
    expect(words("overtakes", { contact: "acd-1764.7", queue: "billing" })).toBe(
      "has aged enough to go before Ida Berg in Invoices",
    );
    expect(words("goes", { to_kind: "queue", to: "billing" })).toBe("goes to queue Invoices");
  });

  it("leaves what is no name as it is", () => {
    expect(words("goes", { to_kind: "number", to: "billing" })).toBe("goes to number billing");
    expect(words("unheard_of", { contact: "acd-1764.7" })).toBe("in English");
  });
});

describe("why somebody waits, and what stands between them and an agent", () => {
  const rings = { code: "rings", details: { agents: ["robin", "ann"] }, summary: "rings at robin, ann" };

  it("calls agents by their names, one or several", () => {
    const row = { ...rings, qualified: { total: 2, busy: 0, not_ready: 0, logged_out: 0 } } as unknown as WaitingRow;
    expect(whyWords(said, row, called)).toBe("rings at Robin Vale, ann");
    const alone = { code: "preferred", details: { agent: "robin" }, summary: "" };
    expect(contactWhyWords(said, { ...alone } as never, called)).toBe("waits for the preferred agent Robin Vale");
  });

  it("tells reasons by their titles", () => {
    const obstacle = { code: "not_ready", details: { reason: "meal" }, text: "not ready: meal" };
    expect(obstacleWords(said, obstacle, (activity) => activity, called)).toBe("not ready: Meal");
  });
});
