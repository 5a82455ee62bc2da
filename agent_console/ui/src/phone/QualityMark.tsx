import { useTranslation } from "react-i18next";
import type { Quality } from "./quality";
import classes from "./QualityMark.module.css";

const BARS = { good: 3, fair: 2, poor: 1 } as const;

/** How well one hears each other: as many bars as it deserves, and the word for who does not see them. */
export function QualityMark({ quality }: { quality: Quality }) {
  const { t } = useTranslation("phone");
  const full = BARS[quality.word];
  return (
    <svg
      className={classes.mark}
      data-quality={quality.word}
      width={14}
      height={12}
      viewBox="0 0 14 12"
      role="img"
      aria-label={t(`quality.${quality.word}`)}
    >
      {[1, 2, 3].map((bar) => (
        <rect
          key={bar}
          x={(bar - 1) * 5}
          y={12 - bar * 4}
          width="3.5"
          height={bar * 4}
          rx="0.8"
          className={bar <= full ? classes.full : classes.empty}
        />
      ))}
    </svg>
  );
}
