import { Button, FileButton } from "@mantine/core";
import { Download, Upload } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { address, Problem } from "../api/client";
import { importSettings } from "../api/operations/settings";
import type { FieldProblem } from "../api/documents";
import { problemWords, refusedWords } from "../api/problem_words";
import { AskOnce } from "../floor/AskOnce";
import { useWordsOf } from "../language/words";
import { sayDone } from "../shell/notices";
import { useFieldNames } from "./field_names";
import { PageFrame } from "./PageFrame";
import { useSettingsActs } from "./settings_api";
import classes from "./Transfer.module.css";

/** All settings as one YAML file, out and in. */
export default function Transfer() {
  const { t } = useTranslation("administration");
  useWordsOf("labels");
  const common = useTranslation().t;
  const nameOf = useFieldNames();
  const acts = useSettingsActs();
  const [file, setFile] = useState<File | null>(null);
  const [refused, setRefused] = useState<unknown>(null);
  const take = async () => {
    if (!file) return;
    setRefused(null);
    try {
      const done = await importSettings(file);
      await acts.refresh();
      setFile(null);
      sayDone(t("transfer.taken", { count: done.changed }));
    } catch (error) {
      setRefused(error);
    }
  };
  const problems: readonly FieldProblem[] = refused instanceof Problem ? refused.errors : [];
  return (
    <PageFrame title={t("page.transfer")}>
      <div className={classes.parts}>
        <section>
          <h2>{t("transfer.out")}</h2>
          <p>{t("transfer.outHint")}</p>
          <Button
            component="a"
            href={address("/settings/export")}
            download="cordboard-settings.yaml"
            size="xs"
            variant="default"
            leftSection={<Download size={14} aria-hidden />}
          >
            {t("transfer.download")}
          </Button>
        </section>
        <section>
          <h2>{t("transfer.in")}</h2>
          <p>{t("transfer.inHint")}</p>
          <div className={classes.row}>
            <FileButton onChange={setFile} accept=".yaml,.yml,application/yaml">
              {(props) => (
                <Button {...props} size="xs" variant="default" leftSection={<Upload size={14} aria-hidden />}>
                  {file?.name ?? t("transfer.choose")}
                </Button>
              )}
            </FileButton>
            <AskOnce
              primary
              danger={false}
              label={t("transfer.take")}
              disabled={file === null}
              question={t("transfer.takeAsk")}
              act={take}
            />
          </div>
          {refused !== null && (
            <div className={classes.refused} role="alert">
              {problems.length === 0 && problemWords(common, refused)}
              <ul>
                {problems.map((one) => (
                  <li key={`${one.field} ${one.rule}`}>
                    <strong>{nameOf(one.field)}</strong> {refusedWords(common, one)}
                  </li>
                ))}
              </ul>
            </div>
          )}
        </section>
      </div>
    </PageFrame>
  );
}
