/** The page's one live channel, and the hooks through which views read it. */

import { useEffect, useMemo, useSyncExternalStore } from "react";
import type { Topic } from "../api/topics";
import type {
  AgentRow,
  AlarmDoc,
  CallbackDoc,
  DeskContact,
  DeskState,
  MessageDoc,
  ParkedRow,
  QueueRow,
  Totals,
  WaitingRow,
} from "../api/documents";
import { BASE } from "../api/client";
import { CentreClock } from "./centre_clock";
import { browser, LiveChannel, type Link } from "./channel";
import { beforeNextPicture, Streams } from "./streams";

export const streams = new Streams(beforeNextPicture);
export const centreClock = new CentreClock();
export const channel = new LiveChannel(streams, centreClock, browser(channelAddress(window.location)));

function channelAddress(page: Location): string {
  return `${page.protocol === "https:" ? "wss" : "ws"}://${page.host}${BASE}/live`;
}

/** Keep the channel in step with what the browser knows of network and sleep. Returns the way out. */
export function followTheBrowser(): () => void {
  const online = () => channel.nudge();
  const offline = () => channel.cut();
  const shown = () => {
    if (!document.hidden) channel.nudge();
  };
  window.addEventListener("online", online);
  window.addEventListener("offline", offline);
  document.addEventListener("visibilitychange", shown);
  document.addEventListener("resume", shown);
  const stopWatching = watchForSleep(() => channel.nudge());
  return () => {
    window.removeEventListener("online", online);
    window.removeEventListener("offline", offline);
    document.removeEventListener("visibilitychange", shown);
    document.removeEventListener("resume", shown);
    stopWatching();
  };
}

const HEARTBEAT_MS = 1_000;
/** A hidden tab's timers come once a minute at the rarest. */
const SLEPT_MS = 90_000;

/** Tell when this machine has slept: its timers stood still. Returns the way out. */
export function watchForSleep(woke: () => void): () => void {
  let last = Date.now();
  const timer = window.setInterval(() => {
    const now = Date.now();
    if (now - last > (document.hidden ? SLEPT_MS : 3 * HEARTBEAT_MS)) woke();
    last = now;
  }, HEARTBEAT_MS);
  return () => window.clearInterval(timer);
}

export function useLink(): Link {
  return useSyncExternalStore(
    (watcher) => channel.watch(watcher),
    () => channel.state,
  );
}

/** All documents of a family by key, kept up to date while the component is there. */
function useFamily(topic: Topic): ReadonlyMap<string, unknown> {
  useEffect(() => channel.subscribe(topic), [topic]);
  const listen = useMemo(() => (listener: () => void) => streams.listen(topic, listener), [topic]);
  return useSyncExternalStore(listen, () => streams.family(topic));
}

/** Whether a family's documents have come yet. */
export function useKnown(topic: Topic): boolean {
  const listen = useMemo(() => (listener: () => void) => streams.listen(topic, listener), [topic]);
  return useSyncExternalStore(listen, () => streams.known(topic));
}

/** What each family's documents are. */
interface Rows {
  queues: QueueRow;
  agents: AgentRow;
  waiting: WaitingRow;
  parked: ParkedRow;
  alarms: AlarmDoc;
}

function useRows<F extends keyof Rows>(family: F): readonly Rows[F][] {
  const documents = useFamily(family);
  return useMemo(() => [...documents.values()] as Rows[F][], [documents]);
}

export const useQueues = () => useRows("queues");
export const useAgents = () => useRows("agents");
export const useWaiting = () => useRows("waiting");
export const useParked = () => useRows("parked");
export const useAlarms = () => useRows("alarms");

export function useTotals(): Totals | null {
  return (useFamily("totals").get("today") as Totals | undefined) ?? null;
}

/** The agent's own desk as the channel tells it; null until the first snapshot. */
export interface DeskLive {
  state: DeskState;
  contacts: DeskContact[];
  callbacks: CallbackDoc[];
  messages: MessageDoc[];
}

export function useDesk(): DeskLive | null {
  const documents = useFamily("desk");
  return useMemo(() => {
    const state = documents.get("state") as DeskState | undefined;
    if (!state) return null;
    return {
      state,
      contacts: withPrefix<DeskContact>(documents, "contact:"),
      callbacks: withPrefix<CallbackDoc>(documents, "callback:"),
      messages: withPrefix<MessageDoc>(documents, "message:"),
    };
  }, [documents]);
}

function withPrefix<T>(documents: ReadonlyMap<string, unknown>, prefix: string): T[] {
  const found: T[] = [];
  for (const [key, document] of documents) if (key.startsWith(prefix)) found.push(document as T);
  return found;
}
