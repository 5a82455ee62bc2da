import type { ReactNode } from "react";
import classes from "./PageFrame.module.css";

/** A page of the administration: title, what can be done at the top, content. */
export function PageFrame({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <section className={classes.page}>
      <header className={classes.head}>
        <h1>{title}</h1>
        <div className={classes.aside}>{aside}</div>
      </header>
      <div className={classes.body}>{children}</div>
    </section>
  );
}
