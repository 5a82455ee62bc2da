// Made by tools/write_console_operations.py from the API's description: change that, and run it again.
//
// Each ends with the document, or with a `Problem`. The session's CSRF token is sent by itself; `match` is the ETag
// that was read, `*` for whatever there is.

import { api, type Options } from "../client";
import type {
  MadeToken,
  NewToken,
  OneTimePassword,
  Token,
  User,
} from "../documents";
import type { Page } from "../pages";

/** Everybody who may sign in, by name. */
export function listUsers(query: { cursor?: string | null; limit?: number } = {}, options: Options = {}): Promise<Page<User>> {
  return api.ask("GET", "/users", { query, ...options });
}

/** A one-time password, told this once; it has to be changed at the first sign-in. Open sessions end. */
export function resetPassword(name: string, options: Options = {}): Promise<OneTimePassword> {
  return api.ask("POST", `/users/${encodeURIComponent(name)}/password`, options);
}

/** Let somebody in no more. Open sessions end, API tokens rest. */
export function lockUser(name: string, options: Options = {}): Promise<User> {
  return api.ask("POST", `/users/${encodeURIComponent(name)}/lock`, options);
}

/** Let them in again, also after failed sign-ins. */
export function unlockUser(name: string, options: Options = {}): Promise<User> {
  return api.ask("POST", `/users/${encodeURIComponent(name)}/unlock`, options);
}

/** End all of somebody's sessions. */
export function endSessions(name: string, options: Options = {}): Promise<void> {
  return api.ask("DELETE", `/users/${encodeURIComponent(name)}/sessions`, options);
}

/** API tokens, without their secrets. */
export function listTokens(query: { user?: string | null; cursor?: string | null; limit?: number } = {}, options: Options = {}): Promise<Page<Token>> {
  return api.ask("GET", "/tokens", { query, ...options });
}

/** Make an API token; its secret is told this once. It never may more than its user, but for `metrics`. */
export function makeToken(wish: NewToken, options: Options = {}): Promise<MadeToken> {
  return api.ask("POST", "/tokens", { body: wish, ...options });
}

/** Make a token worthless. */
export function endToken(tokenId: string, options: Options = {}): Promise<void> {
  return api.ask("DELETE", `/tokens/${encodeURIComponent(tokenId)}`, options);
}
