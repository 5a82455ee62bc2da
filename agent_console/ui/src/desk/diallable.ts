/** What a phone can dial. */
export const DIALLABLE = /^\+?[0-9*#]{1,32}$/;
