/** Microphone, loudspeaker and where it rings: what there is, what was chosen, and why it cannot be had. */

import type { MicrophoneTrouble } from "./states";

export interface Choice {
  /** Device ids of this browser; empty: the system's own. */
  microphone: string;
  loudspeaker: string;
  ringer: string;
}

export interface Device {
  id: string;
  label: string;
}

export interface Devices {
  microphones: Device[];
  loudspeakers: Device[];
}

const KEPT = "cordboard.phone.devices";
const SYSTEM: Choice = { microphone: "", loudspeaker: "", ringer: "" };

export function keptChoice(): Choice {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEPT) ?? "{}");
    return { ...SYSTEM, ...(typeof kept === "object" ? kept : {}) };
  } catch {
    return SYSTEM;
  }
}

export function keepChoice(choice: Choice): void {
  localStorage.setItem(KEPT, JSON.stringify(choice));
}

/** Whether this browser can play anywhere else than the system does. */
export const canChooseLoudspeaker = (): boolean => "setSinkId" in HTMLMediaElement.prototype;

/** What there is now. Labels are empty until the microphone has been allowed. */
export async function devices(): Promise<Devices> {
  const all = await navigator.mediaDevices.enumerateDevices();
  const of = (kind: MediaDeviceKind) =>
    all
      .filter((one) => one.kind === kind && !["default", "communications"].includes(one.deviceId))
      .map((one) => ({ id: one.deviceId, label: one.label }));
  return { microphones: of("audioinput"), loudspeakers: of("audiooutput") };
}

/** The microphone, as it was chosen or, when that one is gone, as the system has it. Raises what the browser says. */
export function openMicrophone(choice: Choice): Promise<MediaStream> {
  const audio: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  if (choice.microphone) audio.deviceId = { ideal: choice.microphone };
  return navigator.mediaDevices.getUserMedia({ audio });
}

export function close(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

/** A browser's error, in our four. */
export function troubleOf(error: unknown): MicrophoneTrouble {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  return name === "NotFoundError" || name === "OverconstrainedError" ? "none" : "busy";
}

/** Whether there is a microphone that may be used, without asking the person. */
export async function lookForMicrophone(): Promise<MicrophoneTrouble | null> {
  const { microphones } = await devices();
  if (microphones.length === 0) return "none";
  const state = await permission();
  return state === "granted" ? null : state === "denied" ? "denied" : "ask";
}

async function permission(): Promise<PermissionState> {
  try {
    return (await navigator.permissions.query({ name: "microphone" })).state;
  } catch {
    // a browser that does not tell: labels are only there once it has been allowed
    const { microphones } = await devices();
    return microphones.some((one) => one.label !== "") ? "granted" : "prompt";
  }
}

/** Call `changed` when devices come and go, or the permission changes. Returns the way out. */
export function watchDevices(changed: () => void): () => void {
  let status: PermissionStatus | null = null;
  let left = false;
  navigator.mediaDevices.addEventListener("devicechange", changed);
  navigator.permissions
    .query({ name: "microphone" })
    .then((found) => {
      if (left) return;
      status = found;
      found.addEventListener("change", changed);
    })
    .catch(() => undefined);
  return () => {
    left = true;
    navigator.mediaDevices.removeEventListener("devicechange", changed);
    status?.removeEventListener("change", changed);
  };
}
