import type { ClientFrame } from "./documents";

/** What can be subscribed to on the live channel. */
export type Topic = NonNullable<ClientFrame["subscribe"]>[number];
