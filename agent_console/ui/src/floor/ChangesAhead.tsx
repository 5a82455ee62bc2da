import { useTranslation } from "react-i18next";
import type { ChangeAhead } from "../api/documents";
import { Countdown } from "../design/Clock";
import { useCalled } from "./called";
import classes from "./panes.module.css";
import { changeWords } from "./why";

/** What time alone will bring, each with the time that is left until then. */
export function ChangesAhead({ changes, label }: { changes: readonly ChangeAhead[]; label: string }) {
  const said = useTranslation("why").t;
  const called = useCalled();
  if (changes.length === 0) return null;
  return (
    <ol className={classes.list} aria-label={label}>
      {changes.map((change) => (
        <li key={`${change.at} ${change.what}`}>
          <Countdown until={change.at} className={classes.when} />
          <span>{changeWords(said, change, called)}</span>
        </li>
      ))}
    </ol>
  );
}
