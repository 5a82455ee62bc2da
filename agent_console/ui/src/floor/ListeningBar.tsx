import { Button } from "@mantine/core";
import { Ear, Megaphone, MessageSquareQuote } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Monitored } from "../api/documents";
import { useNames } from "../api/names";
import { useMe } from "../api/session";
import { useDesk } from "../live/live";
import bar from "../phone/PhoneBar.module.css";
import { AskOnce } from "./AskOnce";
import { type MonitorMode, supervising, useDoing } from "./supervising";

const SHAPES = { listen: Ear, whisper: MessageSquareQuote, barge: Megaphone } as const;
const MODES: readonly MonitorMode[] = ["listen", "whisper", "barge"];

/** The talks that are heard at this user's phone, whatever page they were begun on: how, and what can be done. */
export default function ListeningBar() {
  const heard = useDesk()?.state.listening ?? [];
  const says = useSays();
  return (
    <>
      {/* for who hears the page: it is there before it says something, and holds nothing but words */}
      <div role="status" className={bar.spoken}>
        {heard.map(says).join(" ")}
      </div>
      {heard.map((one) => (
        <Heard key={`${one.contact_id} ${one.supervisor}`} heard={one} />
      ))}
    </>
  );
}

/** How a talk is heard, in words. */
function useSays(): (heard: Monitored) => string {
  const { t } = useTranslation("floor");
  const names = useNames();
  return ({ phone_awaited, mode, agent }) =>
    t(phone_awaited ? "monitor.awaited" : `monitor.${mode}Present`, { agent: names.agent(agent) });
}

function Heard({ heard }: { heard: Monitored }) {
  const { t } = useTranslation("floor");
  const me = useMe();
  const doing = useDoing();
  const agent = useNames().agent(heard.agent);
  const says = useSays();
  const Shape = SHAPES[heard.mode];
  const monitor = (mode: MonitorMode) => doing("", () => supervising.monitor(heard.contact_id, mode, heard.agent));
  // nobody can be heard in another way who is not there
  const otherModes = heard.phone_awaited ? [] : MODES.filter((mode) => mode !== heard.mode);
  return (
    <section className={bar.bar} data-tone="call" data-mode={heard.mode} aria-label={t("monitor.title")}>
      <Shape size={16} aria-hidden />
      <strong>{says(heard)}</strong>
      {heard.supervisor === me.user && (
        <div className={bar.acts}>
          {otherModes.map((mode) => {
            const Mark = SHAPES[mode];
            const icon = <Mark size={14} aria-hidden />;
            return mode === "barge" ? (
              <AskOnce
                key={mode}
                label={t("monitor.barge")}
                icon={icon}
                question={t("monitor.bargeHere", { agent })}
                act={() => monitor(mode)}
              />
            ) : (
              <Button key={mode} size="xs" variant="default" leftSection={icon} onClick={() => void monitor(mode)}>
                {t(`monitor.${mode}`)}
              </Button>
            );
          })}
          <Button
            size="xs"
            variant="default"
            onClick={() => void doing("", () => supervising.stopMonitoring(heard.contact_id))}
          >
            {t("monitor.stop")}
          </Button>
        </div>
      )}
    </section>
  );
}
