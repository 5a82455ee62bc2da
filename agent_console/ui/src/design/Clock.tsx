import { useEffect, useRef } from "react";
import { clockText } from "../language/formats";
import classes from "./Clock.module.css";
import { everySecond } from "./ticker";

interface Props {
  className?: string | undefined;
  label?: string;
}

/** How long something has been so: counts up. Its width is kept, so that nothing moves as it runs. Null: nobody knows. */
export function Clock({ since, className, label }: Props & { since: string | null }) {
  if (since === null) return <span className={`${classes.clock} ${className ?? ""}`}>–</span>;
  return <Running at={since} seconds={(now, at) => (now - at) / 1000} className={className} label={label ?? ""} />;
}

/** How long is left: counts down to zero, never below. */
export function Countdown({ until, className, label }: Props & { until: string }) {
  return (
    <Running at={until} seconds={(now, at) => Math.ceil((at - now) / 1000)} className={className} label={label ?? ""} />
  );
}

interface RunningProps {
  at: string;
  seconds: (now: number, at: number) => number;
  className: string | undefined;
  label: string;
}

function Running({ at, seconds, className, label }: RunningProps) {
  const place = useRef<HTMLTimeElement>(null);
  const reckon = useRef(seconds);
  useEffect(() => {
    const instant = Date.parse(at);
    return everySecond((now) => {
      const text = clockText(reckon.current(now, instant));
      if (place.current && place.current.textContent !== text) place.current.textContent = text;
    });
  }, [at]);
  return (
    <time ref={place} role="timer" aria-label={label || undefined} className={`${classes.clock} ${className ?? ""}`} />
  );
}
