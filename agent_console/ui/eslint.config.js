import eslint from "@eslint/js";
import i18next from "eslint-plugin-i18next";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["node_modules", "eslint.config.js"] },
  eslint.configs.recommended,
  tseslint.configs.strictTypeChecked,
  reactHooks.configs.flat.recommended,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // names and texts come from callers: React escapes them, and nothing may go round that
      "no-restricted-syntax": [
        "error",
        { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: "Callers' names are text." },
        { selector: "MemberExpression[property.name=/^(inner|outer)HTML$/]", message: "Callers' names are text." },
      ],
      // a document without keys of its own is one still
      "@typescript-eslint/no-empty-object-type": ["error", { allowInterfaces: "always" }],
      // we do not use the compiler that it is about
      "react-hooks/incompatible-library": "off",
      eqeqeq: "error",
      "no-console": "error",
    },
  },
  {
    // whatever people read is translated
    files: ["src/**/*.tsx"],
    ignores: ["src/**/*.test.tsx"],
    plugins: { i18next },
    rules: {
      "i18next/no-literal-string": [
        "error",
        {
          mode: "jsx-only",
          "jsx-attributes": { include: ["title", "label", "aria-label", "placeholder", "alt", "description"] },
          words: { exclude: ["[^\\p{L}]*", "Cordboard", "中文", "English", "EN", "Esc", "Ctrl", "Alt"] },
        },
      ],
    },
  },
);
