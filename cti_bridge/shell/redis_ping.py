"""Whether a Redis answers; for ``cordboard doctor``."""

import redis


class RedisAway(Exception):  # noqa: N818 - says what is away
    """Redis cannot be reached, or refuses; the text says why, without the password."""


def redis_ping(url: str, password: str | None, timeout_s: float = 5) -> str:
    """The version of the Redis at this address."""
    extra = {} if password is None else {"password": password}
    try:
        with redis.Redis.from_url(url, socket_timeout=timeout_s, socket_connect_timeout=timeout_s, **extra) as client:
            return str(client.info("server")["redis_version"])
    except (redis.RedisError, OSError, ValueError) as error:
        raise RedisAway(f"Redis does not answer: {error}") from error
