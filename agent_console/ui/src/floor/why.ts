/** Explanations in the reader's language: from their codes and details; a code we do not know is told in English. */

import type { TFunction } from "i18next";
import { requirementWords } from "../language/requirement";
import type { AgentWhy, ChangeAhead, ContactWhy, Obstacle, WaitingRow } from "../api/documents";

type Why = TFunction<"why">;

/** A detail as text; lists with commas. */
function text(value: unknown): string {
  if (Array.isArray(value)) return value.map(text).join(", ");
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** What a contact needs, as people say it. */
export function needsWords(t: Why, requirement: string): string {
  return requirementWords(
    { and: t("requirement.and"), or: t("requirement.or"), not: t("requirement.not") },
    requirement,
  );
}

function filled(details: Record<string, unknown>): Record<string, string | number> {
  const values: Record<string, string | number> = {};
  for (const [key, value] of Object.entries(details)) values[key] = typeof value === "number" ? value : text(value);
  return values;
}

function say(
  t: Why,
  group: "why" | "obstacle" | "change" | "agent",
  code: string,
  details: object,
  english: string,
): string {
  // keys of codes come from the daemon, so they cannot be known to the compiler
  return t(`${group}.${code}` as "why.rings", { ...filled(details as Record<string, unknown>), defaultValue: english });
}

/** Reasons that count those who could take the contact, but not those who are taken out of its queue. */
const COUNTED: readonly string[] = ["nobody_in", "asked", "none_free"];

/** Why a contact still waits, in one line: where those are who could take it, then what it needs. */
export function whyWords(t: Why, row: WaitingRow, called: Called): string {
  const { qualified } = row;
  const out =
    qualified.taken_out > 0 && COUNTED.includes(row.code) ? [t("where.taken_out", { count: qualified.taken_out })] : [];
  if (row.code !== "none_free") {
    return [say(t, "why", row.code, named(t, row.details, called), row.summary), ...out].join(t("join"));
  }
  const where = (["busy", "not_ready", "logged_out"] as const)
    .filter((state) => qualified[state] > 0)
    .map((state) => t(`where.${state}`, { count: qualified[state] }));
  const able = t("able", { count: qualified.total, requirement: needsWords(t, row.requirement) });
  return [...where, ...out, able].join(t("join"));
}

export function contactWhyWords(t: Why, why: ContactWhy, called: Called): string {
  return say(t, "why", why.code, named(t, why.details, called), why.summary);
}

export function agentWhyWords(t: Why, why: AgentWhy, called: Called): string {
  return say(t, "agent", why.code, named(t, why.details, called), why.summary);
}

/** `state`: an agent's state in words, for obstacles that name one. */
export function obstacleWords(t: Why, obstacle: Obstacle, state: (activity: string) => string, called: Called): string {
  const details = named(t, obstacle.details, called);
  if (typeof details.activity === "string") details.activity = state(details.activity);
  if (obstacle.code === "skill" && details.has === 0) {
    return say(t, "obstacle", "skill_none", details, obstacle.text);
  }
  return say(t, "obstacle", obstacle.code, details, obstacle.text);
}

/** What people call those of whom an explanation speaks. */
export interface Called {
  contact(id: string): string;
  queue(code: string): string;
  agent(code: string): string;
  reason(code: string): string;
}

export function changeWords(t: Why, change: ChangeAhead, called: Called): string {
  if (change.code !== "step") {
    return say(t, "change", change.code, whither(t, change, called), change.what);
  }
  const { lower, drop, open } = change.details as {
    lower?: Record<string, number>;
    drop?: string[];
    open?: string[];
  };
  return [
    ...Object.entries(lower ?? {}).map(([skill, level]) => t("step.lower", { skill, level })),
    ...(drop ?? []).map((skill) => t("step.drop", { skill })),
    ...(open ?? []).map((group) => t("step.open", { group })),
  ].join(t("join"));
}

/** Details in which nobody is told by an id or a code, and nothing as settings write it. */
function named(t: Why, details: object, called: Called): Record<string, unknown> {
  const found: Record<string, unknown> = { ...details };
  for (const who of ["contact", "queue", "agent", "reason"] as const) {
    const code = found[who];
    if (typeof code === "string") found[who] = called[who](code);
  }
  if (typeof found.requirement === "string") found.requirement = needsWords(t, found.requirement);
  for (const [many, one] of [
    ["agents", "agent"],
    ["contacts", "contact"],
  ] as const) {
    const codes = found[many];
    if (Array.isArray(codes)) found[many] = codes.map((code) => called[one](text(code)));
  }
  return found;
}

/** Details of a change, with the place to which it leads as people call it. */
function whither(t: Why, change: ChangeAhead, called: Called): Record<string, unknown> {
  const found = named(t, change.details, called);
  const { to_kind: kind, to } = change.details;
  if (typeof kind !== "string") return found;
  found["to_kind"] = t(`kind.${kind}` as "kind.queue", { defaultValue: kind });
  if (kind === "queue" && typeof to === "string") found["to"] = called.queue(to);
  return found;
}
