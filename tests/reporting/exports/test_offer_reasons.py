"""Why somebody was offered a contact: what the distributor notes, as a sentence."""

import pytest

from facts.time import SECOND
from reporting.exports.offer_reasons import offer_reason


@pytest.mark.parametrize(
    ("why", "said"),
    [
        (
            {"order": "longest_idle", "idle_us": 68 * SECOND, "free_agents": 13},
            "longest idle of 13 free agents: for 1:08",
        ),
        (
            {"order": "most_skilled", "rank": -18, "qualified": 2, "others": [["lin", -11]]},
            "most skilled of 2 who could take it: 18 points of skill; beside lin 11 points of skill",
        ),
        (
            {"order": "least_occupied", "rank": 0.25, "qualified": 1, "others": []},
            "least occupied of 1 who could take it: busy 25% of the time",
        ),
        ({"order": "first_come", "waiting": 3}, "the first to come of 3 who waited"),
        (
            {"order": "greatest_need", "waiting": 2, "score": 5, "others": [["c2", 3]]},
            "by greatest need of 2 who waited: score 5; beside c2 score 3",
        ),
        (
            {"order": "ring_several", "qualified": 4, "others": ["dan"]},
            "one of several rung at once, of 4 who could take it; beside dan",
        ),
        ({"order": "weighted_random", "weights": {"ann": 3, "bob": 1}}, "drawn by lot, by weight: ann 3, bob 1"),
        ({"order": "preferred_agent"}, "the agent whom the contact prefers"),
        ({"order": "new_order", "rank": 3}, ""),
        ({}, ""),
    ],
)
def test_reasons(why: dict[str, object], said: str) -> None:
    assert offer_reason(why) == said
