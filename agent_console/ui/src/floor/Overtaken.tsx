import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import classes from "./panes.module.css";

interface Props {
  /** What somebody else has changed, in words. */
  changes: readonly string[];
  drop: () => void;
  keep: () => void;
}

/** Somebody else was faster: what they changed, beside what was typed, which is kept until one chooses. */
export function Overtaken({ changes, drop, keep }: Props) {
  const { t } = useTranslation("floor");
  return (
    <div className={classes.overtaken} role="alert">
      <p>{t("agent.overtaken", { changes: changes.join(t("join")) })}</p>
      <div className={classes.row}>
        <Button size="xs" variant="default" onClick={drop}>
          {t("agent.drop")}
        </Button>
        <Button size="xs" variant="default" onClick={keep}>
          {t("agent.keep")}
        </Button>
      </div>
    </div>
  );
}
