import { Button } from "@mantine/core";
import { Languages } from "lucide-react";
import { useTranslation } from "react-i18next";
import { speak } from "../language/i18n";

/** The other language, named in itself. */
export function LanguageSwitch() {
  const { i18n } = useTranslation();
  const other = i18n.language === "zh" ? "en" : "zh";
  return (
    <Button
      variant="subtle"
      color="gray"
      size="compact-sm"
      leftSection={<Languages size={16} aria-hidden />}
      onClick={() => void speak(other, true)}
      lang={other === "zh" ? "zh-Hans" : "en"}
    >
      {other === "zh" ? "中文" : "English"}
    </Button>
  );
}
