import type { StateWord } from "./states";
import classes from "./StateMark.module.css";

/** Each state has a shape of its own beside its colour: they can be told apart without seeing colours. */
const SHAPES: Record<StateWord, React.ReactNode> = {
  ready: <circle cx="6" cy="6" r="5" />,
  reserved: <path d="M6 .5 11.5 6 6 11.5.5 6Z" />,
  talking: <path d="M6 1 11.5 10.800H.5Z" />,
  hold: <path d="M2 1.200h3v9.600H2ZM7 1.200h3v9.600H7Z" />,
  wrap_up: (
    <>
      <circle cx="6" cy="6" r="4.5" fill="none" stroke="currentColor" strokeWidth="1.4" />
      <path d="M6 1.500a4.5 4.5 0 0 0 0 9Z" />
    </>
  ),
  not_ready: <rect x="1.2" y="1.2" width="9.6" height="9.6" rx="1" />,
  logged_out: <circle cx="6" cy="6" r="4.4" fill="none" stroke="currentColor" strokeWidth="1.5" />,
};

export function StateMark({ state, size = 12 }: { state: StateWord; size?: number }) {
  return (
    <svg
      className={classes.mark}
      data-state={state}
      width={size}
      height={size}
      viewBox="0 0 12 12"
      aria-hidden="true"
      fill="currentColor"
    >
      {SHAPES[state]}
    </svg>
  );
}
