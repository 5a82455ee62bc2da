import { ActionIcon, TextInput } from "@mantine/core";
import { Phone } from "lucide-react";
import { type SubmitEvent, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { dial } from "../api/operations/desk";
import type { DeskState } from "../api/documents";
import { sayProblem } from "../shell/notices";
import { useShortcuts } from "../shell/shortcuts";
import { DIALLABLE } from "./diallable";
import classes from "./DialBox.module.css";

/** What people write between digits. */
const DECORATION = /[\s()./-]/g;

/** Call a number: one's own phone rings first. */
export function DialBox({ state }: { state: DeskState }) {
  const { t } = useTranslation("desk");
  const common = useTranslation().t;
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const number = text.replace(DECORATION, "");
  const wrong = number !== "" && !DIALLABLE.test(number);
  const out = state.declared === "LOGGED_OUT";
  useShortcuts(
    t("dial.title"),
    useMemo(() => [{ code: "KeyL", label: t("dial.keys"), run: () => input.current?.focus() }], [t]),
  );

  const call = (event: SubmitEvent) => {
    event.preventDefault();
    setBusy(true);
    dial({ number })
      .then(() => setText(""))
      .catch((error: unknown) => sayProblem(common, error))
      .finally(() => setBusy(false));
  };
  return (
    <form className={classes.dial} onSubmit={call}>
      <TextInput
        ref={input}
        type="tel"
        aria-label={t("dial.title")}
        placeholder={t("dial.placeholder")}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        error={wrong && t("dial.wrong")}
        disabled={out}
        autoComplete="off"
        rightSection={
          <ActionIcon
            type="submit"
            variant="filled"
            color="teal"
            aria-label={t("dial.do")}
            disabled={number === "" || wrong || out}
            loading={busy}
          >
            <Phone size={15} />
          </ActionIcon>
        }
      />
    </form>
  );
}
