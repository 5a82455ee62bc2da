import type { ReactNode } from "react";
import { type Inspected, useInspect } from "./inspected";
import classes from "./Pressable.module.css";

interface Props {
  title: string;
  /** The contacts behind the number: a question to the reports or to the list of contacts, or where else they are. */
  behind: Record<string, string> | (() => Inspected);
  /** The number in words, where it is drawn as more than text; a clock tells itself. */
  words?: string;
  strong?: boolean;
  children: ReactNode;
}

/** A number that opens the contacts behind it. By key they are reached through the row. */
export function Pressable({ title, behind, words, strong, children }: Props) {
  const inspect = useInspect();
  const name = words ?? (typeof children === "string" ? children : "");
  return (
    <button
      type="button"
      className={classes.number}
      data-strong={strong}
      {...(name ? { "aria-label": `${title}: ${name}` } : {})}
      tabIndex={-1}
      onClick={(event) => {
        event.stopPropagation();
        inspect(typeof behind === "function" ? behind() : { kind: "contacts", title, query: behind });
      }}
    >
      {children}
    </button>
  );
}
