import classes from "./Brand.module.css";

/** A cord between two jacks. */
export function Brand({ size = 26, wordless = false }: { size?: number; wordless?: boolean }) {
  return (
    <span className={classes.brand}>
      <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="7" className={classes.board} />
        <circle cx="10" cy="11" r="3.2" className={classes.jack} />
        <circle cx="22" cy="21" r="3.2" className={classes.jack} />
        <path d="M10 14.2c0 8 12-4.4 12 3.6" className={classes.cord} />
      </svg>
      <span className={wordless ? "hidden-label" : undefined}>Cordboard</span>
    </span>
  );
}
