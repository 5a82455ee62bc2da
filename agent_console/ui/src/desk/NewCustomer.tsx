import { Button, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { UserRoundPlus } from "lucide-react";
import { type SubmitEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { addCustomer } from "../api/operations/customers";
import { sayProblem } from "../shell/notices";
import classes from "./CustomerPanel.module.css";

/** A record for a number that nobody knows yet. */
export function NewCustomer({ number, name }: { number: string; name: string }) {
  const { t } = useTranslation("desk");
  const common = useTranslation().t;
  const cache = useQueryClient();
  const [open, setOpen] = useState(false);
  const [text, setText] = useState(name === number ? "" : name);
  const [busy, setBusy] = useState(false);
  const send = (event: SubmitEvent) => {
    event.preventDefault();
    setBusy(true);
    addCustomer({ name: text.trim(), numbers: [number] })
      .then(() => cache.invalidateQueries({ queryKey: ["customers"] }))
      .catch((error: unknown) => sayProblem(common, error))
      .finally(() => setBusy(false));
  };
  if (!open) {
    return (
      <Button
        size="xs"
        variant="default"
        leftSection={<UserRoundPlus size={14} aria-hidden />}
        onClick={() => setOpen(true)}
      >
        {t("customer.add")}
      </Button>
    );
  }
  return (
    <form className={classes.add} onSubmit={send}>
      <TextInput
        aria-label={t("customer.name")}
        placeholder={t("customer.name")}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        maxLength={200}
        autoFocus
      />
      <Button type="submit" disabled={text.trim() === ""} loading={busy}>
        {t("customer.save")}
      </Button>
    </form>
  );
}
