import { Select, Textarea, TextInput } from "@mantine/core";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "../language/formats";
import type { Draft, Field } from "./drafts";
import type { FieldsRefused } from "./field_refusals";

/** Languages that are offered; a record may have another. */
const LANGUAGES = "zh en de fr es it pt nl pl cs ru uk tr ar fa hi ja ko vi th id ms".split(" ");

interface Props {
  draft: Draft;
  change: (draft: Draft) => void;
  refused: FieldsRefused;
}

/** A customer's record as fields. */
export function CustomerFields({ draft, change, refused }: Props) {
  const { t } = useTranslation("customers");
  const of = (field: Field) => ({
    label: t(`field.${field}`),
    value: draft[field],
    onChange: (event: { currentTarget: { value: string } }) => change({ ...draft, [field]: event.currentTarget.value }),
    error: refused[field],
    autoComplete: "off",
  });
  return (
    <>
      <TextInput {...of("name")} maxLength={200} required autoFocus />
      <Textarea {...of("numbers")} description={t("hint.numbers")} rows={rows(draft.numbers)} />
      <Textarea {...of("accounts")} description={t("hint.accounts")} rows={rows(draft.accounts)} />
      <TextInput {...of("tier")} maxLength={200} />
      <LanguageField value={draft.language} choose={(language) => change({ ...draft, language })} />
      <Textarea {...of("notes")} rows={4} maxLength={10_000} />
      <Textarea {...of("open_matters")} description={t("hint.open_matters")} rows={rows(draft.open_matters)} />
    </>
  );
}

/** As many lines as there are, and one to go on. */
function rows(text: string): number {
  return Math.min(6, Math.max(2, text.split("\n").length));
}

function LanguageField({ value, choose }: { value: string; choose: (language: string) => void }) {
  const { t } = useTranslation("customers");
  const formats = useFormats();
  const data = useMemo(() => {
    const codes = value === "" || LANGUAGES.includes(value) ? LANGUAGES : [value, ...LANGUAGES];
    return codes.map((code) => ({ value: code, label: formats.language(code) }));
  }, [value, formats]);
  return (
    <Select
      label={t("field.language")}
      data={data}
      value={value === "" ? null : value}
      onChange={(chosen) => choose(chosen ?? "")}
      searchable
      clearable
    />
  );
}
