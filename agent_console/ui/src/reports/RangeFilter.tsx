import { Select, TextInput } from "@mantine/core";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "../api/session";
import { readersZone } from "../language/zone";
import { centreClock } from "../live/live";
import classes from "./RangeFilter.module.css";
import { type Chosen, rangeOf, renewed, SPANS } from "./range";

const LOOKS_EVERY_MS = 10_000;

/** From when to when: a named range, or days of one's own; they begin and end at midnight where the reader is. */
export function RangeFilter({ value, change }: { value: Chosen; change: (value: Chosen) => void }) {
  const { t } = useTranslation("reports");
  useEffect(() => {
    const renew = () => {
      const now = renewed(value, centreClock.now());
      if (now !== value) change(now);
    };
    const timer = window.setInterval(renew, LOOKS_EVERY_MS);
    renew();
    return () => window.clearInterval(timer);
  }, [value, change]);
  return (
    <>
      <Select
        size="xs"
        w={140}
        label={t("range.label")}
        data={SPANS.map((span) => ({ value: span, label: t(`range.${span}`) }))}
        value={value.span}
        onChange={(span) => {
          if (span === null) return;
          if (span === "custom") change({ ...value, span });
          else change({ span, ...rangeOf(span, centreClock.now()) });
        }}
        allowDeselect={false}
      />
      <TextInput
        size="xs"
        w={140}
        type="date"
        label={t("range.from")}
        value={value.from}
        onChange={(event) => change({ ...value, span: "custom", from: event.currentTarget.value })}
      />
      <TextInput
        size="xs"
        w={140}
        type="date"
        label={t("range.to")}
        value={value.to}
        onChange={(event) => change({ ...value, span: "custom", to: event.currentTarget.value })}
      />
      <Zone />
    </>
  );
}

/** By which clock days are meant; where the centre's is another, that too. */
function Zone() {
  const { t } = useTranslation("reports");
  const me = useMe();
  const zone = readersZone();
  return (
    <p className={classes.zone} title={t("range.zoneHint", { zone, site: me.time_zone })}>
      {t("range.zone", { zone: zone.replaceAll("_", " ") })}
    </p>
  );
}
