import { CloudOff } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSession } from "../api/session";
import { useFormats } from "../language/formats";
import { useLink } from "../live/live";
import classes from "./ConnectionBar.module.css";

/** A new connection after a moment's loss is nobody's concern. */
const QUIET_MS = 1500;

/** What still works while the daemon cannot be reached, since when, and that it is being tried. */
export function ConnectionBar() {
  const { t } = useTranslation();
  const formats = useFormats();
  const link = useLink();
  const present = useSession();
  const [now, setNow] = useState(() => Date.now());
  const { since } = link;
  useEffect(() => {
    if (since === null) return;
    const timer = window.setInterval(() => setNow(Date.now()), 500);
    return () => window.clearInterval(timer);
  }, [since]);

  const trouble = since !== null && now - since >= QUIET_MS && present.kind === "in" && !present.expired;
  const seconds = link.retryAt === null ? 0 : Math.max(0, Math.ceil((link.retryAt - now) / 1000));
  return (
    <div className={classes.place} role="status" aria-live="polite">
      {trouble && (
        <div className={classes.bar}>
          <CloudOff size={16} aria-hidden />
          <strong>{t("lost.title", { time: formats.timeWithSeconds(since) })}</strong>
          <span>{t(present.me.agent === null ? "lost.supervisor" : "lost.agent")}</span>
          <span className={classes.trying}>
            {link.state === "waiting" && seconds > 0 ? t("lost.again", { count: seconds }) : t("lost.trying")}
          </span>
        </div>
      )}
    </div>
  );
}
