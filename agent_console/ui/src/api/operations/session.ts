// Made by tools/write_console_operations.py from the API's description: change that, and run it again.
//
// Each ends with the document, or with a `Problem`. The session's CSRF token is sent by itself; `match` is the ETag
// that was read, `*` for whatever there is.

import { api, type Options } from "../client";
import type {
  ChangePassword,
  Me,
  SignIn,
  SignInWays,
} from "../documents";

/** How one can sign in here; for the page that asks. */
export function signInWays(options: Options = {}): Promise<SignInWays> {
  return api.ask("GET", "/session/ways", options);
}

/** Who one is, and what one may do. */
export function getSession(options: Options = {}): Promise<Me> {
  return api.ask("GET", "/session", options);
}

/** Begin a session by name and password. The cookie comes with the answer; `csrf_token` goes with every change. */
export function signIn(wish: SignIn, options: Options = {}): Promise<Me> {
  return api.ask("POST", "/session", { body: wish, ...options });
}

/** End the session. */
export function signOut(options: Options = {}): Promise<void> {
  return api.ask("DELETE", "/session", options);
}

/** Change one's own password. Every other session of one's own ends; this one gets a new cookie and CSRF token. */
export function changePassword(wish: ChangePassword, options: Options = {}): Promise<Me> {
  return api.ask("PUT", "/session/password", { body: wish, ...options });
}
