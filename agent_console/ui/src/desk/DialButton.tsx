import { ActionIcon, Tooltip } from "@mantine/core";
import { Phone } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { dial } from "../api/operations/desk";
import { sayProblem } from "../shell/notices";

/** Calls a number that is shown: one's own phone rings first. */
export function DialButton({ number, customer }: { number: string; customer: string | null }) {
  const { t } = useTranslation("desk");
  const common = useTranslation().t;
  const [busy, setBusy] = useState(false);
  const label = t("dial.to", { number });
  const call = () => {
    setBusy(true);
    dial({ number, customer_id: customer })
      .catch((error: unknown) => sayProblem(common, error))
      .finally(() => setBusy(false));
  };
  return (
    <Tooltip label={label}>
      <ActionIcon size="md" aria-label={label} loading={busy} onClick={call}>
        <Phone size={15} />
      </ActionIcon>
    </Tooltip>
  );
}
