/** What the desk says of the phone's call: the desk's buttons answer, hold and mute it; the phone follows. */

import { useEffect, useRef, useState } from "react";
import type { DeskContact, PhoneReport } from "../api/documents";
import { reportPhone } from "../api/operations/desk";
import type { DeskLive } from "../live/live";
import type { SoftPhone } from "./soft_phone";
import type { Call, Word } from "./states";

/** An offer reaches the page on another way than the call that rings for it: which comes first is chance. */
export const OFFER_COMES_MS = 1_200;

const ON_THE_LINE: readonly DeskContact["state"][] = [
  "talking",
  "held",
  "consulting",
  "conference",
  "dialling",
  "parked",
];

/** The contact that the phone's call is about; null: none that the desk knows. */
export function contactOf(desk: DeskLive | null): DeskContact | null {
  const contacts = desk?.contacts ?? [];
  return (
    contacts.find((one) => ON_THE_LINE.includes(one.state)) ?? contacts.find((one) => one.state === "ringing") ?? null
  );
}

/** Let the microphone follow the desk's mute. */
export function useDeskMute(phone: SoftPhone | null, call: Call | null, contact: DeskContact | null): void {
  const muted = contact?.muted ?? null;
  const talks = call?.phase === "talking";
  useEffect(() => {
    if (talks && muted !== null) phone?.mute(muted);
  }, [phone, talks, muted]);
}

/** What the daemon is told of a phone that says this. */
export function troubleFor(word: Word): PhoneReport["trouble"] {
  return word === "noAudio" ? "no_sound" : word === "silentMicrophone" ? "silent_microphone" : null;
}

/** Tell the daemon of a talk without sound, and when it is well again: supervisors and the contact's story show it. */
export function useTellTrouble(word: Word, contact: DeskContact | null): void {
  const told = useRef<PhoneReport["trouble"]>(null);
  const isOfDesk = contact !== null;
  const trouble = isOfDesk ? troubleFor(word) : null;
  useEffect(() => {
    if (told.current === trouble) return;
    told.current = trouble;
    // that of a talk which is over, the daemon forgets by itself
    if (isOfDesk) void reportPhone({ trouble }).catch(() => undefined);
  }, [trouble, isOfDesk]);
}

/** Let the phone know whether the daemon keeps its call when the page goes. */
export function useDeskKeeps(phone: SoftPhone | null, contact: DeskContact | null): void {
  const isOfDesk = contact !== null;
  useEffect(() => {
    phone?.belongsToDesk(isOfDesk);
  }, [phone, isOfDesk]);
}

/** Whether the phone has to offer its own buttons: for a call that is on no desk, such as a colleague's. */
export function useOwnCall(call: Call | null, contact: DeskContact | null): boolean {
  const [waited, setWaited] = useState<string | null>(null);
  const id = call?.id ?? null;
  useEffect(() => {
    if (id === null) return;
    const timer = window.setTimeout(() => setWaited(id), OFFER_COMES_MS);
    return () => window.clearTimeout(timer);
  }, [id]);
  return id !== null && contact === null && waited === id;
}
