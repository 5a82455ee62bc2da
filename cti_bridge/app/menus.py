"""Flows, sounds, entry points and recognisers from the settings."""

from collections import Counter
from collections.abc import Mapping

import msgspec
import structlog

from config.models import Settings
from config.telephony import Recogniser as RecogniserSettings
from cti_bridge.app.entry_points import entry_points_from
from cti_bridge.app.flow_archive import FlowArchive
from cti_bridge.app.opening import Opening
from cti_bridge.app.prompts import sounds_folder
from cti_bridge.shell.calls import Call
from cti_bridge.shell.coordinator import Coordinator
from cti_bridge.shell.errands import Customers, NoCustomers
from cti_bridge.shell.http_lookup import HttpLookups
from cti_bridge.shell.menus import Menus, Sounds, Tally
from facts.time import from_seconds
from ivr import entry_points
from ivr.checks import Known
from ivr.errors import IvrError
from ivr.flow import Collect, Confirm, Flow, Menu, Survey
from ivr.flow_library import FlowLibrary
from ivr.loader import load_shipped, with_shipped_known
from ivr.prompts.library import SoundLibrary
from ivr.speech.recogniser import Recogniser, RecogniserMissing
from ivr.speech.voice_activity import VoiceSettings

log = structlog.get_logger(__name__)


class DialledNumbers:
    """Which flow answers a dialled number, by calendar, caller's prefix, share, load, and the emergency switch.

    A number that nobody has is answered by the flow of the first entry point. ``thrown``: the entry points whose
    switch is thrown (``*``: all), and by whom.
    """

    def __init__(self, points: tuple[entry_points.EntryPoint, ...], opening: Opening, country: str, last: str) -> None:
        self.thrown: dict[str, str] = {}
        self._opening = opening
        self._country = country
        self.follow(points, last)

    def follow(self, points: tuple[entry_points.EntryPoint, ...], last: str) -> None:
        """Go by these numbers from now on; ``last``: the flow of a number that nobody has."""
        self._points = points
        self._last = last
        self._limited = any(point.most_calls is not None for point in points)

    def answer(self, call: Call, coordinator: Coordinator) -> entry_points.Answer:
        """The flow, and the entry point that the dialled number belongs to."""
        given = entry_points.Circumstances(
            caller=call.caller_number,
            region=self._country,
            open_calendars=self._opening.open_now(coordinator.now()),
            emergencies=frozenset(self.thrown),
            calls=self._calls(coordinator, call) if self._limited else {},
            lot=entry_points.lot_of(call.contact_id),
        )
        found = entry_points.answer(self._points, call.dialled, given)
        if found is None:
            return entry_points.Answer(entry_point=call.dialled, flow=self._last, language=None, why="no entry point")
        return found

    def emergency_flows(self) -> dict[str, str | None]:
        """Every entry point, and the flow that answers while its switch is thrown (None: it has none)."""
        return {point.name: point.emergency for point in self._points}

    def _calls(self, coordinator: Coordinator, arriving: Call) -> Mapping[str, int]:
        return Counter(call.entry_point for call in coordinator.calls if call is not arriving)

    def region_of(self, number: str) -> str:
        """The country of a caller's number."""
        return entry_points.country_of(number, self._country)


def library_of(settings: Settings) -> FlowLibrary:
    """The site's own flow files, which may go into shipped ones. Raises :class:`ivr.errors.FlowError`."""
    return FlowLibrary(tuple(path.expanduser() for path in settings.flows), with_shipped_known(None, {}))


def known_of(settings: Settings) -> Known:
    """What flows may refer to: queues and opening hours of the settings, and shipped flows."""
    known = Known(queues=frozenset(settings.queues), calendars=frozenset(settings.opening_hours))
    return with_shipped_known(known, {})


def with_shipped(settings: Settings, own: Mapping[str, Flow]) -> dict[str, Flow]:
    """The shipped flows and the site's own, which may replace shipped ones of the same name."""
    return with_threshold({**load_shipped(), **own}, settings.speech.threshold)


def flow_titles(settings: Settings, own: Mapping[str, Flow]) -> dict[str, str]:
    """What people call the flows that have a title, by name."""
    return {name: flow.file.title for name, flow in with_shipped(settings, own).items() if flow.file.title}


def with_threshold(flows: Mapping[str, Flow], threshold: float) -> dict[str, Flow]:
    """Flows in which every node that says nothing else asks back below the site's threshold."""
    return {name: _with_threshold(flow, threshold) for name, flow in flows.items()}


def _with_threshold(flow: Flow, threshold: float) -> Flow:
    usual = Confirm(prompts=(), yes="yes", no="no").confirm_below
    nodes = {
        name: msgspec.structs.replace(node, confirm_below=threshold)
        if isinstance(node, Menu | Collect | Confirm | Survey) and node.confirm_below == usual
        else node
        for name, node in flow.file.nodes.items()
    }
    return msgspec.structs.replace(flow, file=msgspec.structs.replace(flow.file, nodes=nodes))


def menus_of(
    settings: Settings,
    sounds: Sounds | None = None,
    library: FlowLibrary | None = None,
    customers: Customers | None = None,
) -> Menus:
    """What answers callers; without ``customers`` nobody is known."""
    flows = with_shipped(settings, (library or library_of(settings)).flows)
    opening = Opening(settings)
    points = entry_points_from(settings)
    return Menus(
        flows,
        sounds or sounds_of(settings),
        DialledNumbers(points, opening, settings.site.country, _last_flow(points, flows)),
        hours=opening,
        lookups=HttpLookups(),
        customers=customers or NoCustomers(),
        counts=Tally(),
        versions=archive_of(settings),
    )


def archive_of(settings: Settings) -> FlowArchive:
    """The flows of before, by version."""
    return FlowArchive(settings.home.expanduser() / "flow-versions")


def follow_menus(menus: Menus, settings: Settings) -> None:
    """Dialled numbers and opening hours go by these settings from now on; calls finish as they began."""
    if isinstance(menus.hours, Opening):
        menus.hours.follow(settings)
    if isinstance(menus.entry_points, DialledNumbers):
        points = entry_points_from(settings)
        menus.entry_points.follow(points, _last_flow(points, menus.flows))


def _last_flow(points: tuple[entry_points.EntryPoint, ...], flows: Mapping[str, Flow]) -> str:
    return points[0].flow if points else next(iter(flows))


def voice_settings_of(settings: Settings) -> VoiceSettings:
    """How speech is told from silence."""
    return VoiceSettings(end_us=from_seconds(settings.speech.end_silence_s))


def recognisers_of(settings: Settings) -> dict[str, Recogniser]:
    """What understands callers, by language. Slow: models are loaded. One that is missing is told: keys only then."""
    found: dict[str, Recogniser] = {}
    for language, wanted in settings.speech.recognisers.items():
        try:
            found[language] = _recogniser(wanted, language, settings.speech.workers)
        except IvrError as error:
            log.error("recogniser_missing", language=language, reason=str(error))  # noqa: TRY400 - the reason says it all
    return found


def _recogniser(wanted: RecogniserSettings, language: str, workers: int) -> Recogniser:
    if wanted.engine == "moonshine":
        from ivr.speech.moonshine_recogniser import MoonshineRecogniser  # noqa: PLC0415 - an optional extra

        return MoonshineRecogniser(model=wanted.model, processes=workers)
    from ivr.speech.vosk_recogniser import VoskRecogniser  # noqa: PLC0415 - loads 25 MB

    if wanted.model is None:
        raise RecogniserMissing(f"speech.recognisers.{language}: vosk comes without a model; name its folder in model")
    return VoskRecogniser(wanted.model.expanduser(), threads=workers)


def sounds_of(settings: Settings) -> SoundLibrary:
    """The folder of rendered prompts; what is missing there is told once."""
    return SoundLibrary(
        sounds_folder(settings),
        voices=settings.prompts.voices,
        level_dbfs=settings.prompts.level_dbfs,
        on_missing=_tell_missing,
    )


def _tell_missing(language: str, name: str) -> None:
    log.warning("prompt_missing", language=language, prompt=name, mend="cordboard flow prompts --render")
