import { ActionIcon, Input, TextInput } from "@mantine/core";
import { Trash2 } from "lucide-react";
import { Fragment, useState } from "react";
import { useTranslation } from "react-i18next";
import { formatsOf } from "../language/formats";
import classes from "./fields.module.css";
import { AddButton } from "./LevelsField";
import { useSettingWords, type FieldProps } from "./SettingField";

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
/** A Monday. */
const MONDAY = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;

type Hours = Record<string, string[]>;

const spans = (text: string) =>
  text
    .split(/[,;，；]/)
    .map((span) => span.trim())
    .filter((span) => span !== "");

function asHours(value: unknown): Hours {
  return (typeof value === "object" && value !== null ? value : {}) as Hours;
}

/** Each weekday's hours: `08:00-12:00, 13:00-18:00`; nothing: closed. */
export function WeekField(props: FieldProps) {
  const { value, change, definition, setting, error } = props;
  const { t, i18n } = useTranslation("administration");
  const { label, hint } = useSettingWords(definition, setting.name);
  const hours = asHours(value);
  const names = new Intl.DateTimeFormat(formatsOf(i18n.language).locale, { weekday: "long", timeZone: "UTC" });
  return (
    <Input.Wrapper label={label} description={hint} error={error}>
      <div className={classes.week}>
        {DAYS.map((day, index) => (
          <Fragment key={day}>
            <span>{names.format(MONDAY + index * DAY_MS)}</span>
            <SpansField
              label={names.format(MONDAY + index * DAY_MS)}
              value={hours[day] ?? []}
              placeholder={t("closed")}
              change={(next) => {
                const rest = Object.fromEntries(Object.entries(hours).filter(([known]) => known !== day));
                change(next.length > 0 ? { ...rest, [day]: next } : rest);
              }}
            />
          </Fragment>
        ))}
      </div>
    </Input.Wrapper>
  );
}

interface SpansProps {
  label: string;
  value: readonly string[];
  placeholder: string;
  change: (spans: string[]) => void;
}

/** Typed freely, read when left. */
function SpansField({ label, value, placeholder, change }: SpansProps) {
  const [text, setText] = useState(value.join(", "));
  return (
    <TextInput
      size="xs"
      aria-label={label}
      placeholder={placeholder}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={() => change(spans(text))}
    />
  );
}

/** Single days with hours of their own; none: closed on that day. */
export function DaysField(props: FieldProps) {
  const { value, change, definition, setting, error } = props;
  const { t } = useTranslation("administration");
  const { label, hint } = useSettingWords(definition, setting.name);
  const days = Object.entries(asHours(value));
  const put = (next: [string, string[]][]) => change(next.length > 0 ? Object.fromEntries(next) : undefined);
  return (
    <Input.Wrapper label={label} description={hint} error={error}>
      {days.map(([day, hours], index) => (
        <div key={index} className={classes.day}>
          <TextInput
            size="xs"
            type="date"
            aria-label={t("date")}
            value={day}
            onChange={(event) => {
              const next = event.currentTarget.value;
              if (next) put(days.map((known, place) => (place === index ? [next, hours] : known)));
            }}
          />
          <SpansField
            label={t("hours", { day })}
            value={hours}
            placeholder={t("closed")}
            change={(next) => put(days.map((known, place) => (place === index ? [day, next] : known)))}
          />
          <ActionIcon
            aria-label={t("remove", { name: day })}
            onClick={() => put(days.filter((_known, place) => place !== index))}
          >
            <Trash2 size={14} />
          </ActionIcon>
        </div>
      ))}
      <AddButton add={() => put([...days, [new Date().toISOString().slice(0, 10), []]])} />
    </Input.Wrapper>
  );
}
