"""Which Cordboard this is."""

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed


def version() -> str:
    """The installed distribution's version."""
    try:
        return installed("cordboard")
    except PackageNotFoundError:
        return "0"
