/** Acts on customers: whatever came of them, the lists are asked for anew; a refusal is told. */

import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { sayProblem } from "../shell/notices";

/** What an act gave; null: it was refused, and the person has been told why. An act that gives nothing gives true. */
type Act = <T>(act: () => Promise<T>) => Promise<T | true | null>;

export function useCustomerAct(): Act {
  const { t } = useTranslation();
  const cache = useQueryClient();
  return useCallback(
    async (act) => {
      try {
        return (await act()) ?? true;
      } catch (error) {
        sayProblem(t, error);
        return null;
      } finally {
        void cache.invalidateQueries({ queryKey: ["customers"] });
      }
    },
    [t, cache],
  );
}
