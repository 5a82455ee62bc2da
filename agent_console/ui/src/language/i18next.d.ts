import "i18next";
import type common from "./en/common.json";
import type desk from "./en/desk.json";
import type floor from "./en/floor.json";
import type figures from "./en/figures.json";
import type reports from "./en/reports.json";
import type phone from "./en/phone.json";
import type voicemails from "./en/voicemails.json";
import type customers from "./en/customers.json";
import type story from "./en/story.json";
import type why from "./en/why.json";
import type administration from "./en/administration.json";
import type hints from "./en/hints.json";
import type labels from "./en/labels.json";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "common";
    returnNull: false;
    resources: {
      common: typeof common;
      desk: typeof desk;
      labels: typeof labels;
      hints: typeof hints;
      administration: typeof administration;
      why: typeof why;
      story: typeof story;
      figures: typeof figures;
      reports: typeof reports;
      floor: typeof floor;
      phone: typeof phone;
      voicemails: typeof voicemails;
      customers: typeof customers;
    };
  }
}
