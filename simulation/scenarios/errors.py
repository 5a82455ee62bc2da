"""What can be wrong with a scenario, told all at once."""

from collections.abc import Iterable

from config.errors import Problem


class ScenarioError(Exception):
    """A scenario that cannot be run; ``problems`` has every mistake in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(["the scenario has mistakes:", *(f"  {problem}" for problem in self.problems)]))


class UnreadableScenario(ScenarioError):  # noqa: N818 - says what is unreadable
    """There is no such file, or it is no text."""

    exit_code = 2
