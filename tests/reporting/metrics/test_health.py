"""The daemon's own health in Prometheus' format."""

from prometheus_client import CollectorRegistry, generate_latest

from reporting.metrics.health import Health, HealthMetrics


def scraped(health: Health) -> list[str]:
    registry = CollectorRegistry()
    registry.register(HealthMetrics(lambda: health))
    return generate_latest(registry).decode().splitlines()


FINE = Health(
    facts_waiting=0,
    spool_bytes=0,
    has_journal_trouble=False,
    is_under_pressure=False,
    is_switch_connected=True,
    agi_sessions=3,
)


def test_what_is_fine_and_what_nobody_knows() -> None:
    lines = scraped(FINE)
    assert "cordboard_switch_connected 1.0" in lines
    assert "cordboard_agi_sessions 3.0" in lines
    assert not any(line.startswith(("cordboard_tables_behind", "cordboard_menu_trouble_total")) for line in lines)
    assert not any("speech_decision" in line for line in lines)


def test_troubles_of_menus_and_decisions_of_recognisers() -> None:
    health = Health(
        **{name: getattr(FINE, name) for name in FINE.__struct_fields__[:6]},
        menu_troubles={"speech_failed": 2, "lookup_failed": 1},
        speech_decisions={0.1: 3, 0.5: 4, float("inf"): 1},
        speech_decisions_s=5.5,
    )
    lines = scraped(health)
    assert 'cordboard_menu_trouble_total{what="speech_failed"} 2.0' in lines
    assert 'cordboard_speech_decision_seconds_bucket{le="0.5"} 7.0' in lines
    assert 'cordboard_speech_decision_seconds_bucket{le="+Inf"} 8.0' in lines
    assert "cordboard_speech_decision_seconds_count 8.0" in lines
    assert "cordboard_speech_decision_seconds_sum 5.5" in lines
