"""Errors of the distributor."""


class AcdError(Exception):
    """Base of all errors here."""


class IllegalEvent(AcdError):  # noqa: N818 - the field says illegal event, as in design and documentation
    """An event that cannot happen in the present state. The engine is unchanged."""


class PolicyError(AcdError):
    """A policy that refers to unknown things or contradicts itself; ``problems`` lists every mistake."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems
