import { Button, Modal } from "@mantine/core";
import { type KeyboardEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Acting } from "../api/acts";
import classes from "./Keypad.module.css";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"] as const;

/** The telephone's keys, for the menus of others; the keyboard's digits do the same. */
export default function Keypad({ acting, close }: { acting: Acting; close: () => void }) {
  const { t } = useTranslation("desk");
  const common = useTranslation().t;
  const [sent, setSent] = useState("");
  const press = (digit: string) => {
    setSent((before) => (before + digit).slice(-24));
    void acting.run("send_digits", { digits: digit });
  };
  const typed = (event: KeyboardEvent) => {
    if ((KEYS as readonly string[]).includes(event.key)) press(event.key);
  };
  return (
    <Modal
      opened
      onClose={close}
      title={t("act.send_digits")}
      size="xs"
      closeButtonProps={{ "aria-label": common("close") }}
      onKeyDown={typed}
    >
      <output className={classes.sent} aria-label={t("keypad.sent")}>
        {sent || " "}
      </output>
      <div className={classes.keys}>
        {KEYS.map((digit, place) => (
          <Button
            key={digit}
            variant="default"
            size="lg"
            data-autofocus={place === 0 || undefined}
            onClick={() => press(digit)}
          >
            {digit}
          </Button>
        ))}
      </div>
    </Modal>
  );
}
