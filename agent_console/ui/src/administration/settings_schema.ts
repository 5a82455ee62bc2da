/** The settings' schema as the forms read it: one plain description for each setting. */

import schema from "./schema.json";

interface Raw {
  type?: string;
  enum?: string[];
  anyOf?: Raw[];
  items?: Raw;
  $ref?: string;
  properties?: Record<string, Raw>;
  required?: string[];
  default?: unknown;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  format?: string;
  patternProperties?: Record<string, Raw>;
  additionalProperties?: Raw | boolean;
  maxLength?: number;
}

const definitions = schema.definitions as unknown as Record<string, Raw>;
const sections = schema.sections as unknown as Record<string, Raw>;

export const SECTIONS = [
  "agents",
  "teams",
  "skills",
  "queues",
  "routing",
  "reasons",
  "dispositions",
  "phone_book",
  "entry_points",
  "opening_hours",
  "alarms",
  "users",
] as const;
export type SectionName = (typeof SECTIONS)[number];

/** Sections of one entry, which is named like them. */
export const SINGLE: readonly SectionName[] = ["routing", "alarms"];

export type Kind =
  | { is: "text"; secret: boolean; long: boolean }
  | { is: "number"; whole: boolean; min: number | null; max: number | null; fraction: boolean; seconds: boolean }
  | { is: "time_zone" }
  | { is: "yes_no" }
  | { is: "choice"; of: readonly string[] }
  | { is: "names"; many: boolean; from: Source }
  | { is: "words" }
  | { is: "levels"; from: Source; most: number }
  | { is: "week" }
  | { is: "days" }
  | { is: "holidays"; of: string }
  | { is: "group"; of: string }
  | { is: "list"; of: string };

export interface Setting {
  name: string;
  kind: Kind;
  /** May be absent: then it has no value, which means something of its own. */
  optional: boolean;
  required: boolean;
  standard: unknown;
}

/** Where names come from that a setting refers to. */
export type Source = "agents" | "teams" | "skills" | "queues" | "opening_hours" | "flows";

const SOURCES: Record<string, Source> = {
  "Agent.team": "teams",
  "Agent.skills": "skills",
  "Agent.without_queues": "queues",
  "Agent.extra_queues": "queues",
  "Callbacks.hours": "opening_hours",
  "EntryPoint.flow": "flows",
  "EntryPoint.queue": "queues",
  "EntryPoint.emergency": "flows",
  "EntryPoint.overflow": "flows",
  "Queue.agents": "agents",
  "Queue.weights": "agents",
  "Queue.opening_hours": "opening_hours",
  "Queue.teams": "teams",
  "RelaxationStep.lower": "skills",
  "RelaxationStep.drop": "skills",
  "Route.flow": "flows",
  "Route.open": "opening_hours",
  "Route.closed": "opening_hours",
  "User.teams": "teams",
  "User.agent": "agents",
};
const LONG: readonly string[] = ["Queue.script"];

/** The definition that a section's entries follow; null: they are plain texts (skills). */
export function definitionOf(section: SectionName): string | null {
  const raw = sections[section];
  const entry = raw?.patternProperties ? Object.values(raw.patternProperties)[0] : raw?.additionalProperties;
  const reference = raw?.$ref ?? (typeof entry === "object" ? entry.$ref : undefined);
  return reference ? lastPart(reference) : null;
}

function lastPart(reference: string): string {
  return reference.slice(reference.lastIndexOf("/") + 1);
}

const known = new Map<string, readonly Setting[]>();

/** The settings of a definition, in their order. */
export function settingsOf(definition: string): readonly Setting[] {
  const found = known.get(definition);
  if (found) return found;
  const raw = definitions[definition];
  const made = Object.entries(raw?.properties ?? {}).map(([name, about]) => {
    const [plain, optional] = withoutNull(about);
    return {
      name,
      kind: kindOf(`${definition}.${name}`, plain),
      optional,
      required: raw?.required?.includes(name) ?? false,
      standard: about.default,
    };
  });
  known.set(definition, made);
  return made;
}

function withoutNull(raw: Raw): [Raw, boolean] {
  const others = raw.anyOf?.filter((one) => one.type !== "null");
  return others?.length === 1 && others[0] ? [others[0], true] : [raw, false];
}

function kindOf(path: string, raw: Raw): Kind {
  if (path === "OpeningHours.holidays") return { is: "holidays", of: "Holidays" };
  if (raw.$ref) return { is: "group", of: lastPart(raw.$ref) };
  if (raw.enum) return { is: "choice", of: raw.enum };
  switch (raw.type) {
    case "boolean":
      return { is: "yes_no" };
    case "integer":
    case "number":
      return numberOf(path, raw);
    case "array":
      return listOf(path, raw);
    case "object":
      return mapOf(path, raw);
    default:
      return textOf(path, raw);
  }
}

function textOf(path: string, raw: Raw): Kind {
  if (path.endsWith(".time_zone")) return { is: "time_zone" };
  const from = SOURCES[path];
  if (from) return { is: "names", many: false, from };
  return { is: "text", secret: raw.format === "password", long: LONG.includes(path) };
}

function numberOf(path: string, raw: Raw): Kind {
  const whole = raw.type === "integer";
  return {
    is: "number",
    whole,
    min: raw.minimum ?? raw.exclusiveMinimum ?? null,
    max: raw.maximum ?? null,
    fraction: !whole && raw.minimum === 0 && raw.maximum === 1,
    seconds: path.endsWith("_s"),
  };
}

function listOf(path: string, raw: Raw): Kind {
  if (raw.items?.$ref) return { is: "list", of: lastPart(raw.items.$ref) };
  const from = SOURCES[path];
  return from ? { is: "names", many: true, from } : { is: "words" };
}

function mapOf(path: string, raw: Raw): Kind {
  if (path === "OpeningHours.weekly") return { is: "week" };
  if (path === "OpeningHours.special") return { is: "days" };
  const value = Object.values(raw.patternProperties ?? {})[0];
  return { is: "levels", from: SOURCES[path] ?? "skills", most: value?.maximum ?? 10 };
}
