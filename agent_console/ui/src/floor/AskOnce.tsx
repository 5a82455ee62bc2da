import { Button, Popover } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "./AskOnce.module.css";

interface Props {
  label: string;
  icon?: ReactNode;
  /** What will happen, and to whom. */
  question: ReactNode;
  act: () => Promise<unknown>;
  danger?: boolean;
  /** The one thing to do in its place. */
  primary?: boolean;
  disabled?: boolean;
}

/** An act that disturbs people: asked once, with what it does, and then done. */
export function AskOnce({ label, icon, question, act, danger, primary, disabled }: Props) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const go = () => {
    setBusy(true);
    void act().finally(() => {
      setBusy(false);
      setOpen(false);
    });
  };
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-start" width={300} trapFocus returnFocus>
      <Popover.Target>
        <Button
          size="xs"
          variant={primary ? "filled" : "default"}
          leftSection={icon}
          disabled={disabled ?? false}
          className={danger ? classes.danger : undefined}
          onClick={() => setOpen(!open)}
        >
          {label}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <div className={classes.question}>{question}</div>
        <div className={classes.acts}>
          <Button size="xs" variant="default" onClick={() => setOpen(false)}>
            {t("cancel")}
          </Button>
          <Button size="xs" {...(danger ? { color: "red" } : {})} loading={busy} onClick={go} data-autofocus>
            {label}
          </Button>
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
