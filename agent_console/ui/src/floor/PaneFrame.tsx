import { CloseButton } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import classes from "./Inspector.module.css";
import { useInspect } from "./inspected";

interface FrameProps {
  title: ReactNode;
  under?: ReactNode;
  children: ReactNode;
}

/** Title, way out, content. */
export function PaneFrame({ title, under, children }: FrameProps) {
  const inspect = useInspect();
  const { t } = useTranslation();
  return (
    <>
      <header className={classes.head}>
        <div className={classes.titles}>
          <h2 className={classes.title}>{title}</h2>
          {under && <div className={classes.under}>{under}</div>}
        </div>
        <CloseButton aria-label={t("close")} onClick={() => inspect(null)} />
      </header>
      <div className={classes.body}>{children}</div>
    </>
  );
}

/** A titled part of a pane. */
export function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={classes.part}>
      <h3 className={classes.partTitle}>{title}</h3>
      {children}
    </section>
  );
}
