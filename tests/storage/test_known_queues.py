"""What the settings had of queues is known when they have it no more, on both databases."""

from storage.journal import Journal
from storage.known_queues import KnownQueues


def test_a_queue_is_known_with_the_teams_that_it_had_last(journal: Journal) -> None:
    known = KnownQueues(journal)
    known.remember({})
    assert known.teams() == {}
    known.remember({"sales": ("north", "south"), "front": (), "客服": ("北",)})
    known.remember({"sales": ("south",), "new": ("north",)})
    assert KnownQueues(journal).teams() == {"sales": ("south",), "front": (), "客服": ("北",), "new": ("north",)}
