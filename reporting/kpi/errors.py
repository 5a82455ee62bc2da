"""Errors of the figures."""


class ReportError(Exception):
    """A question that cannot be answered as asked. ``exit_code`` is what the command line ends with.

    ``about``: the part of the question that is wrong, by its name; ``""``: more than one, or none in particular.
    """

    exit_code = 2

    def __init__(self, message: str = "", *, about: str = "") -> None:
        super().__init__(message)
        self.about = about


class NothingThereError(ReportError):
    """The question is sound, but what it names was not found."""

    exit_code = 1


class OutputError(ReportError):
    """The answer is there, but cannot be written."""

    exit_code = 1


class UnavailableError(ReportError):
    """The journal cannot be read now: it is away, locked, or of another version."""

    exit_code = 1
