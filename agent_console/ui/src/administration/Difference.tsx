import { useTranslation } from "react-i18next";
import classes from "./Difference.module.css";
import { useValueWords, type ValueWords } from "./value_words";

interface Props {
  /** The settings' section, or the kind of thing in the audit log, by which keys and values are called. */
  of: string;
  before: unknown;
  after: unknown;
}

/** What of a document changed, key by key. */
export function Difference({ of, before, after }: Props) {
  const { t } = useTranslation("administration");
  const words = useValueWords();
  const [old, now] = [flat(words, of, before), flat(words, of, after)];
  const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])].filter((key) => old[key] !== now[key]);
  if (keys.length === 0) return <p className={classes.none}>{t("changes.same")}</p>;
  return (
    <table className={classes.table}>
      <tbody>
        {keys.map((key) => (
          <tr key={key}>
            <th scope="row">{key === WHOLE ? "" : words.label(of, key)}</th>
            <td className={classes.old}>{old[key] ?? ""}</td>
            <td aria-hidden="true">→</td>
            <td className={classes.now}>{now[key] ?? ""}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Stands for a document that has no keys. */
const WHOLE = "";

function flat(words: ValueWords, of: string, document: unknown): Record<string, string> {
  if (typeof document !== "object" || document === null || Array.isArray(document)) {
    const text = words.value(of, "", document);
    return text === "" ? {} : { [WHOLE]: text };
  }
  return Object.fromEntries(Object.entries(document).map(([key, value]) => [key, words.value(of, key, value)]));
}
