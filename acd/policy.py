"""The routing policy: agents, queues and the rules between them, as frozen data.

Wiring builds it from the settings; calendars are expanded into open intervals before they get here. What contradicts
itself is found by :mod:`acd.policy_check`. Durations are microseconds; a level, a priority, a weight: higher is more.
"""

from typing import Final, Literal, TypeAlias

import msgspec

from facts.ids import AgentId, QueueName, SkillName
from facts.requirements import NOTHING_REQUIRED, Level, Requirement
from facts.time import DAY, MINUTE, SECOND, Duration, Instant

AgentOrder: TypeAlias = Literal[
    "longest_idle",
    "most_skilled",
    "least_skilled",
    "least_occupied",
    "round_robin",
    "fewest_contacts",
    "ordered",
    "weighted_random",
    "ring_several",
]
"""Which of the free agents who qualify is offered a contact. All but the weighted draw end ties by longest idle.

Idle time begins when an agent becomes free to be offered contacts: after log-in and "ready", after a contact and its
wrap-up, after a break (who comes back stands at the end, whatever they did before the break), after an offer that the
agent did not take. An offer that ended through nobody's fault (the caller left, somebody else answered, it was
withdrawn) does not begin a new idle time.

``most_skilled``, ``least_skilled``: by the sum of the levels in the skills that the contact requires (expert-agent
distribution; the others are uniform). ``least_occupied``: time at work on contacts, ringing and wrap-up included, as a
share of that time and the time free, since log-in. ``fewest_contacts``: answered since log-in. ``round_robin``: the
next one after the last chosen, in the order of the policy; who takes what waited already was not chosen, and moves
nobody's turn. ``ordered``: as listed in ``agents``; who is not listed comes after. ``weighted_random``: drawn by
``weights`` (1 when not given). ``ring_several``: the ``ring_count`` longest idle all ring, the first to answer has it.
"""

ContactOrder: TypeAlias = Literal["first_come", "greatest_need", "ageing", "queue_weight", "target_ratio"]
"""Which of the waiting contacts that a freed agent may take comes first, over all queues.

``first_come`` and ``greatest_need``: the highest priority, then who joined first. ``ageing``: by band, then by priority
plus ``ageing_per_minute`` for every minute waited; ageing never crosses a band. ``queue_weight``: by priority, then by
the time waited times the queue's weight. ``target_ratio``: by priority, then by the time waited as a share of the
queue's target, so that the waits of classes come to stand in the ratio of their targets.
"""

GroupName: TypeAlias = str

EXPECTED_EVERY_US: Final = 15 * SECOND
"""So often is a waiting contact's expected wait held against a limit."""


class Exit(msgspec.Struct, frozen=True, kw_only=True):
    """Where a contact goes that may not wait (any longer): to a queue, a flow, a number, voicemail or the exit."""

    to_kind: Literal["queue", "flow", "number", "voicemail", "exit"] = "exit"
    to: str = ""


LimitHolds: TypeAlias = Literal["at_entry", "while_waiting", "both"]


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """When ``what`` reaches ``value``, the contact goes by ``then``.

    ``waiting``: so many wait already; while waiting: so many who joined earlier wait, so that the newest go.
    ``longest_wait``: somebody has waited so long already; while waiting: this contact has. ``wait``: this contact has
    waited so long. ``expected_wait``: so long is expected for this contact. ``none_logged_in``, ``none_ready``: nobody
    who meets the queue's own requirement is logged in, or is READY, at work or not. Waits are counted from the original
    join time.

    ``holds``: when the limit is judged; None: at entry for ``waiting``, ``longest_wait`` and ``expected_wait``, both
    for the others. A wait of its own and the staff are judged at entry also when they hold while waiting: the contact
    would have to go at once. While waiting, ``waiting`` is judged whenever the line or the rules have changed;
    ``expected_wait`` every ``EXPECTED_EVERY_US`` of the contact's wait, when who works for the queue has changed, and
    when the rules have, and not while it is unknown, as nobody is READY. Only waits take a contact for which a phone
    rings: the others look at it again when no phone rings for it any more. No limit takes a contact whose customer has
    hung up to be called back.
    """

    what: Literal["waiting", "longest_wait", "wait", "expected_wait", "none_logged_in", "none_ready"]
    value: int = 0
    then: Exit = Exit()
    holds: LimitHolds | None = None


class RelaxationStep(msgspec.Struct, frozen=True, kw_only=True):
    """A requirement made easier ``after_us`` from the join time; the place is kept.

    ``lower``: new least levels; ``drop``: skills no longer asked for; ``open``: reserve groups that may help.
    """

    after_us: Duration
    lower: dict[SkillName, Level] = {}
    drop: tuple[SkillName, ...] = ()
    open: tuple[GroupName, ...] = ()


class ReserveRule(msgspec.Struct, frozen=True, kw_only=True):
    """A reserve group helps a queue when its longest or expected wait reaches a limit, until both are clear again.

    ``clear_wait_us``, ``clear_expected_us``: what counts as clear, below; 0: the limit itself. A limit of 0 is none.
    """

    group: GroupName
    wait_us: Duration = 0
    expected_us: Duration = 0
    clear_wait_us: Duration = 0
    clear_expected_us: Duration = 0


class Announcements(msgspec.Struct, frozen=True, kw_only=True):
    """What waiting customers are told, and when: first ``first_us`` after joining, then every ``every_us``.

    ``position_limit``: positions beyond are not told (0: no limit). The expected wait is rounded up to ``round_us``,
    never grows from one announcement to the next, and is not told when it would have to.
    """

    first_us: Duration = 15 * SECOND
    every_us: Duration = 45 * SECOND
    position: bool = True
    position_limit: int = 0
    expected_wait: bool = False
    round_us: Duration = MINUTE


class CallbackRules(msgspec.Struct, frozen=True, kw_only=True):
    """Callbacks with the place kept. ``hours``: when customers may be rung (None: always)."""

    attempts: int = 3
    retry_us: Duration = 10 * MINUTE
    expires_us: Duration = DAY
    hours: tuple[tuple[Instant, Instant], ...] | None = None


class QueuePolicy(msgspec.Struct, frozen=True, kw_only=True):
    """One queue's rules.

    ``ring_us``: how long a phone rings before the offer goes on to the next. ``misses_before_not_ready``: so many
    unanswered offers in a row make an agent NOT_READY; 0: never. ``retry_us``: an agent who did not take a contact is
    not asked for the same contact again before so long.

    ``agent_tie``: how ``most_skilled`` and ``least_skilled`` decide between equals. ``preferred_wait_us``: how long a
    contact waits for its preferred agent alone (0: only if free at once), as long as that agent may become free.
    ``last_agent``: the agent who talked with the customer last is preferred when no other is named.

    ``wrap_up``: ``manual`` ends only when the agent says so. ``starvation_cap_us``: who has waited so long goes before
    everybody, whatever the priority; 0: no cap. ``open``: intervals [from, to) in order; None: always open.
    ``when_closed``: where contacts go then; ``closing``: whether those who wait at closing time are still served.
    """

    name: QueueName
    requires: Requirement = NOTHING_REQUIRED
    priority: int = 0
    agent_order: AgentOrder = "longest_idle"
    ring_us: Duration = 20 * SECOND
    wrap_up_us: Duration = 0
    misses_before_not_ready: int = 1
    retry_us: Duration = 5 * SECOND
    agent_tie: Literal["longest_idle", "least_occupied"] = "longest_idle"
    agents: tuple[AgentId, ...] = ()
    weights: dict[AgentId, int] = {}
    ring_count: int = 3
    preferred_wait_us: Duration = 0
    last_agent: bool = False
    wrap_up: Literal["automatic", "manual"] = "automatic"
    band: int = 0
    ageing_per_minute: float = 0.0
    weight: float = 1.0
    target_us: Duration = 20 * SECOND
    starvation_cap_us: Duration = 0
    relaxation: tuple[RelaxationStep, ...] = ()
    reserve: tuple[ReserveRule, ...] = ()
    limits: tuple[Limit, ...] = ()
    open: tuple[tuple[Instant, Instant], ...] | None = None
    when_closed: Exit = Exit()
    closing: Literal["serve", "send_away"] = "serve"
    announcements: Announcements | None = None
    callbacks: CallbackRules = CallbackRules()


class AgentPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """One agent as the distributor knows them. ``phone`` is the switch's endpoint, e.g. ``PJSIP/1001``.

    ``slots``: how many contacts at once. ``reserve``: reserve groups; who is in one takes only contacts to which it is
    open.

    Who serves which queue follows from skills and reserve groups, with two exceptions by name. ``without_queues``:
    taken out of these, whatever the skills. ``extra_queues``: put into these: what the queue itself requires, and
    reserve groups, are waived for the agent; what a contact brought is not. In both: taken out.
    """

    agent_id: AgentId
    skills: dict[SkillName, int] = {}
    phone: str = ""
    team: str = ""
    slots: int = 1
    reserve: tuple[GroupName, ...] = ()
    without_queues: tuple[QueueName, ...] = ()
    extra_queues: tuple[QueueName, ...] = ()

    def is_taken_out_of(self, queue: QueueName) -> bool:
        """Whether the agent is not offered the queue's contacts, whatever the skills."""
        return queue in self.without_queues

    def is_put_into(self, queue: QueueName) -> bool:
        """Whether what the queue requires, and reserve groups, are waived for the agent."""
        return queue in self.extra_queues and queue not in self.without_queues


class WrapUpRules(msgspec.Struct, frozen=True, kw_only=True):
    """Work after a talk: how long, and whether it ends by itself (``automatic``) or only by the agent (``manual``)."""

    wrap_up_us: Duration = 0
    wrap_up: Literal["automatic", "manual"] = "automatic"


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the distributor decides by.

    ``own_calls``: the work after a call that an agent dialled, in no queue's name.

    ``refusal_pause_us``: an agent whose phone was busy, unreachable or rejected an offer gets none for so long.
    ``seed``: where the draw of ``weighted_random`` begins; the same events then always draw the same.
    ``estimates``: all queues note how long things take, so that anybody may ask for an expected wait; otherwise only
    where some queue's own rules need it.
    """

    queues: tuple[QueuePolicy, ...] = ()
    agents: tuple[AgentPolicy, ...] = ()
    refusal_pause_us: Duration = 5 * SECOND
    contact_order: ContactOrder = "first_come"
    own_calls: WrapUpRules = WrapUpRules()
    seed: int = 1
    estimates: bool = False
