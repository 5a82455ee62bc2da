"""The bus of facts for other programs, as the settings want it."""

from collections.abc import Callable

import msgspec

from config.models import Settings
from cti_bridge.shell.redis_bus import BusOptions, BusState, RedisBus
from facts.ids import NodeName
from reporting.metrics.health import Health


def bus_of(settings: Settings, snapshot: Callable[[], bytes]) -> RedisBus | None:
    """The bus; None where no Redis is set."""
    to = settings.redis
    if to.url is None:
        return None
    options = BusOptions(
        url=to.url,
        node=NodeName(settings.node.name),
        prefix=to.prefix,
        stream_length=to.stream_length,
        snapshot_every_s=to.snapshot_every_s,
        personal=to.personal,
    )
    return RedisBus(options, None if to.password is None else to.password.get_secret_value(), snapshot)


def with_bus(health: Health, state: BusState) -> Health:
    """The daemon's health with that of the bus."""
    return msgspec.structs.replace(
        health,
        redis_connected=state.is_connected,
        redis_waiting=state.waiting,
        redis_written=state.written,
        redis_dropped=state.dropped,
    )


def bus_away(bus: RedisBus) -> str:
    """Why other programs get no facts; empty when they do."""
    state = bus.state
    if state.is_connected:
        return ""
    return (
        f"Redis is away ({state.trouble or 'not connected yet'}): {state.waiting} facts wait, {state.dropped} dropped"
    )
