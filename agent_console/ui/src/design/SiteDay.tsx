import { useTranslation } from "react-i18next";
import { useMe } from "../api/session";
import { useFormats } from "../language/formats";
import { siteDayWords } from "../language/site_day";

interface Props {
  /** When the day of the figures beside it began; undefined: they are not there yet. */
  day: string | undefined;
  className?: string | undefined;
}

/** From when figures of today count, said to readers whose own day began at another moment. */
export function SiteDay({ day, className }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { time_zone: zone } = useMe();
  const words = day === undefined ? null : siteDayWords(t, formats, day, zone);
  if (words === null) return null;
  return (
    <span className={className} title={words}>
      {words}
    </span>
  );
}
