/** Acts on a contact at one's own desk. What became of it is told by the live channel, as for everybody else. */

import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { sayProblem } from "../shell/notices";
import { api } from "./client";
import type { DeskContact } from "./documents";

export type ActName = keyof DeskContact["acts"];

export interface Acting {
  /** The act that is on its way. */
  busy: ActName | null;
  /** Ends when the daemon has answered; false: it refused, and the person has been told why. */
  run: (act: ActName, body?: object) => Promise<boolean>;
}

export function useActing(contactId: string): Acting {
  const { t } = useTranslation();
  const [busy, setBusy] = useState<ActName | null>(null);
  const run = useCallback(
    async (act: ActName, body: object = {}) => {
      setBusy(act);
      try {
        await api.post(`/contacts/${encodeURIComponent(contactId)}/acts/${act}`, body);
        return true;
      } catch (error) {
        sayProblem(t, error);
        return false;
      } finally {
        setBusy(null);
      }
    },
    [contactId, t],
  );
  return { busy, run };
}
