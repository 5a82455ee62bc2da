import { useInspect } from "./inspected";
import classes from "./Pressable.module.css";

interface Props {
  title: string;
  query: Record<string, string>;
  strong?: boolean;
  children: string;
}

/** A number that opens the contacts behind it. By key they are reached through the row. */
export function Pressable({ title, query, strong, children }: Props) {
  const inspect = useInspect();
  return (
    <button
      type="button"
      className={classes.number}
      data-strong={strong}
      aria-label={`${title}: ${children}`}
      tabIndex={-1}
      onClick={(event) => {
        event.stopPropagation();
        inspect({ kind: "contacts", title, query });
      }}
    >
      {children}
    </button>
  );
}
