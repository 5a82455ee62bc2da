"""Errors of the importers."""


class ImportRefusedError(Exception):
    """Nothing was taken in: the file or the map cannot be used. ``way_out``: what to do, where the rule says it not."""

    exit_code = 1

    def __init__(self, rule: str, way_out: str = "") -> None:
        super().__init__(f"{rule}; {way_out}" if way_out else rule)
        self.rule = rule
        self.way_out = way_out


class MapError(ImportRefusedError):
    """The map has mistakes."""

    exit_code = 2
