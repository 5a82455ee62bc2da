/** What people call contacts, queues and agents: where explanations speak of others, nobody reads an id. */

import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useNames } from "../api/names";
import type { WaitingRow } from "../api/documents";
import { streams } from "../live/live";
import { callerOf } from "./caller";
import type { Called } from "./why";

/** A contact that waits is called by its customer, or by the number that calls, as the floor knows it at that moment. */
export function useCalled(): Called {
  const { t } = useTranslation("floor");
  const names = useNames();
  return useMemo(
    () => ({
      contact: (id: string) => {
        const row = streams.family("waiting").get(id) as WaitingRow | undefined;
        return row ? callerOf(row) || t("waiting.withheld") : id;
      },
      queue: names.queue,
      agent: names.agent,
      reason: names.reason,
    }),
    [names, t],
  );
}
