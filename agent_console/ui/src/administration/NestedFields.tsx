import { ActionIcon, Input, Switch } from "@mantine/core";
import { ArrowDown, ArrowUp, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { anyOf, type FieldErrors, within } from "./field_errors";
import classes from "./fields.module.css";
import { AddButton } from "./LevelsField";
import { SettingField, useSettingWords, type FieldProps } from "./SettingField";
import { type Kind, settingsOf } from "./settings_schema";

type Entry = Record<string, unknown>;

/** The settings of a definition, below each other. */
export function SettingFields({
  definition,
  value,
  change,
  only,
  errors,
}: {
  definition: string;
  value: Entry;
  change: (value: Entry) => void;
  only?: readonly string[];
  errors?: FieldErrors | undefined;
}) {
  const put = (name: string, next: unknown) => {
    const rest = Object.fromEntries(Object.entries(value).filter(([known]) => known !== name));
    change(next === undefined ? rest : { ...rest, [name]: next });
  };
  return (
    <>
      {settingsOf(definition)
        .filter((setting) => only === undefined || only.includes(setting.name))
        .map((setting) => (
          <SettingField
            key={setting.name}
            definition={definition}
            setting={setting}
            value={value[setting.name]}
            change={(next) => put(setting.name, next)}
            error={hasFields(setting.kind) ? errors?.[setting.name] : anyOf(errors, setting.name)}
            errors={within(errors, setting.name)}
          />
        ))}
    </>
  );
}

/** Whether what is wrong inside is shown there. */
function hasFields(kind: Kind): boolean {
  return ["group", "list", "week", "days", "holidays"].includes(kind.is);
}

function asEntry(value: unknown): Entry | null {
  return typeof value === "object" && value !== null ? (value as Entry) : null;
}

/** Settings that belong together; those that may be absent as a whole have a switch. */
export function GroupField({ definition, setting, value, change, of, error, errors }: FieldProps & { of: string }) {
  const { label, hint } = useSettingWords(definition, setting.name);
  const entry = asEntry(value);
  return (
    <fieldset className={classes.group}>
      <legend>{label}</legend>
      {setting.optional ? (
        <Switch
          label={hint}
          checked={entry !== null}
          onChange={(event) => change(event.currentTarget.checked ? {} : undefined)}
        />
      ) : (
        <p className={classes.hint}>{hint}</p>
      )}
      {error !== undefined && <Input.Error>{error}</Input.Error>}
      {(entry !== null || !setting.optional) && (
        <SettingFields
          definition={of}
          value={entry ?? {}}
          errors={errors}
          change={(next) => change(Object.keys(next).length > 0 || setting.optional ? next : undefined)}
        />
      )}
    </fieldset>
  );
}

/** A list of such groups, whose order counts. */
export function ListField({ definition, setting, value, change, of, error, errors }: FieldProps & { of: string }) {
  const { t } = useTranslation("administration");
  const { label, hint } = useSettingWords(definition, setting.name);
  const entries = (Array.isArray(value) ? value : []) as Entry[];
  const put = (next: Entry[]) => change(next.length > 0 ? next : undefined);
  const swap = (index: number, other: number) => {
    const [one, two] = [entries[index], entries[other]];
    if (one && two) put(entries.map((entry, place) => (place === index ? two : place === other ? one : entry)));
  };
  return (
    <Input.Wrapper label={label} description={hint} error={error}>
      <ol className={classes.list}>
        {entries.map((entry, index) => (
          // the order is the entries' identity: they have no names
          <li key={index}>
            <div className={classes.tools}>
              <span>{index + 1}</span>
              <ActionIcon aria-label={t("up")} disabled={index === 0} onClick={() => swap(index, index - 1)}>
                <ArrowUp size={14} />
              </ActionIcon>
              <ActionIcon
                aria-label={t("down")}
                disabled={index === entries.length - 1}
                onClick={() => swap(index, index + 1)}
              >
                <ArrowDown size={14} />
              </ActionIcon>
              <ActionIcon
                aria-label={t("remove", { name: index + 1 })}
                onClick={() => put(entries.filter((_entry, place) => place !== index))}
              >
                <Trash2 size={14} />
              </ActionIcon>
            </div>
            <div className={classes.fields}>
              <SettingFields
                definition={of}
                value={entry}
                errors={within(errors, String(index))}
                change={(next) => put(entries.map((known, place) => (place === index ? next : known)))}
              />
            </div>
          </li>
        ))}
      </ol>
      <AddButton add={() => put([...entries, {}])} />
    </Input.Wrapper>
  );
}
