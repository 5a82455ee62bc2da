"""What can go wrong for a program that uses the API."""

from agent_console.documents.problems import Problem


class ClientError(Exception):
    """Base of all errors of the client."""


class NoAnswerError(ClientError):
    """The daemon did not answer, or something else than a daemon did."""


class SignedOutError(ClientError):
    """The session, or the token, is not valid any more: sign in again."""


class ApiError(ClientError):
    """The API refused. Decide by ``error_id``, which is stable; ``problem`` tells all."""

    def __init__(self, problem: Problem) -> None:
        fields = [f"{field.field} {field.rule}: {field.way_out}" for field in problem.errors or ()]
        super().__init__(f"{problem.title} ({problem.error_id}): {'; '.join(fields) or problem.detail}")
        self.problem = problem

    @property
    def error_id(self) -> str:
        """What went wrong, as a stable word."""
        return self.problem.error_id

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.problem.status
