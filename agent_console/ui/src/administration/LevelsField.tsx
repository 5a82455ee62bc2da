import { Button, CloseButton, Input, Select } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { NumberField } from "../design/NumberField";
import classes from "./fields.module.css";
import type { FieldProps } from "./SettingField";
import { useSettingWords } from "./SettingField";
import type { Kind } from "./settings_schema";
import { useNames } from "./settings_api";

/** Names with a number each: skills with levels, agents with weights. */
export function LevelsField(props: FieldProps & { kind: Extract<Kind, { is: "levels" }> }) {
  const { value, change, kind, definition, setting, error } = props;
  const { t } = useTranslation("administration");
  const { label, hint } = useSettingWords(definition, setting.name);
  const names = useNames(kind.from);
  const levels = (typeof value === "object" && value !== null ? value : {}) as Record<string, number>;
  const put = (next: Record<string, number>) => change(Object.keys(next).length > 0 ? next : undefined);
  const without = (name: string) => Object.fromEntries(Object.entries(levels).filter(([known]) => known !== name));
  const title = (name: string) => names.find((one) => one.value === name)?.label ?? name;
  return (
    <Input.Wrapper label={label} description={hint} error={error}>
      <div className={classes.levels}>
        {Object.entries(levels).map(([name, level]) => (
          <div key={name} className={classes.level}>
            <NumberField
              size="xs"
              w={72}
              min={0}
              max={kind.most}
              aria-label={title(name)}
              value={level}
              onChange={(next) => put({ ...levels, [name]: next })}
            />
            <span>{name}</span>
            <CloseButton size="xs" aria-label={t("remove", { name })} onClick={() => put(without(name))} />
          </div>
        ))}
        <Select
          size="xs"
          w={180}
          aria-label={t("add")}
          placeholder={t("add")}
          data={names.filter((one) => !(one.value in levels))}
          value={null}
          onChange={(name) => name !== null && put({ ...levels, [name]: 1 })}
          searchable
        />
      </div>
    </Input.Wrapper>
  );
}

/** Used by lists that can be added to. */
export function AddButton({ add }: { add: () => void }) {
  const { t } = useTranslation("administration");
  return (
    <Button size="xs" variant="default" onClick={add}>
      {t("add")}
    </Button>
  );
}
