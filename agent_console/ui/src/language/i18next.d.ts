import "i18next";
import type common from "./en/common.json";
import type desk from "./en/desk.json";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "common";
    returnNull: false;
    resources: {
      common: typeof common;
      desk: typeof desk;
    };
  }
}
