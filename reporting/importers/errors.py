"""Errors of the importers."""


class ImportRefusedError(Exception):
    """Nothing was taken in: the file or the map cannot be used."""

    exit_code = 1


class MapError(ImportRefusedError):
    """The map has mistakes."""

    exit_code = 2
