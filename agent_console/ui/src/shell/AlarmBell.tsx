import { Button, Popover } from "@mantine/core";
import { Bell, BellRing } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Clock } from "../design/Clock";
import { Empty } from "../design/Waiting";
import { alarmWords } from "../language/alarms";
import { useFormats } from "../language/formats";
import { useAlarms } from "../live/live";
import classes from "./AlarmBell.module.css";

/** Thresholds that are passed now. */
export function AlarmBell() {
  const { t } = useTranslation();
  const formats = useFormats();
  const ringing = useAlarms().filter((alarm) => alarm.cleared_at === null);
  return (
    <Popover position="bottom-end" width={360}>
      <Popover.Target>
        <Button
          variant="subtle"
          color="gray"
          size="compact-md"
          className={classes.bell}
          data-ringing={ringing.length > 0}
          aria-label={t("alarms.count", { count: ringing.length })}
          leftSection={ringing.length > 0 ? <BellRing size={17} /> : <Bell size={17} />}
        >
          {ringing.length}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={0}>
        {ringing.length === 0 ? (
          <Empty compact title={t("alarms.none")} hint={t("alarms.noneHint")} />
        ) : (
          <ul className={classes.list}>
            {ringing.map((alarm) => (
              <li key={alarm.alarm_id}>
                <strong>{alarm.queue_title ?? alarm.queue ?? t("alarms.centre")}</strong>
                <span>{alarmWords(t, formats, alarm)}</span>
                <Clock since={alarm.raised_at} className={classes.since} label={t("alarms.since")} />
              </li>
            ))}
          </ul>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
