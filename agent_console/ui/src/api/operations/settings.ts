// Made by tools/write_console_operations.py from the API's description: change that, and run it again.
//
// Each ends with the document, or with a `Problem`. The session's CSRF token is sent by itself; `match` is the ETag
// that was read, `*` for whatever there is.

import { api, type Options } from "../client";
import type {
  HolidayCountries,
  HolidaysDoc,
  ImportedDoc,
  PreviewDoc,
  PreviewWish,
  RevisionDoc,
  RevisionLine,
  SettingDoc,
  SettingsChange,
} from "../documents";
import type { Page } from "../pages";

/** Everything that can be changed here, as a settings file has it; rows of stars stand for secrets. */
export function exportSettings(options: Options = {}): Promise<string> {
  return api.ask("GET", "/settings/export", { as: "text", ...options });
}

/** Put the sections that a YAML text has in place of those that are there. */
export function importSettings(content: Blob | string, options: Options = {}): Promise<ImportedDoc> {
  return api.ask("POST", "/settings/import", { raw: { content, type: "application/yaml" }, ...options });
}

/** Change several entries at once, all or none: a skills matrix, two people who swap their phones. */
export function changeSettings(wish: SettingsChange, options: Options = {}): Promise<RevisionLine> {
  return api.ask("POST", "/settings/changes", { body: wish, ...options });
}

/** Changes of the settings, the latest first. Without any, the settings file leads. */
export function listRevisions(query: { cursor?: string | null; limit?: number } = {}, options: Options = {}): Promise<Page<RevisionLine>> {
  return api.ask("GET", "/settings/revisions", { query, ...options });
}

/** A change, with what was before and after. */
export function getRevision(number: number, options: Options = {}): Promise<RevisionDoc> {
  return api.ask("GET", `/settings/revisions/${encodeURIComponent(number)}`, options);
}

/** Take a change back, by a new one; refused when later changes of the same entries stand on it. */
export function undoRevision(number: number, options: Options = {}): Promise<RevisionLine> {
  return api.ask("POST", `/settings/revisions/${encodeURIComponent(number)}/undo`, options);
}

/** The entries of a section, in their order; a section that is one entry (routing, alarms) is named like itself. */
export function listSettings(section: "skills" | "teams" | "agents" | "queues" | "reasons" | "dispositions" | "phone_book" | "opening_hours" | "entry_points" | "users" | "routing" | "alarms", query: { cursor?: string | null; limit?: number | null } = {}, options: Options = {}): Promise<Page<SettingDoc>> {
  return api.ask("GET", `/settings/${encodeURIComponent(section)}`, { query, ...options });
}

/** One entry. */
export function getSetting(section: "skills" | "teams" | "agents" | "queues" | "reasons" | "dispositions" | "phone_book" | "opening_hours" | "entry_points" | "users" | "routing" | "alarms", name: string, options: Options = {}): Promise<SettingDoc> {
  return api.ask("GET", `/settings/${encodeURIComponent(section)}/${encodeURIComponent(name)}`, options);
}

/** Make or change an entry; in force when this answers, with every caller's place kept. */
export function putSetting(section: "skills" | "teams" | "agents" | "queues" | "reasons" | "dispositions" | "phone_book" | "opening_hours" | "entry_points" | "users" | "routing" | "alarms", name: string, wish: unknown, match: string | null, options: Options = {}): Promise<SettingDoc> {
  return api.ask("PUT", `/settings/${encodeURIComponent(section)}/${encodeURIComponent(name)}`, { body: wish, match, isNew: match === null, ...options });
}

/** Remove an entry; refused while others refer to it. */
export function deleteSetting(section: "skills" | "teams" | "agents" | "queues" | "reasons" | "dispositions" | "phone_book" | "opening_hours" | "entry_points" | "users" | "routing" | "alarms", name: string, match: string, options: Options = {}): Promise<void> {
  return api.ask("DELETE", `/settings/${encodeURIComponent(section)}/${encodeURIComponent(name)}`, { match, ...options });
}

/** What a change of the settings would do to who waits and works now, other teams' unnamed. Nothing is changed. */
export function previewChange(wish: PreviewWish, options: Options = {}): Promise<PreviewDoc> {
  return api.ask("POST", "/preview", { body: wish, ...options });
}

/** The countries whose public holidays are known. */
export function getHolidayCountries(options: Options = {}): Promise<HolidayCountries> {
  return api.ask("GET", "/holidays/countries", options);
}

/** The public holidays of this year and the next, and the parts of the country with some of their own. */
export function getHolidays(query: { country: string; subdivision?: string | null; language?: string }, options: Options = {}): Promise<HolidaysDoc> {
  return api.ask("GET", "/holidays", { query, ...options });
}
