import { useTranslation } from "react-i18next";
import classes from "./VerdictMark.module.css";

export type Verdict = "met" | "near" | "missed" | "none";

const SHAPES: Record<Verdict, React.ReactNode> = {
  met: <path d="M2 6.4 4.8 9.2 10.2 3" fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" />,
  near: <path d="M6 1.6 11 10.4H1Z" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round" />,
  missed: (
    <path d="M3.7.6h4.6l3.1 3.1v4.6l-3.1 3.1H3.7L.6 8.3V3.7ZM5.3 2.7v4h1.4v-4Zm0 5v1.5h1.4V7.7Z" fillRule="evenodd" />
  ),
  none: null,
};

/** Whether a target is met: ✓, △ near it, ⬣ missed. The place is kept when there is nothing to say. */
export function VerdictMark({ verdict }: { verdict: Verdict }) {
  const { t } = useTranslation();
  return (
    <svg
      className={classes.mark}
      data-verdict={verdict}
      viewBox="0 0 12 12"
      width="12"
      height="12"
      fill="currentColor"
      {...(verdict === "none" ? { "aria-hidden": true } : { role: "img", "aria-label": t(`verdict.${verdict}`) })}
    >
      {SHAPES[verdict]}
    </svg>
  );
}
