import { Kbd, Modal, Switch } from "@mantine/core";
import { useTranslation } from "react-i18next";
import classes from "./KeyHelp.module.css";
import { keyName, keys, useKeyList, useSingleKeys } from "./shortcuts";

/** Every key that does something in the present view. */
export default function KeyHelp({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const groups = useKeyList();
  const single = useSingleKeys();
  return (
    <Modal opened onClose={close} title={t("keys.title")} size="54rem" closeButtonProps={{ "aria-label": t("close") }}>
      <div className={classes.groups}>
        {groups.map((group) => (
          <section key={group.title}>
            <h3 className={classes.title}>{group.title}</h3>
            <dl className={classes.list}>
              {group.shortcuts.map((one) => (
                <div key={one.code} className={classes.line}>
                  <dt>
                    {!single && (
                      <>
                        <Kbd>Alt</Kbd>{" "}
                      </>
                    )}
                    <Kbd>{keyName(one.code)}</Kbd>
                  </dt>
                  <dd>{one.label}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <p className={classes.hint}>{t("keys.hint")}</p>
      <Switch
        label={t("keys.single")}
        checked={single}
        onChange={(event) => keys.allowSingle(event.currentTarget.checked)}
      />
    </Modal>
  );
}
