"""Who a user is: as the settings say, else as the account's own profile does."""

from collections.abc import Callable

from agent_console.documents.session import Scope
from agent_console.http.access import GRANTED, SCOPES_OF
from agent_console.ports import Identity
from config.models import Settings
from config.people import User
from facts.time import Instant
from storage.accounts import Profile


class Users:
    """Looks them up. ``settings``: those in force."""

    def __init__(self, settings: Callable[[], Settings]) -> None:
        self._settings = settings

    def of(self, name: str, profile: Profile | None) -> User | None:
        """The user of this name; None: nobody knows them (any more)."""
        known = self._settings().users.get(name)
        if known is not None or profile is None:
            return known
        return User.model_validate(
            {
                "title": profile.title,
                "role": profile.role,
                "teams": list(profile.teams),
                "agent": profile.agent,
                "language": profile.language,
            }
        )

    def teams(self, user: User) -> frozenset[str]:
        """The teams of which a user sees agents and queues: those that they lead, and an agent their own."""
        agent = self._settings().agents.get(user.agent) if user.agent is not None and user.role == "agent" else None
        own = () if agent is None or agent.team is None else (agent.team,)
        return frozenset((*user.teams, *own))

    def names(self) -> list[str]:
        """Users of the settings."""
        return list(self._settings().users)


def identity_of(
    name: str,
    user: User,
    *,
    teams: frozenset[str],
    scopes: frozenset[Scope] | None = None,
    session: str | None = None,
    csrf_token: str | None = None,
    must_change: bool = False,
    expires_at: Instant | None = None,
) -> Identity:
    """The user as a request meets them; ``scopes``: of an API token, which widen the role's by what is granted only."""
    of_role = SCOPES_OF[user.role]
    return Identity(
        user=name,
        title=user.title or name,
        role=user.role,
        teams=teams,
        agent=user.agent,
        language=user.language,
        scopes=of_role if scopes is None else (of_role | GRANTED) & scopes,
        must_change_password=must_change,
        session=session,
        csrf_token=csrf_token,
        expires_at=expires_at,
    )
