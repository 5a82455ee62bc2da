"""Single sign-on by OpenID Connect: the authorization code flow with PKCE, state and nonce.

The provider says that somebody is who they say; what they may do stays in the settings. What is remembered between
leaving for the provider and coming back is kept here, for a few minutes, and is bound to the browser that left.
"""

import secrets
from collections import OrderedDict
from collections.abc import Callable
from math import ceil
from time import monotonic, time
from typing import Any, Final

import httpx2
import msgspec
import structlog
from authlib.common.security import generate_token
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from agent_console.errors import SignInFailedError, TooManyError, UnavailableError
from agent_console.limits import Buckets

log = structlog.get_logger(__name__)

PENDING_S: Final = 600.0
MOST_PENDING: Final = 1000
"""Sign-ins under way that are remembered; the oldest is forgotten first."""

DEPARTURES_AT_ONCE: Final = 30
DEPARTURE_EVERY_S: Final = 6.0
"""Sign-ins begun from one address that nobody has come back from; a whole shift may sign in from one."""

TIMEOUT_S: Final = 10.0
LEEWAY_S: Final = 60
"""By so much the provider's clock may differ from ours."""

ALGORITHMS: Final = ["RS256", "ES256", "PS256", "EdDSA"]
"""Signatures that are believed; none that is made with a shared secret, and never none at all."""


class ProviderOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The provider, and what Cordboard is called there."""

    issuer: str
    client_id: str
    client_secret: str | None
    title: str
    claim: str
    scopes: tuple[str, ...]
    redirect_uri: str

    def __repr__(self) -> str:
        return f"ProviderOptions(issuer={self.issuer!r})"


class _Pending(msgspec.Struct, frozen=True):
    """Somebody who is at the provider. ``browser``: the secret in the cookie of the one who left, from ``address``.

    ``back``: where on the console they were.
    """

    until: float
    nonce: str
    verifier: str
    browser: str
    address: str
    back: str


class Departure(msgspec.Struct, frozen=True):
    """Where the browser is sent, and the secret that it has to bring back."""

    url: str
    browser: str


class Arrival(msgspec.Struct, frozen=True):
    """Who came back, and where on the console they were when they left."""

    name: str
    back: str


class Provider:
    """One provider. ``transport``: of the HTTP client, for tests."""

    def __init__(self, options: ProviderOptions, *, clock: Callable[[], float] = monotonic) -> None:
        self._options = options
        self._clock = clock
        self._addresses = Buckets(DEPARTURES_AT_ONCE, DEPARTURE_EVERY_S)
        self._pending: OrderedDict[str, _Pending] = OrderedDict()
        self._description: dict[str, Any] | None = None

    @property
    def title(self) -> str:
        """What the button says."""
        return self._options.title

    async def depart(self, address: str, back: str) -> Departure:
        """Send a browser to the provider; raises `TooManyError` when too many from its address do not come back."""
        wait = self._addresses.take(address, self._clock())
        if wait > 0:
            raise TooManyError(f"too many sign-ins were begun from here: try again in {ceil(wait)} s", wait)
        description = await self._described()
        state, nonce, verifier, browser = (generate_token(48) for _ in range(4))
        async with self._client() as client:
            url, _ = client.create_authorization_url(
                description["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier
            )
        self._pending[state] = _Pending(self._clock() + PENDING_S, nonce, verifier, browser, address, back)
        while len(self._pending) > MOST_PENDING:
            self._pending.popitem(last=False)
        return Departure(url, browser)

    async def arrive(self, *, state: str, code: str, browser: str) -> Arrival:
        """Who comes back, by the name of the user; raises `SignInFailedError`. A state counts once."""
        pending = self._pending.pop(state, None)
        if pending is None or pending.until < self._clock():
            raise SignInFailedError("this sign-in took too long, or was used before: begin again", "stale")
        if not secrets.compare_digest(pending.browser.encode(), browser.encode()):
            raise SignInFailedError("this sign-in was begun in another browser: begin again", "stale")
        token = await self._exchanged(code, pending.verifier)
        claims = await self._verified(str(token.get("id_token", "")), pending.nonce)
        self._addresses.give_back(pending.address)
        name = claims.get(self._options.claim)
        if not isinstance(name, str) or not name:
            log.error("oidc_without_name", claim=self._options.claim, mend="set web.oidc.claim to one that is there")
            raise SignInFailedError(f"the provider tells no {self._options.claim}: tell your administrator")
        return Arrival(name, pending.back)

    def _client(self) -> AsyncOAuth2Client:
        options = self._options
        return AsyncOAuth2Client(
            client_id=options.client_id,
            client_secret=options.client_secret,
            scope=" ".join(options.scopes),
            redirect_uri=options.redirect_uri,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic" if options.client_secret else "none",
            timeout=TIMEOUT_S,
        )

    async def _described(self) -> dict[str, Any]:
        """The provider's own description; its issuer has to be the one of the settings."""
        if self._description is None:
            url = self._options.issuer.rstrip("/") + "/.well-known/openid-configuration"
            found = await self._get(url)
            if found.get("issuer") != self._options.issuer:
                log.error("oidc_wrong_issuer", told=str(found.get("issuer"))[:200], mend="set web.oidc.issuer to it")
                raise UnavailableError("the provider calls itself by another name: tell your administrator")
            self._description = found
        return self._description

    async def _get(self, url: str) -> dict[str, Any]:
        try:
            async with httpx2.AsyncClient(timeout=TIMEOUT_S) as client:
                answer = await client.get(url)
            answer.raise_for_status()
            found = answer.json()
        except (httpx2.HTTPError, ValueError) as error:
            raise self._away(error) from error
        return found if isinstance(found, dict) else {}

    async def _exchanged(self, code: str, verifier: str) -> dict[str, Any]:
        description = await self._described()
        try:
            async with self._client() as client:
                token: dict[str, Any] = await client.fetch_token(
                    description["token_endpoint"], code=code, code_verifier=verifier
                )
        except httpx2.HTTPError as error:
            raise self._away(error) from error
        except Exception as error:  # authlib's errors have no common class with OAuth's own
            log.warning("oidc_code_refused", reason=type(error).__name__)
            raise SignInFailedError("the provider does not confirm this sign-in: begin again") from error
        return token

    async def _verified(self, id_token: str, nonce: str) -> dict[str, Any]:
        """The claims, if signature, issuer, audience, time and nonce are as they should be."""
        description = await self._described()
        found = await self._get(description["jwks_uri"])
        try:
            keys = KeySet.import_key_set(found)  # type: ignore[arg-type]  # checked there
            claims = jwt.decode(id_token, keys, algorithms=ALGORITHMS).claims
            jwt.JWTClaimsRegistry(
                now=lambda: int(time()),
                leeway=LEEWAY_S,
                iss={"essential": True, "value": self._options.issuer},
                aud={"essential": True, "value": self._options.client_id},
                exp={"essential": True},
                iat={"essential": True},
                nonce={"essential": True, "value": nonce},
            ).validate(claims)
        except (JoseError, ValueError) as error:
            log.warning("oidc_token_refused", reason=str(error))
            raise SignInFailedError("what the provider signed does not hold: begin again") from error
        return dict(claims)

    def _away(self, error: Exception) -> UnavailableError:
        self._description = None
        log.error("oidc_provider_away", issuer=self._options.issuer, reason=type(error).__name__)
        return UnavailableError("the sign-in provider does not answer: try again, or sign in with a password")
