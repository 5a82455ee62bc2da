// An OpenID provider for tests: node provider.js PORT REDIRECT_URI
// Lets everybody in by the name that they write, and tells it as preferred_username.
import Provider from "oidc-provider";

const [port, redirect] = process.argv.slice(2);
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    { client_id: "cordboard", client_secret: "provider-secret-of-tests", redirect_uris: [redirect] },
  ],
  conformIdTokenClaims: false,
  claims: { openid: ["sub"], profile: ["preferred_username"], email: ["email"] },
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => (id === "nameless" ? { sub: id } : { sub: id, preferred_username: id }),
  }),
  cookies: { keys: ["only for tests"] },
  pkce: { required: () => true },
});
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
