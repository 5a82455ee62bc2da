import { Button, Loader } from "@mantine/core";
import { CloudOff, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { problemWords } from "../api/problem_words";
import classes from "./Waiting.module.css";

/** Something is on its way. Shown after a moment only, so that what is quick does not flicker. */
export function Loading() {
  return (
    <div className={classes.middle} role="status">
      <Loader size="sm" type="dots" className={classes.late} />
    </div>
  );
}

interface EmptyProps {
  icon?: LucideIcon;
  title: string;
  hint?: string | undefined;
  children?: ReactNode;
  compact?: boolean;
}

/** There is nothing here: what that means, and what to do. */
export function Empty({ icon: Icon, title, hint, children, compact }: EmptyProps) {
  return (
    <div className={classes.middle} data-compact={compact}>
      {Icon && <Icon size={compact ? 20 : 28} strokeWidth={1.5} aria-hidden className={classes.icon} />}
      <p className={classes.title}>{title}</p>
      {hint && <p className={classes.hint}>{hint}</p>}
      {children}
    </div>
  );
}

/** It could not be read: why, and a way to try again. */
export function Trouble({ error, retry, compact }: { error: unknown; retry?: () => void; compact?: boolean }) {
  const { t } = useTranslation();
  return (
    <div className={classes.middle} role="alert" data-compact={compact}>
      <p className={classes.title}>{t("trouble.title")}</p>
      <p className={classes.hint}>{problemWords(t, error)}</p>
      {retry && (
        <Button size="xs" variant="default" onClick={retry}>
          {t("trouble.retry")}
        </Button>
      )}
    </div>
  );
}

/** The daemon does not answer at all. */
export function Unreachable({ retry }: { retry: () => void }) {
  const { t } = useTranslation();
  return (
    <Empty icon={CloudOff} title={t("unreachable.title")} hint={t("unreachable.hint")}>
      <Button size="sm" onClick={retry}>
        {t("trouble.retry")}
      </Button>
    </Empty>
  );
}
