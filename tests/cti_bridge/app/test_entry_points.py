"""Dialled numbers of the settings lead where they say."""

from config.models import Settings
from config.telephony import EntryPoint, Route
from cti_bridge.app.entry_points import entry_points_from
from ivr.entry_points import Circumstances, answer

SETTINGS = Settings(
    entry_points={
        "8000": EntryPoint(
            flow="main",
            language="en",
            routes=(Route(flow="night", closed="office"), Route(flow="chinese", prefixes=("+86",), language="zh")),
            emergency="fire",
            most_calls=2,
            overflow="busy",
        ),
        "81*": EntryPoint(flow="other"),
    }
)


def flow_of(dialled: str, **given: object) -> tuple[str, str | None] | None:
    open_now = frozenset(["office"]) if given.pop("open", True) else frozenset()
    found = answer(entry_points_from(SETTINGS), dialled, Circumstances(open_calendars=open_now, **given))  # type: ignore[arg-type]  # by name
    return None if found is None else (found.flow, found.language)


def test_each_condition_leads_to_its_flow() -> None:
    assert flow_of("8000") == ("main", "en")
    assert flow_of("8000", open=False) == ("night", "en")
    assert flow_of("8000", caller="+8675512345678") == ("chinese", "zh")
    assert flow_of("8000", emergencies=frozenset({"8000"})) == ("fire", "en")
    assert flow_of("8000", calls={"8000": 2}) == ("busy", "en")
    assert flow_of("8123") == ("other", None)
    assert flow_of("9000") is None
