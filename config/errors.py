"""What can be wrong with settings, told all at once."""

from collections.abc import Iterable

import msgspec

KeyPath = tuple[str | int, ...]


class Problem(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One mistake: where it stands, which key, what is wrong and the way out. Lines and columns count from 1.

    ``file`` is a file's name, or ``environment`` for a variable; then line and column are 0 and ``key`` is the
    variable's name. Column 0: only the line is known.
    """

    file: str
    line: int
    column: int
    key: str
    message: str

    def __str__(self) -> str:
        place = ":".join([self.file, *(str(number) for number in (self.line, self.column) if number)])
        return f"{place}: {self.key}: {self.message}" if self.key else f"{place}: {self.message}"


class ConfigError(Exception):
    """Settings that cannot be used; ``problems`` has every mistake in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(["the settings have mistakes:", *(f"  {problem}" for problem in self.problems)]))


class UnreadableSettings(ConfigError):  # noqa: N818 - says what is unreadable
    """There is no such settings file, or it is no text."""

    exit_code = 2


def key_text(path: KeyPath) -> str:
    """A path as people write it: ``queues.sales.relaxation[0].after_s``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
