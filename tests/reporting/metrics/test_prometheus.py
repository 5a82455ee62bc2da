"""What a scrape sees: names with units, per queue, nobody's personal data."""

import re
from datetime import UTC

from prometheus_client.parser import text_string_to_metric_families

from facts.ids import ContactId, CustomerId
from facts.journal import ContactOffered
from reporting.kpi.board import Board
from reporting.metrics.prometheus import LiveMetrics
from tests.reporting.scenes import Scene, clock


def scrape(scene: Scene, at_s: float) -> dict[tuple[str, ...], float]:
    """Samples by name and label values."""
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text_of(scene, at_s))
        for sample in family.samples
    }


def text_of(scene: Scene, at_s: float) -> str:
    board = Board(UTC)
    metrics = LiveMetrics(board)
    metrics.begin()
    for entry in scene.list:
        board.apply(entry)
        metrics.apply(entry)
    return metrics.exposition(clock(at_s)).decode()


def test_counts_waits_and_states() -> None:
    scene = Scene()
    scene.logs_in(0, "ann", team="north")
    scene.turns(0, "ann", "READY")
    scene.logs_in(0, "bob")
    scene.call(10, "a", "ann", wait=15, talk=60)
    scene.lost_call(100, "b", wait=5)
    scene.queued(200, "c")
    samples = scrape(scene, 230)
    assert samples["cordboard_offered_total", "sales"] == 3
    assert samples["cordboard_answered_total", "sales"] == 1
    assert samples["cordboard_abandoned_total", "sales"] == 1
    assert samples["cordboard_waiting", "sales"] == 1
    assert samples["cordboard_longest_wait_seconds", "sales"] == 30
    assert samples["cordboard_talk_seconds_total", "sales"] == 60
    assert samples["cordboard_service_level_ratio", "SL3", "sales", "20"] == 0.5
    assert samples["cordboard_answer_wait_seconds_bucket", "15.0", "sales"] == 1
    assert samples["cordboard_answer_wait_seconds_bucket", "10.0", "sales"] == 0
    assert samples["cordboard_answer_wait_seconds_sum", "sales"] == 15
    assert samples["cordboard_agents", "", "ready"] == 1
    assert samples["cordboard_agents", "login", "not_ready"] == 1
    assert samples["cordboard_facts_total",] == len(scene.list)


def test_a_counter_never_falls() -> None:
    scene = Scene()
    scene.queued(0, "a")
    scene.restarts(10)
    before = scrape(scene, 10)["cordboard_left_total", "unclassified", "sales"]
    scene.queued(11, "a", returned=True)
    assert scrape(scene, 11)["cordboard_left_total", "unclassified", "sales"] == before == 1


def test_no_personal_data_and_every_name_with_its_unit() -> None:
    scene = Scene()
    scene.logs_in(0, "ann-the-agent")
    scene.tell(
        1,
        ContactOffered(
            contact_id=ContactId("secret-id"),
            customer_id=CustomerId("customer-77"),
            caller_number="5551234",
            caller_name="Kim",
        ),
    )
    scene.queued(1, "secret-id", 'a "quoted"\nqueue\\')
    text = text_of(scene, 5)
    for private in ("5551234", "Kim", "customer-77", "secret-id", "ann-the-agent"):
        assert private not in text
    assert list(text_string_to_metric_families(text)), "odd queue names are escaped"
    timed = re.findall(r"# TYPE (\S*(?:wait|talk|hold|wrap_up|speed|time)\S*) ", text)
    assert all("_seconds" in name or name == "cordboard_waiting" for name in timed)


def test_an_empty_centre_can_be_scraped() -> None:
    assert scrape(Scene(), 0)["cordboard_facts_total",] == 0
