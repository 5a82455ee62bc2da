import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowDownLeft, ArrowUpRight, ArrowLeftRight } from "lucide-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { listRecent } from "../api/operations/contacts";
import { useNames } from "../api/names";
import { Panel } from "../design/Panel";
import { Empty, Trouble } from "../design/Waiting";
import { useFormats } from "../language/formats";
import { useFreshQueries } from "../live/fresh";
import { streams } from "../live/live";
import { DialButton } from "./DialButton";
import classes from "./WorkPanel.module.css";

const SHOWN = 12;

/** The contacts that this agent had last. */
export function RecentContacts({ mayDial }: { mayDial: boolean }) {
  const { t } = useTranslation("desk");
  const formats = useFormats();
  const cache = useQueryClient();
  const names = useNames();
  const recent = useQuery({
    queryKey: ["desk", "recent"],
    queryFn: () => listRecent({ limit: SHOWN }),
  });
  // whoever was erased is named here no more
  useFreshQueries("customers", ["desk", "recent"]);
  useEffect(() => {
    let count = -1;
    // one contact fewer at the desk is one more here
    return streams.listen("desk", () => {
      const now = [...streams.family("desk").keys()].filter((key) => key.startsWith("contact:")).length;
      if (now < count) void cache.invalidateQueries({ queryKey: ["desk"] });
      count = now;
    });
  }, [cache]);

  return (
    <Panel title={t("recent.title")}>
      {recent.isError && <Trouble compact error={recent.error} retry={() => void recent.refetch()} />}
      {recent.data?.items.length === 0 && <Empty compact title={t("recent.none")} />}
      <ul className={classes.list}>
        {recent.data?.items.map((line) => (
          <li key={line.contact_id} className={`${classes.line ?? ""} ${classes.callable ?? ""}`}>
            <span className={classes.name}>
              <DirectionMark direction={line.direction} />{" "}
              {line.caller_name || line.caller_number || t("unknownCaller")}
            </span>
            <span>{formats.when(line.began_at)}</span>
            <span className={classes.call}>
              {mayDial && line.caller_number && line.direction !== "internal" && (
                <DialButton number={line.caller_number} customer={line.customer_id} />
              )}
            </span>
            <span className={classes.detail}>
              {t("recent.talk", { time: formats.duration(line.talk_s) })}
              {line.outcome.disposition && ` · ${names.disposition(line.outcome.disposition)}`}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function DirectionMark({ direction }: { direction: string }) {
  const { t } = useTranslation("desk");
  const Icon = direction === "inbound" ? ArrowDownLeft : direction === "outbound" ? ArrowUpRight : ArrowLeftRight;
  return <Icon size={13} aria-label={t(`direction.${direction}` as "direction.inbound")} />;
}
