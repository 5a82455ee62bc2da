import { ActionIcon, Input, TextInput } from "@mantine/core";
import { CopyPlus, Trash2 } from "lucide-react";
import { Fragment, useState } from "react";
import { useTranslation } from "react-i18next";
import { formatsOf } from "../language/formats";
import { anyOf } from "./field_errors";
import classes from "./fields.module.css";
import { AddButton } from "./LevelsField";
import { useSettingWords, type FieldProps } from "./SettingField";
import { spansOf, unreadable } from "./spans";
import { DAYS, dayNames } from "../language/week";

type Hours = Record<string, string[]>;

function asHours(value: unknown): Hours {
  return (typeof value === "object" && value !== null ? value : {}) as Hours;
}

/** Each weekday's hours: `08:00-12:00, 13:00-18:00`; nothing: closed. A day can be made as the one above. */
export function WeekField(props: FieldProps) {
  const { value, change, definition, setting, error, errors } = props;
  const { t, i18n } = useTranslation("administration");
  const { label, hint } = useSettingWords(definition, setting.name);
  const hours = asHours(value);
  const names = dayNames(formatsOf(i18n.language).locale, "long");
  const put = (day: string, next: string[]) => {
    const rest = Object.fromEntries(Object.entries(hours).filter(([known]) => known !== day));
    change(next.length > 0 ? { ...rest, [day]: next } : rest);
  };
  return (
    <Input.Wrapper label={label} description={`${hint} ${t("hoursHint")}`} error={error}>
      <div className={classes.week}>
        {DAYS.map((day, index) => {
          const name = names[index] ?? day;
          const above = DAYS[index - 1];
          return (
            <Fragment key={day}>
              <span>{name}</span>
              <SpansField
                label={name}
                value={hours[day] ?? []}
                change={(next) => put(day, next)}
                error={anyOf(errors, day)}
              />
              {above === undefined ? (
                <span />
              ) : (
                <ActionIcon
                  aria-label={t("asAbove", { day: name })}
                  title={t("asAbove", { day: name })}
                  onClick={() => put(day, hours[above] ?? [])}
                >
                  <CopyPlus size={14} aria-hidden />
                </ActionIcon>
              )}
            </Fragment>
          );
        })}
      </div>
    </Input.Wrapper>
  );
}

interface SpansProps {
  label: string;
  value: readonly string[];
  change: (spans: string[]) => void;
  error: string | undefined;
}

/** Typed freely; put into the settings' words when left. */
function SpansField({ label, value, change, error }: SpansProps) {
  const { t } = useTranslation("administration");
  const kept = value.join(", ");
  const [typed, setTyped] = useState<string | null>(null);
  const wrong = typed === null ? unreadable(value) : null;
  return (
    <TextInput
      size="xs"
      aria-label={label}
      placeholder={t("closed")}
      value={typed ?? kept}
      error={wrong === null ? error : t("noHours", { text: wrong })}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        change(spansOf(event.currentTarget.value));
      }}
      onBlur={() => setTyped(null)}
    />
  );
}

interface SpecialDay {
  /** Of the line, whose date changes while it is typed. */
  id: number;
  day: string;
  hours: string[];
}

/** Single days with hours of their own; none: closed on that day. */
export function DaysField(props: FieldProps) {
  const { value, change, definition, setting, error, errors } = props;
  const { t } = useTranslation("administration");
  const { label, hint } = useSettingWords(definition, setting.name);
  const [days, setDays] = useState<readonly SpecialDay[]>(() =>
    Object.entries(asHours(value)).map(([day, hours], id) => ({ id, day, hours })),
  );
  const put = (next: readonly SpecialDay[]) => {
    setDays(next);
    const dated = next.filter((one) => one.day !== "");
    change(dated.length > 0 ? Object.fromEntries(dated.map((one) => [one.day, one.hours])) : undefined);
  };
  const set = (id: number, part: Partial<SpecialDay>) =>
    put(days.map((one) => (one.id === id ? { ...one, ...part } : one)));
  const twice = (one: SpecialDay) => days.find((other) => other.day === one.day)?.id !== one.id;
  return (
    <Input.Wrapper label={label} description={hint} error={error}>
      {days.map((one) => (
        <div key={one.id} className={classes.day}>
          <TextInput
            size="xs"
            type="date"
            aria-label={t("date")}
            value={one.day}
            error={one.day === "" ? t("noDate") : twice(one) && t("dateTwice")}
            onChange={(event) => set(one.id, { day: event.currentTarget.value })}
          />
          <SpansField
            label={t("hours", { day: one.day })}
            value={one.hours}
            change={(hours) => set(one.id, { hours })}
            error={anyOf(errors, one.day)}
          />
          <ActionIcon
            aria-label={t("remove", { name: one.day })}
            onClick={() => put(days.filter((other) => other.id !== one.id))}
          >
            <Trash2 size={14} />
          </ActionIcon>
        </div>
      ))}
      <AddButton
        add={() => setDays([...days, { id: Math.max(-1, ...days.map((one) => one.id)) + 1, day: "", hours: [] }])}
      />
    </Input.Wrapper>
  );
}
