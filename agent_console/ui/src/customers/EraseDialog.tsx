import { Button, Modal, TextInput } from "@mantine/core";
import { type SubmitEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import type { CustomerDoc } from "../api/documents";
import { eraseCustomer } from "../api/operations/customers";
import layout from "../design/Form.module.css";
import { sayDone } from "../shell/notices";
import { useCustomerAct } from "./customer_acts";

/** Erasing cannot be undone: it is asked for by the name. */
export default function EraseDialog({ customer, close }: { customer: CustomerDoc; close: () => void }) {
  const { t } = useTranslation("customers");
  const common = useTranslation().t;
  const [, go] = useLocation();
  const act = useCustomerAct();
  const [typed, setTyped] = useState("");
  const [busy, setBusy] = useState(false);
  const send = async (event: SubmitEvent) => {
    event.preventDefault();
    setBusy(true);
    const done = await act(() => eraseCustomer(customer.customer_id));
    setBusy(false);
    if (done === null || done === true) return;
    const records = t("erase.records", { count: done.records.length });
    sayDone(t("erase.done", { count: done.contacts, records }));
    close();
    go("/");
  };
  return (
    <Modal
      opened
      onClose={close}
      title={t("erase.title", { name: customer.name })}
      closeButtonProps={{ "aria-label": common("close") }}
    >
      <form onSubmit={(event) => void send(event)} className={layout.dialog}>
        <p>{t("erase.what")}</p>
        <TextInput
          data-autofocus
          label={t("erase.confirm", { name: customer.name })}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          autoComplete="off"
        />
        <div className={layout.choices}>
          <Button size="xs" variant="default" onClick={close}>
            {common("cancel")}
          </Button>
          <Button size="xs" type="submit" color="red" loading={busy} disabled={typed.trim() !== customer.name}>
            {t("erase.now")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
