import { Button, Kbd } from "@mantine/core";
import { Check, Infinity as Unlimited, Timer } from "lucide-react";
import { useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Acting } from "../api/acts";
import type { DeskContact } from "../api/documents";
import { Countdown } from "../design/Clock";
import { StateMark } from "../design/StateMark";
import { useShortcuts } from "../shell/shortcuts";
import { useOutcome } from "./outcomes";
import { refusalOf } from "./controls_of";
import classes from "./WrapUpBar.module.css";

const MORE_S = 30;

/** The work after the talk: how long it may take, what happens at zero, longer, done. */
export function WrapUpBar({ contact, acting }: { contact: DeskContact; acting: Acting }) {
  const { t } = useTranslation("desk");
  const { flush } = useOutcome(contact);
  const { run } = acting;
  const end = useCallback(() => void flush().then(() => run("end_wrap_up")), [flush, run]);
  const more = useCallback(() => void run("extend_wrap_up", { by_s: MORE_S }), [run]);
  const mayEnd = refusalOf(contact, "end_wrap_up") === null;
  const mayExtend = refusalOf(contact, "extend_wrap_up") === null;
  useShortcuts(
    t("wrapUp.title"),
    useMemo(
      () => [
        { code: "KeyF", label: t("act.end_wrap_up"), run: end, disabled: !mayEnd },
        { code: "KeyZ", label: t("wrapUp.more", { count: MORE_S }), run: more, disabled: !mayExtend },
      ],
      [t, end, more, mayEnd, mayExtend],
    ),
  );
  return (
    <div className={classes.bar}>
      <StateMark state="wrap_up" size={18} />
      {contact.wrap_up_until ? (
        <>
          <Countdown until={contact.wrap_up_until} className={classes.count} label={t("wrapUp.left")} />
          <span className={classes.then}>{t("wrapUp.then")}</span>
        </>
      ) : (
        <span className={classes.then}>{t("wrapUp.open")}</span>
      )}
      <Button
        variant="default"
        leftSection={<Timer size={15} aria-hidden />}
        disabled={!mayExtend || contact.wrap_up_until === null}
        loading={acting.busy === "extend_wrap_up"}
        onClick={more}
      >
        {t("wrapUp.more", { count: MORE_S })}
      </Button>
      <Button
        variant="default"
        leftSection={<Unlimited size={15} aria-hidden />}
        disabled={!mayExtend || contact.wrap_up_until === null}
        onClick={() => void run("extend_wrap_up", { by_s: null })}
      >
        {t("wrapUp.unlimited")}
      </Button>
      <Button
        leftSection={<Check size={16} aria-hidden />}
        rightSection={<Kbd size="xs">{t("wrapUp.key")}</Kbd>}
        loading={acting.busy === "end_wrap_up"}
        disabled={!mayEnd}
        onClick={end}
      >
        {t("act.end_wrap_up")}
      </Button>
    </div>
  );
}
