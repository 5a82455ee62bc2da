import type { ReactNode } from "react";
import classes from "./Panel.module.css";

interface Props {
  title: ReactNode;
  /** Beside the title, at the end of its line. */
  aside?: ReactNode;
  children: ReactNode;
  /** The content scrolls within the panel. */
  scrolls?: boolean;
  className?: string | undefined;
}

/** A titled part of a view. */
export function Panel({ title, aside, children, scrolls, className }: Props) {
  return (
    <section className={`${classes.panel ?? ""} ${className ?? ""}`} data-scrolls={scrolls}>
      <header className={classes.head}>
        <h2 className={classes.title}>{title}</h2>
        {aside}
      </header>
      <div className={classes.body}>{children}</div>
    </section>
  );
}
