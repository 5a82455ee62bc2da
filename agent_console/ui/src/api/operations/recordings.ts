// Made by tools/write_console_operations.py from the API's description: change that, and run it again.
//
// Each ends with the document, or with a `Problem`. The session's CSRF token is sent by itself; `match` is the ETag
// that was read, `*` for whatever there is.

import { api, type Options } from "../client";
import type {
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

/** Messages that callers left, the latest first; those of a queue's mailbox for whoever sees the queue. */
export function listVoicemails(query: { cursor?: string | null; limit?: number } = {}, options: Options = {}): Promise<Page<VoicemailDoc>> {
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

/** Say that somebody has dealt with a message. */
export function markVoicemailDone(voicemailId: string, options: Options = {}): Promise<VoicemailDoc> {
  return api.ask("POST", `/voicemails/${encodeURIComponent(voicemailId)}/done`, options);
}
