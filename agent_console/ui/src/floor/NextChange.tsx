import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ChangeAhead } from "../api/documents";
import { Countdown } from "../design/Clock";
import { everySecond } from "../design/ticker";
import { type Called, changeWords } from "./why";

/** What time alone brings next, and in how long. */
export function NextChange({ changes, called }: { changes: readonly ChangeAhead[]; called: Called }) {
  const { t } = useTranslation("why");
  const next = useNext(changes);
  if (!next) return <>{t("nothingAhead")}</>;
  return (
    <>
      {t("in")} <Countdown until={next.at} />: {changeWords(t, next, called)}
    </>
  );
}

function useNext(changes: readonly ChangeAhead[]): ChangeAhead | null {
  const [next, setNext] = useState<ChangeAhead | null>(null);
  useEffect(
    () => everySecond((now) => setNext(changes.find((change) => Date.parse(change.at) > now) ?? null)),
    [changes],
  );
  return next;
}
