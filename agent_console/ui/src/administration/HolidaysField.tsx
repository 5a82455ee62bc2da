import { Input, Select, Switch } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { HolidayDoc } from "../api/documents";
import { getHolidays, getHolidayCountries } from "../api/operations/settings";
import { inWords } from "../design/order";
import { Trouble } from "../design/Waiting";
import { formatsOf } from "../language/formats";
import { anyOf } from "./field_errors";
import classes from "./HolidaysField.module.css";
import fields from "./fields.module.css";
import { type FieldProps, useSettingWords } from "./SettingField";

/** What does not change while the daemon runs. */
const FIXED = { staleTime: Infinity } as const;

interface Place {
  country?: string;
  subdivision?: string;
}

/** Where public holidays are kept: the country, its part, and the days that this comes to. */
export function HolidaysField({ definition, setting, value, change, error, errors }: FieldProps) {
  const { t } = useTranslation("administration");
  const { label, hint } = useSettingWords(definition, setting.name);
  const place = typeof value === "object" && value !== null ? (value as Place) : null;
  return (
    <fieldset className={fields.group}>
      <legend>{label}</legend>
      <Switch
        label={hint}
        checked={place !== null}
        onChange={(event) => change(event.currentTarget.checked ? {} : undefined)}
      />
      {error !== undefined && <Input.Error>{error}</Input.Error>}
      {place !== null && (
        <>
          <CountryField place={place} change={change} error={anyOf(errors, "country")} />
          {place.country === undefined ? (
            <p className={fields.hint}>{t("holidays.choose")}</p>
          ) : (
            <DaysOf
              country={place.country}
              subdivision={place.subdivision ?? null}
              choose={(part) => change(part === null ? { country: place.country } : { ...place, subdivision: part })}
              error={anyOf(errors, "subdivision")}
            />
          )}
        </>
      )}
    </fieldset>
  );
}

interface CountryProps {
  place: Place;
  change: (place: Place) => void;
  error: string | undefined;
}

function CountryField({ place, change, error }: CountryProps) {
  const { i18n } = useTranslation();
  const { label } = useSettingWords("Holidays", "country");
  const known = useQuery({ queryKey: ["holidays", "countries"], queryFn: () => getHolidayCountries(), ...FIXED });
  const data = useMemo(() => {
    const formats = formatsOf(i18n.language);
    return (known.data?.countries ?? (place.country === undefined ? [] : [place.country]))
      .map((code) => ({ value: code, label: `${formats.country(code)} (${code})` }))
      .sort((one, other) => inWords(one.label, other.label));
  }, [known.data, place.country, i18n.language]);
  if (known.isError) return <Trouble compact error={known.error} retry={() => void known.refetch()} />;
  return (
    <Select
      label={label}
      data={data}
      value={place.country ?? null}
      onChange={(country) => country !== null && change({ country })}
      error={error}
      allowDeselect={false}
      searchable
      required
    />
  );
}

interface DaysProps {
  country: string;
  subdivision: string | null;
  choose: (subdivision: string | null) => void;
  error: string | undefined;
}

function DaysOf({ country, subdivision, choose, error }: DaysProps) {
  const { t, i18n } = useTranslation("administration");
  const { label } = useSettingWords("Holidays", "subdivision");
  const found = useQuery({
    queryKey: ["holidays", country, subdivision, i18n.language],
    queryFn: () => getHolidays({ country, subdivision, language: i18n.language }),
    placeholderData: (before) => (before?.country === country ? before : undefined),
    ...FIXED,
  });
  if (found.isError) return <Trouble compact error={found.error} retry={() => void found.refetch()} />;
  const parts = found.data?.subdivisions ?? [];
  return (
    <>
      {(parts.length > 0 || subdivision !== null) && (
        <Select
          label={label}
          placeholder={t("holidays.whole")}
          data={parts.map((part) => ({ value: part.subdivision, label: `${part.title} (${part.subdivision})` }))}
          value={subdivision}
          onChange={choose}
          error={error}
          clearable
          searchable
        />
      )}
      <DayList days={found.data?.days ?? []} />
    </>
  );
}

/** The days with weekday and name, by year. */
function DayList({ days }: { days: readonly HolidayDoc[] }) {
  const { t, i18n } = useTranslation("administration");
  const written = useMemo(
    () =>
      new Intl.DateTimeFormat(formatsOf(i18n.language).locale, {
        weekday: "short",
        day: "numeric",
        month: "short",
        timeZone: "UTC",
      }),
    [i18n.language],
  );
  const years = [...new Set(days.map((one) => one.day.slice(0, 4)))];
  return (
    <div className={classes.years}>
      {years.map((year) => (
        <section key={year} aria-label={t("holidays.of", { year })}>
          <h4 className={classes.title}>{t("holidays.of", { year })}</h4>
          <ul className={classes.days}>
            {days
              .filter((one) => one.day.startsWith(year))
              .map((one) => (
                <li key={one.day}>
                  <time dateTime={one.day}>{written.format(Date.parse(one.day))}</time>
                  <span>{one.name}</span>
                </li>
              ))}
          </ul>
        </section>
      ))}
    </div>
  );
}
