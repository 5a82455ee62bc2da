import { Button, Tooltip } from "@mantine/core";
import { PhoneIncoming } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { DeskContact, DeskState, ParkedRow } from "../api/documents";
import { pickUpContact } from "../api/operations/desk";
import { refusalWords } from "../api/problem_words";
import { Clock, Countdown } from "../design/Clock";
import { Panel } from "../design/Panel";
import { useParked } from "../live/live";
import { sayProblem } from "../shell/notices";
import { whyNotPickUp } from "./pick_up";
import classes from "./WorkPanel.module.css";

/** Customers whom colleagues parked, the longest first, each to be picked up. One's own are among one's contacts. */
export function ParkedList({ state, contacts }: { state: DeskState; contacts: readonly DeskContact[] }) {
  const { t } = useTranslation("desk");
  const parked = useParked();
  const rows = useMemo(
    () =>
      parked
        .filter((row) => row.parked_by !== state.agent)
        .sort((one, other) => one.parked_at.localeCompare(other.parked_at)),
    [parked, state.agent],
  );
  return (
    <>
      <span role="status" className="hidden-label">
        {rows.length > 0 && t("parked.count", { count: rows.length })}
      </span>
      {rows.length > 0 && (
        <Panel title={t("parked.title")}>
          <ul className={classes.list} aria-label={t("parked.title")}>
            {rows.map((row) => (
              <ParkedItem key={row.contact_id} row={row} state={state} contacts={contacts} />
            ))}
          </ul>
        </Panel>
      )}
    </>
  );
}

function ParkedItem({ row, state, contacts }: { row: ParkedRow; state: DeskState; contacts: readonly DeskContact[] }) {
  const { t } = useTranslation("desk");
  const name = row.customer?.name || row.caller_name || row.caller_number || t("unknownCaller");
  return (
    <li className={`${classes.line ?? ""} ${classes.fetchable ?? ""}`}>
      <span className={classes.name}>{name}</span>
      <Clock since={row.parked_at} />
      <PickUp row={row} name={name} state={state} contacts={contacts} />
      <span className={classes.detail}>
        {t("parked.by", { agent: row.parked_by_name })}
        {row.queue_title && ` · ${row.queue_title}`}
      </span>
      {row.returns_at !== null && (
        <span className={classes.detail}>
          {t("parked.returns")} <Countdown until={row.returns_at} />
        </span>
      )}
    </li>
  );
}

function PickUp({
  row,
  name,
  state,
  contacts,
}: {
  row: ParkedRow;
  name: string;
  state: DeskState;
  contacts: readonly DeskContact[];
}) {
  const { t } = useTranslation("desk");
  const common = useTranslation().t;
  const [busy, setBusy] = useState(false);
  const refusal = whyNotPickUp(row, state, contacts);
  const pickUp = () => {
    setBusy(true);
    pickUpContact(row.contact_id)
      .catch((error: unknown) => sayProblem(common, error))
      .finally(() => setBusy(false));
  };
  return (
    <Tooltip
      events={{ hover: true, focus: true, touch: true }}
      label={refusal ? refusalWords(common, refusal) : t("parked.pickUp", { name })}
    >
      <Button
        size="compact-xs"
        variant="default"
        className={classes.fetch}
        aria-label={t("parked.pickUp", { name })}
        data-disabled={refusal !== null || undefined}
        aria-disabled={refusal !== null}
        loading={busy}
        leftSection={<PhoneIncoming size={13} aria-hidden />}
        onClick={(event) => {
          if (refusal) event.preventDefault();
          else pickUp();
        }}
      >
        {t("act.pick_up")}
      </Button>
    </Tooltip>
  );
}
