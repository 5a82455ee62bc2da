"""Who may do what: one table, by operation. The application does not start when an operation is missing from it.

A role contains the ones below it. A scope is what an API token must have; a session has all scopes of its role. How far
somebody sees (own desk, own teams) is :class:`Sight`.
"""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import msgspec

from agent_console.documents.floor import AgentRow, QueueRow, Topic
from agent_console.documents.session import Role, Scope
from agent_console.errors import RightsNeededError
from agent_console.ports import Identity

ROLES: Final[tuple[Role, ...]] = ("agent", "supervisor", "administrator")

SCOPES_OF: Final[Mapping[Role, frozenset[Scope]]] = MappingProxyType(
    {
        "agent": frozenset({"read", "desk"}),
        "supervisor": frozenset({"read", "desk", "supervise"}),
        "administrator": frozenset({"read", "desk", "supervise", "administer", "metrics"}),
    }
)

GRANTED: Final[frozenset[Scope]] = frozenset({"metrics"})
"""Scopes that administrators may give to a token of any user, whatever the role."""


class Rule(msgspec.Struct, frozen=True):
    """Whom an operation is for. ``role`` None: for everybody, signed in or not."""

    role: Role | None
    scope: Scope | None = None
    before_password: bool = False
    """Also while a one-time password has not been changed yet."""
    session_only: bool = False
    """Not with an API token."""
    instead: "Rule | None" = None
    """Whom it lets in as well."""


PUBLIC: Final = Rule(None)
OWN: Final = Rule("agent", None, before_password=True)
OWN_SESSION: Final = Rule("agent", None, before_password=True, session_only=True)
OWN_TOKENS: Final = Rule("agent", None, session_only=True)
READ: Final = Rule("agent", "read")
DESK: Final = Rule("agent", "desk")
WATCH: Final = Rule("supervisor", "read")
SUPERVISE: Final = Rule("supervisor", "supervise")
LOOK_INTO: Final = Rule("administrator", "read")
ADMINISTER: Final = Rule("administrator", "administer")
MONITOR: Final = Rule("agent", "metrics", instead=LOOK_INTO)

ACCESS: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        "healthz": PUBLIC,
        "readyz": PUBLIC,
        "sign_in_ways": PUBLIC,
        "sign_in": PUBLIC,
        "get_session": OWN,
        "sign_out": OWN_SESSION,
        "change_password": OWN_SESSION,
        "start_single_sign_on": PUBLIC,
        "finish_single_sign_on": PUBLIC,
        "list_users": LOOK_INTO,
        "reset_password": ADMINISTER,
        "lock_user": ADMINISTER,
        "unlock_user": ADMINISTER,
        "end_sessions": ADMINISTER,
        "list_tokens": OWN_TOKENS,
        "make_token": OWN_TOKENS,
        "end_token": OWN_TOKENS,
        "list_agents": READ,
        "get_agent": READ,
        "list_agent_queues": READ,
        "list_queues": READ,
        "get_queue": READ,
        "list_waiting": WATCH,
        "get_totals": WATCH,
        "list_callbacks": READ,
        "list_parked": READ,
        "list_alarms": WATCH,
        "list_teams": READ,
        "list_skills": READ,
        "list_reasons": READ,
        "list_dispositions": READ,
        "list_entry_points": READ,
        "list_opening_hours": READ,
        "get_metrics": MONITOR,
        "get_desk": DESK,
        "desk_sign_in": DESK,
        "desk_sign_out": DESK,
        "desk_ready": DESK,
        "desk_not_ready": DESK,
        "dial": DESK,
        "report_phone": DESK,
        "get_own_figures": DESK,
        "search_directory": DESK,
        "set_outcome": DESK,
        "list_recent": DESK,
        "answer_contact": DESK,
        "reject_contact": DESK,
        "hold_contact": DESK,
        "retrieve_contact": DESK,
        "mute_contact": DESK,
        "unmute_contact": DESK,
        "transfer_contact": DESK,
        "consult_contact": DESK,
        "complete_contact": DESK,
        "cancel_contact": DESK,
        "swap_contact": DESK,
        "conference_contact": DESK,
        "drop_contact": DESK,
        "leave_contact": DESK,
        "hang_up_contact": DESK,
        "send_digits_contact": DESK,
        "park_contact": DESK,
        "pick_up_contact": DESK,
        "record_start_contact": DESK,
        "record_pause_contact": DESK,
        "record_resume_contact": DESK,
        "record_stop_contact": DESK,
        "end_wrap_up_contact": DESK,
        "extend_wrap_up_contact": DESK,
        "list_contacts": READ,
        "get_contact": READ,
        "get_story": READ,
        "explain_contact": READ,
        "monitor_contact": SUPERVISE,
        "stop_monitoring": SUPERVISE,
        "set_priority": SUPERVISE,
        "move_contact": SUPERVISE,
        "return_contact": SUPERVISE,
        "withdraw_contact": SUPERVISE,
        "cancel_callback": SUPERVISE,
        "set_agent_state": SUPERVISE,
        "set_agent_skills": SUPERVISE,
        "set_agent_queues": SUPERVISE,
        "explain_agent": WATCH,
        "say_to_team": SUPERVISE,
        "throw_emergency": SUPERVISE,
        "put_back_emergency": SUPERVISE,
        "get_report": WATCH,
        "export_report": WATCH,
        "get_catalogue": READ,
        "get_contacts_behind": WATCH,
        "get_missed": WATCH,
        "get_flow_figures": WATCH,
        "list_flows": READ,
        "get_flow": WATCH,
        "draw_flow": WATCH,
        "get_voicemail": READ,
        "close_queue": SUPERVISE,
        "open_queue": SUPERVISE,
        "list_changes": LOOK_INTO,
        "list_settings": LOOK_INTO,
        "get_setting": LOOK_INTO,
        "put_setting": ADMINISTER,
        "delete_setting": ADMINISTER,
        "change_settings": ADMINISTER,
        "export_settings": LOOK_INTO,
        "import_settings": ADMINISTER,
        "list_revisions": LOOK_INTO,
        "get_revision": LOOK_INTO,
        "undo_revision": ADMINISTER,
        "preview_change": WATCH,
        "get_holiday_countries": LOOK_INTO,
        "get_holidays": LOOK_INTO,
        "get_agent_times": WATCH,
        "correct_agent_time": SUPERVISE,
        "correct_contact_outcome": SUPERVISE,
        "list_recordings": WATCH,
        "get_recording": WATCH,
        "get_recording_audio": WATCH,
        "delete_recording": ADMINISTER,
        "list_voicemails": READ,
        "get_voicemail_audio": READ,
        "mark_voicemail_done": DESK,
        "reopen_voicemail": DESK,
        "call_voicemail_back": DESK,
        "list_customers": READ,
        "get_customer": READ,
        "list_customer_contacts": READ,
        "add_customer": DESK,
        "put_customer": DESK,
        "delete_customer": SUPERVISE,
        "merge_customers": SUPERVISE,
        "undo_merge": SUPERVISE,
        "import_customers": ADMINISTER,
        "erase_customer": ADMINISTER,
    }
)
"""By operation id."""


TOPICS: Final[Mapping[Topic, Rule]] = MappingProxyType(
    {
        "desk": DESK,
        "agents": READ,
        "queues": READ,
        "waiting": WATCH,
        "parked": READ,
        "contacts": WATCH,
        "alarms": WATCH,
        "totals": WATCH,
        "entry_points": READ,
        "settings": READ,
        "customers": READ,
        "recordings": WATCH,
        "voicemails": READ,
        "audit": LOOK_INTO,
    }
)
"""By topic of the live channel: the rule of the resource that it tells."""


def rule_of(operation: str) -> Rule:
    """The rule of an operation."""
    return ACCESS[operation]


def unruled(operations: Iterable[str]) -> tuple[set[str], set[str]]:
    """Operations without a rule, and rules without an operation."""
    there = set(operations)
    return there - set(ACCESS), set(ACCESS) - there


def check(rule: Rule, identity: Identity) -> None:
    """Raise `RightsNeededError` unless the rule lets this user in."""
    if rule.role is None or (rule.instead is not None and _fits(rule.instead, identity)):
        return
    if ROLES.index(identity.role) < ROLES.index(rule.role):
        raise RightsNeededError(f"this needs the role {rule.role}; {identity.user} is {identity.role}")
    if rule.scope is not None and rule.scope not in identity.scopes:
        if rule.scope in GRANTED:
            raise RightsNeededError(f"this needs the scope {rule.scope!r}; an administrator makes tokens that have it")
        raise RightsNeededError(f"this needs the scope {rule.scope!r}; make a token that has it")
    if rule.session_only and identity.session is None:
        raise RightsNeededError("this is for people who signed in, not for API tokens")


def _fits(rule: Rule, identity: Identity) -> bool:
    try:
        check(rule, identity)
    except RightsNeededError:
        return False
    return True


class Sight(msgspec.Struct, frozen=True):
    """How far somebody sees: administrators everything, others their teams, agents of contacts only their own.

    An agent's own team is among theirs.
    """

    identity: Identity

    @property
    def everything(self) -> bool:
        """Whether nothing is hidden."""
        return self.identity.role == "administrator"

    def team(self, team: str) -> bool:
        """Whether a team is seen."""
        return self.everything or team in self.identity.teams

    def agent(self, row: AgentRow) -> bool:
        """Whether an agent is seen: of an own team, or oneself."""
        return self.team(row.team) or row.agent == self.identity.agent

    def queue(self, row: QueueRow) -> bool:
        """Whether a queue is seen: one of nobody in particular is everybody's."""
        return self.queue_of(row.teams)

    def queue_of(self, teams: Sequence[str] | None) -> bool:
        """Whether a queue of these teams is seen; None: nobody knows any more whose it was."""
        return self.everything or (teams is not None and (not teams or not self.identity.teams.isdisjoint(teams)))

    def queues(self, teams: Mapping[str, Sequence[str] | None]) -> frozenset[str]:
        """Which of these queues are seen, each with its teams."""
        return frozenset(queue for queue, of in teams.items() if self.queue_of(of))
