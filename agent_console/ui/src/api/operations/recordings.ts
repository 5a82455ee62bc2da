// Made by tools/write_console_operations.py from the API's description: change that, and run it again.
//
// Each ends with the document, or with a `Problem`. The session's CSRF token is sent by itself; `match` is the ETag
// that was read, `*` for whatever there is.

import { api, type Options } from "../client";
import type {
  DeskContact,
  RecordingDoc,
  VoicemailDoc,
} from "../documents";
import type { Page } from "../pages";

/** Recordings of agents and queues that one may see, the latest first. */
export function listRecordings(query: { contact?: string | null; cursor?: string | null; limit?: number } = {}, options: Options = {}): Promise<Page<RecordingDoc>> {
  return api.ask("GET", "/recordings", { query, ...options });
}

/** One recording. */
export function getRecording(recordingId: string, options: Options = {}): Promise<RecordingDoc> {
  return api.ask("GET", `/recordings/${encodeURIComponent(recordingId)}`, options);
}

/** Delete a sound, of a talk or of a message; that there was one stays known. */
export function deleteRecording(recordingId: string, options: Options = {}): Promise<void> {
  return api.ask("DELETE", `/recordings/${encodeURIComponent(recordingId)}`, options);
}

/** The sound, or a part of it. Who hears it is told in the audit log. */
export function getRecordingAudio(recordingId: string, options: Options = {}): Promise<Blob> {
  return api.ask("GET", `/recordings/${encodeURIComponent(recordingId)}/audio`, { as: "blob", ...options });
}

/** Messages that callers left, the latest first; of queues that one sees, and for supervisors all others' too. */
export function listVoicemails(query: { mailbox?: string | null; contact?: string | null; done?: boolean | null; cursor?: string | null; limit?: number } = {}, options: Options = {}): Promise<Page<VoicemailDoc>> {
  return api.ask("GET", "/voicemails", { query, ...options });
}

/** One message that a caller left. */
export function getVoicemail(voicemailId: string, options: Options = {}): Promise<VoicemailDoc> {
  return api.ask("GET", `/voicemails/${encodeURIComponent(voicemailId)}`, options);
}

/** The message, or a part of it. Who hears it is told in the audit log. */
export function getVoicemailAudio(voicemailId: string, options: Options = {}): Promise<Blob> {
  return api.ask("GET", `/voicemails/${encodeURIComponent(voicemailId)}/audio`, { as: "blob", ...options });
}

/** Say that one has dealt with a message; who said so first stays. */
export function markVoicemailDone(voicemailId: string, options: Options = {}): Promise<VoicemailDoc> {
  return api.ask("POST", `/voicemails/${encodeURIComponent(voicemailId)}/done`, options);
}

/** Say that a message that was dealt with wants somebody again. */
export function reopenVoicemail(voicemailId: string, options: Options = {}): Promise<VoicemailDoc> {
  return api.ask("POST", `/voicemails/${encodeURIComponent(voicemailId)}/reopen`, options);
}

/** Call who left a message, in the name of the mailbox's queue: one's own phone rings, then theirs. */
export function callVoicemailBack(voicemailId: string, options: Options = {}): Promise<DeskContact> {
  return api.ask("POST", `/voicemails/${encodeURIComponent(voicemailId)}/call`, options);
}
