"""Which streams a topic means for somebody: by the rights of the resources that it tells, and as far as they see."""

from collections.abc import Callable, Collection, Mapping
from typing import Final

from agent_console.documents.floor import Topic
from agent_console.errors import NoDeskError
from agent_console.http.access import TOPICS, Sight, check
from agent_console.ports import Floor


def streams_of(topic: Topic, sight: Sight, floor: Floor) -> list[str]:
    """The names of the streams; raises `ForbiddenError` for what somebody may not see at all."""
    check(TOPICS[topic], sight.identity)
    return _STREAMS[topic](sight, floor)


def _desk(sight: Sight, _floor: Floor) -> list[str]:
    if sight.identity.agent is None:
        raise NoDeskError("this user has no desk: name an agent in the user's settings (users: … agent)")
    return [f"desk/{sight.identity.agent}"]


def _teams(sight: Sight, floor: Floor) -> list[str]:
    there = [team.team for team in floor.teams()]
    return [*there, ""] if sight.everything else [team for team in there if sight.team(team)]


def _agents(sight: Sight, floor: Floor) -> list[str]:
    return [f"agents/{team}" for team in _teams(sight, floor)]


def _contacts(sight: Sight, floor: Floor) -> list[str]:
    return [f"contacts/{team}" for team in _teams(sight, floor)]


def _parked(sight: Sight, floor: Floor) -> list[str]:
    """Those whom agents of one's teams parked, and those whom oneself did: as far as the list of them goes."""
    if sight.everything:
        return ["parked"]
    teams, own = _teams(sight, floor), sight.identity.agent
    row = None if own is None else floor.agent(own)
    alone = [] if row is None or row.team in teams else [f"parked/agent/{own}"]
    return [*(f"parked/team/{team}" for team in teams), *alone]


def _queues(sight: Sight, floor: Floor) -> list[str]:
    return [f"queues/{row}" for row in _seen_queues(sight, floor)]


def _waiting(sight: Sight, floor: Floor) -> list[str]:
    return [f"waiting/{row}" for row in _seen_queues(sight, floor)]


def _seen_queues(sight: Sight, floor: Floor) -> list[str]:
    return sorted(sight.queues(floor.queue_teams()))


def _sound_queues(sight: Sight, floor: Floor) -> list[str]:
    """Those of which one hears recordings and messages: those that one saw before they were no more, too."""
    return sorted(sight.queues({**floor.former_queues(), **floor.queue_teams()}))


def _alarms(sight: Sight, floor: Floor) -> list[str]:
    """Alarms of the queues that are seen, and those of the centre as a whole: as far as the list of them goes."""
    if sight.everything:
        return ["alarms"]
    return [*(f"alarms/queue/{queue}" for queue in _seen_queues(sight, floor)), "alarms/centre"]


def _totals(sight: Sight, _floor: Floor) -> list[str]:
    """Of the whole centre, or of what one's teams see of it: the same for all who have the same teams."""
    return ["totals" if sight.everything else totals_of(sight.identity.teams)]


_OF_TEAMS: Final = "teams:"


def totals_of(teams: Collection[str]) -> str:
    """The stream of the totals that supervisors of these teams, perhaps of none, see."""
    return f"totals/{_OF_TEAMS}{','.join(sorted(teams))}"


def teams_of_totals(of: str) -> frozenset[str] | None:
    """Whose totals a stream has, by what follows its topic; None: the whole centre's."""
    if not of.startswith(_OF_TEAMS):
        return None
    return frozenset(filter(None, of.removeprefix(_OF_TEAMS).split(",")))


def _entry_points(_sight: Sight, _floor: Floor) -> list[str]:
    return ["entry_points"]


def _settings(_sight: Sight, _floor: Floor) -> list[str]:
    return ["settings"]


def _customers(_sight: Sight, _floor: Floor) -> list[str]:
    return ["customers"]


def _recordings(sight: Sight, floor: Floor) -> list[str]:
    """Talks of the queues that are seen, of agents of one's teams, and one's own: as far as the list of them goes."""
    if sight.everything:
        return ["recordings"]
    own = [] if sight.identity.agent is None else [f"recordings/agent/{sight.identity.agent}"]
    queues = [f"recordings/queue/{queue}" for queue in _sound_queues(sight, floor)]
    return [*queues, *(f"recordings/team/{team}" for team in _teams(sight, floor)), *own]


def _voicemails(sight: Sight, floor: Floor) -> list[str]:
    """Messages in the mailboxes of queues that are seen; for supervisors also in those that are no queue's."""
    elsewhere = [] if sight.identity.role == "agent" else ["voicemails/elsewhere"]
    return [*(f"voicemails/queue/{queue}" for queue in _sound_queues(sight, floor)), *elsewhere]


def _audit(_sight: Sight, _floor: Floor) -> list[str]:
    return ["audit"]


_STREAMS: Final[Mapping[Topic, Callable[[Sight, Floor], list[str]]]] = {
    "desk": _desk,
    "queues": _queues,
    "agents": _agents,
    "waiting": _waiting,
    "parked": _parked,
    "contacts": _contacts,
    "alarms": _alarms,
    "totals": _totals,
    "entry_points": _entry_points,
    "settings": _settings,
    "customers": _customers,
    "recordings": _recordings,
    "voicemails": _voicemails,
    "audit": _audit,
}
