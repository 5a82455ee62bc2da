"""Where the database is, with its password: for whoever opens it, and no log."""

from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit, urlunsplit

if TYPE_CHECKING:
    from config.models import Settings


def database_address(settings: "Settings") -> str:
    """The database's URL, with its password."""
    url, password = settings.database_url, settings.database.password
    if password is None:
        return url
    parts = urlsplit(url)
    user = parts.username or ""
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{user}:{quote(password.get_secret_value(), safe='')}@{host}"))
