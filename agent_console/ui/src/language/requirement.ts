/** What a contact needs, in words: `billing>=3 & english>=3` is read as `billing ≥ 3 and english ≥ 3`. */

export interface RequirementWords {
  and: string;
  or: string;
  not: string;
}

const SIGN = /\s*(>=|[&|!])\s*|(?<![\p{L}\p{N}_-])(and|or|not)(?![\p{L}\p{N}_-])/gu;

/** `text`: a requirement as settings write it; names of skills stay, and so do brackets. */
export function requirementWords(words: RequirementWords, text: string): string {
  return text
    .replaceAll(SIGN, (_found, sign: string | undefined, word: keyof RequirementWords | undefined) => {
      switch (sign) {
        case ">=":
          return " ≥ ";
        case "&":
          return ` ${words.and} `;
        case "|":
          return ` ${words.or} `;
        case "!":
          return `${words.not} `;
        default:
          return word === undefined ? "" : words[word];
      }
    })
    .trim();
}
