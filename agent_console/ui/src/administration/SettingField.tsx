import { MultiSelect, PasswordInput, Select, Switch, TagsInput, Textarea, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { FieldErrors } from "./field_errors";
import { HolidaysField } from "./HolidaysField";
import { DaysField, WeekField } from "./HoursFields";
import { LevelsField } from "./LevelsField";
import { GroupField, ListField } from "./NestedFields";
import type { Kind, Setting } from "./settings_schema";
import { useNames } from "./settings_api";

export interface FieldProps {
  definition: string;
  setting: Setting;
  value: unknown;
  /** Undefined: as when nothing is said. */
  change: (value: unknown) => void;
  error?: string | undefined;
  /** What is wrong with the parts of the field. */
  errors?: FieldErrors | undefined;
}

/** What people call a setting, and what it means. */
export function useSettingWords(definition: string, name: string): { label: string; hint: string } {
  const labels = useTranslation("labels").t;
  const hints = useTranslation("hints").t;
  const key = `${definition}.${name}` as "Team.title";
  return { label: labels(key, { defaultValue: name }), hint: hints(key, { defaultValue: "" }) };
}

/** One setting as a field of its kind. */
export function SettingField(props: FieldProps) {
  const { kind } = props.setting;
  switch (kind.is) {
    case "text":
      return <TextField {...props} kind={kind} />;
    case "time_zone":
      return <TimeZoneField {...props} />;
    case "number":
      return <NumberSetting {...props} kind={kind} />;
    case "yes_no":
      return props.setting.optional ? <MaybeField {...props} /> : <YesNoField {...props} />;
    case "choice":
      return <ChoiceField {...props} of={kind.of} />;
    case "names":
      return <NamesField {...props} kind={kind} />;
    case "words":
      return <WordsField {...props} />;
    case "levels":
      return <LevelsField {...props} kind={kind} />;
    case "week":
      return <WeekField {...props} />;
    case "days":
      return <DaysField {...props} />;
    case "holidays":
      return <HolidaysField {...props} />;
    case "group":
      return <GroupField {...props} of={kind.of} />;
    case "list":
      return <ListField {...props} of={kind.of} />;
  }
}

type Of<K extends Kind["is"]> = Extract<Kind, { is: K }>;

function usual({ setting, error }: FieldProps, words: { label: string; hint: string }) {
  return {
    label: words.label,
    description: words.hint,
    error,
    required: setting.required,
    withAsterisk: setting.required,
  };
}

function TextField(props: FieldProps & { kind: Of<"text"> }) {
  const { value, change, kind, definition, setting } = props;
  const { t } = useTranslation("administration");
  const shared = {
    ...usual(props, useSettingWords(definition, setting.name)),
    value: typeof value === "string" ? value : "",
    onChange: (event: { currentTarget: { value: string } }) =>
      change(event.currentTarget.value === "" && !setting.required ? undefined : event.currentTarget.value),
  };
  if (kind.secret) {
    const show = { "aria-label": t("showSecret") };
    return <PasswordInput {...shared} autoComplete="new-password" visibilityToggleButtonProps={show} />;
  }
  return kind.long ? <Textarea {...shared} rows={4} /> : <TextInput {...shared} autoComplete="off" />;
}

function TimeZoneField(props: FieldProps) {
  const { value, change, definition, setting } = props;
  return (
    <Select
      {...usual(props, useSettingWords(definition, setting.name))}
      data={["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")]}
      value={typeof value === "string" ? value : null}
      onChange={(chosen) => change(chosen ?? undefined)}
      limit={100}
      searchable
      clearable
    />
  );
}

function NumberSetting(props: FieldProps & { kind: Of<"number"> }) {
  const { value, change, kind, definition, setting } = props;
  const { t } = useTranslation("administration");
  const factor = kind.fraction ? 100 : 1;
  const shown = typeof value === "number" ? String(Math.round(value * factor * 1e6) / 1e6) : "";
  const standard = typeof setting.standard === "number" ? String(setting.standard * factor) : "";
  const unit = kind.fraction ? "%" : kind.seconds ? t("unit.seconds") : null;
  return (
    <TextInput
      {...usual(props, useSettingWords(definition, setting.name))}
      type="number"
      step={kind.whole ? 1 : "any"}
      min={kind.min === null ? undefined : kind.min * factor}
      max={kind.max === null ? undefined : kind.max * factor}
      value={shown}
      placeholder={standard}
      rightSection={unit}
      rightSectionWidth={unit ? 36 : undefined}
      onChange={(event) => {
        const number = event.currentTarget.valueAsNumber;
        change(Number.isNaN(number) ? undefined : number / factor);
      }}
    />
  );
}

function YesNoField(props: FieldProps) {
  const { value, change, definition, setting, error } = props;
  const { label, hint } = useSettingWords(definition, setting.name);
  return (
    <Switch
      label={label}
      description={hint}
      error={error}
      checked={typeof value === "boolean" ? value : setting.standard === true}
      onChange={(event) => change(event.currentTarget.checked)}
    />
  );
}

/** Yes, no, or nothing said. */
function MaybeField(props: FieldProps) {
  const { value, change, definition, setting } = props;
  const { t } = useTranslation("administration");
  return (
    <Select
      {...usual(props, useSettingWords(definition, setting.name))}
      data={[
        { value: "true", label: t("yes") },
        { value: "false", label: t("no") },
      ]}
      placeholder={t("notSaid")}
      value={typeof value === "boolean" ? String(value) : null}
      onChange={(chosen) => change(chosen === null ? undefined : chosen === "true")}
      clearable
    />
  );
}

function ChoiceField(props: FieldProps & { of: readonly string[] }) {
  const { value, change, definition, setting, of } = props;
  const labels = useTranslation("labels").t;
  return (
    <Select
      {...usual(props, useSettingWords(definition, setting.name))}
      data={of.map((one) => ({
        value: one,
        label: labels(`choice.${one}` as "choice.queue", { defaultValue: one }),
      }))}
      value={typeof value === "string" ? value : typeof setting.standard === "string" ? setting.standard : null}
      onChange={(chosen) => change(chosen ?? undefined)}
      allowDeselect={false}
      clearable={setting.optional}
    />
  );
}

function NamesField(props: FieldProps & { kind: Of<"names"> }) {
  const { value, change, kind, definition, setting } = props;
  const names = useNames(kind.from);
  const shared = { ...usual(props, useSettingWords(definition, setting.name)), data: [...names], searchable: true };
  if (kind.many) {
    return (
      <MultiSelect
        {...shared}
        value={Array.isArray(value) ? (value as string[]) : []}
        onChange={(chosen) => change(chosen.length > 0 ? chosen : undefined)}
      />
    );
  }
  return (
    <Select
      {...shared}
      value={typeof value === "string" ? value : null}
      onChange={(chosen) => change(chosen ?? undefined)}
      clearable={!setting.required}
    />
  );
}

function WordsField(props: FieldProps) {
  const { value, change, definition, setting } = props;
  return (
    <TagsInput
      {...usual(props, useSettingWords(definition, setting.name))}
      value={Array.isArray(value) ? (value as string[]) : []}
      onChange={(words) => change(words.length > 0 ? words : undefined)}
    />
  );
}
