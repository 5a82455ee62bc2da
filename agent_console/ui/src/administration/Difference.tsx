import { useTranslation } from "react-i18next";
import classes from "./Difference.module.css";
import { plain } from "./cells";

/** What of a document changed, key by key. */
export function Difference({ before, after }: { before: unknown; after: unknown }) {
  const { t } = useTranslation("administration");
  const [old, now] = [flat(before), flat(after)];
  const keys = [...new Set([...old.keys(), ...now.keys()])].filter((key) => old.get(key) !== now.get(key));
  if (keys.length === 0) return <p className={classes.none}>{t("changes.same")}</p>;
  return (
    <table className={classes.table}>
      <tbody>
        {keys.map((key) => (
          <tr key={key}>
            <th scope="row">{key}</th>
            <td className={classes.old}>{old.get(key) ?? ""}</td>
            <td aria-hidden="true">→</td>
            <td className={classes.now}>{now.get(key) ?? ""}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function flat(document: unknown): Map<string, string> {
  if (typeof document !== "object" || document === null || Array.isArray(document)) {
    const text = plain(document);
    return new Map(text === "" ? [] : [["", text]]);
  }
  return new Map(Object.entries(document).map(([key, value]) => [key, plain(value)]));
}
