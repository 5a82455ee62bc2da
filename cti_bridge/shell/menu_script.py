"""The FastAGI script for callers: a menu that listens where speech can be understood, else one of keys."""

from collections.abc import Callable, Mapping

from twisted.internet.interfaces import IDelayedCall, IReactorFromThreads

from cti_bridge.shell.agi_server import AgiSession, Script
from cti_bridge.shell.audiosocket_server import AudioSocketServer
from cti_bridge.shell.clock import Clock
from cti_bridge.shell.coordinator import Coordinator
from cti_bridge.shell.menu_session import MenuSession
from cti_bridge.shell.menus import Menus
from cti_bridge.shell.voice_session import Voice, VoiceSession
from facts.time import Instant
from ivr.speech.recogniser import Recogniser
from ivr.speech.voice_activity import VoiceSettings


class Ears:
    """What understands callers, and the line on which they are heard."""

    def __init__(
        self,
        reactor: IReactorFromThreads,
        clock: Clock,
        audio: AudioSocketServer,
        recognisers: Mapping[str, Recogniser],
        settings: VoiceSettings,
    ) -> None:
        self.audio = audio
        self.recognisers = recognisers
        self.settings = settings
        self._reactor = reactor
        self._clock = clock

    def in_reactor(self, function: Callable[[], None]) -> None:
        """Call in the reactor's thread."""
        self._reactor.callFromThread(function)

    def call_at(self, instant: Instant, function: Callable[[], None]) -> IDelayedCall:
        """Wake at an instant."""
        return self._clock.call_at(instant, function)


def menu_script(menus: Menus, coordinator: Coordinator, voice: Voice | None) -> Script:
    """The script; without ``voice`` all menus are of keys."""

    async def run(session: AgiSession) -> None:
        if voice is not None and voice.recognisers:
            await VoiceSession(session, coordinator, menus, voice).run()
        else:
            await MenuSession(session, coordinator, menus).run()

    return run
