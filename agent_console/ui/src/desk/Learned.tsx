import { useTranslation } from "react-i18next";
import { useFormats } from "../language/formats";
import classes from "./Learned.module.css";

/** What the voice menu learned of the caller before anybody spoke. */
export function Learned({ attributes }: { attributes: Record<string, string> }) {
  const { t } = useTranslation("desk");
  const formats = useFormats();
  const known = Object.entries(attributes).filter(([, value]) => value !== "");
  if (known.length === 0) return null;
  return (
    <dl className={classes.list} aria-label={t("learned.title")}>
      {known.map(([name, value]) => (
        <div key={name}>
          <dt>{t(`learned.${name}` as "learned.title", { defaultValue: name.replaceAll("_", " ") })}</dt>
          <dd>{name === "language" ? formats.language(value) : value}</dd>
        </div>
      ))}
    </dl>
  );
}
