"""Several voices on the real Asterisk, on a line as noisy as the worst of the accuracy table, and on a worse one."""

import time
from collections.abc import Iterator

import pytest

from tests.asterisk.instance import Asterisk
from tests.asterisk.phones import Phones
from tests.e2e.daemon import Daemon
from tests.e2e.listening import ENGLISH, LONG_HZ, NEXT_HZ, STOPS_WITHIN_S, arrive, quickest, serve, write_flow
from tests.e2e.voices import LOUDEST_NOISE, VOICES, noise_of_the_line, said

pytestmark = pytest.mark.xdist_group("speech")


@pytest.fixture(scope="module")
def english(asterisk_of_session: Asterisk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    folder = tmp_path_factory.mktemp("voices")
    flow = write_flow(folder, ENGLISH, 0)
    at = flow.index("  account:\n")
    flow = flow[:at] + flow[at:].replace("next: bye", "next: to_support", 1)
    yield from serve(asterisk_of_session, folder, flow, recognisers={"en": {"engine": "moonshine"}})


@pytest.mark.parametrize("voice", VOICES)
def test_billing_in_noise(english: Daemon, phones: Phones, voice: str) -> None:
    speech = said("billing", voice)

    def stopped_after() -> float:
        caller = arrive(english, phones, noise_of_the_line(5.0))
        began = caller.say(speech)
        assert caller.wait("ContactQueued").queue == "sales"
        assert [f.choice for f in caller.facts("MenuInputGiven")] == ["billing"]
        caller.leave()
        return caller.last_heard(LONG_HZ) - began

    assert quickest(stopped_after) < STOPS_WITHIN_S


@pytest.mark.parametrize("voice", VOICES)
def test_yes_in_noise(english: Daemon, phones: Phones, voice: str) -> None:
    speech = said("yes", voice)
    caller = arrive(english, phones, noise_of_the_line(5.0))
    caller.press("3")
    caller.wait_node("sure")
    caller.wait_hears(NEXT_HZ)
    caller.call.say(speech)
    assert caller.wait("ContactQueued").queue == "support"
    assert [f.mode for f in caller.facts("MenuInputGiven")] == ["dtmf", "speech"]
    caller.leave()


@pytest.mark.parametrize("voice", VOICES)
def test_an_account_number_in_noise(english: Daemon, phones: Phones, voice: str) -> None:
    speech = said("four seven one nine two five", voice)
    caller = arrive(english, phones, noise_of_the_line(5.0))
    caller.press("2")
    caller.wait_node("account")
    caller.wait_hears(NEXT_HZ)
    caller.call.say(speech)
    assert caller.wait("ContactQueued").attributes["account"] == "471925"
    assert [f.mode for f in caller.facts("MenuInputGiven")] == ["dtmf", "speech"]
    caller.leave()


def test_noise_alone_is_nobody_who_speaks(english: Daemon, phones: Phones) -> None:
    """Four times as loud as the table's worst: the prompt goes on until somebody speaks, understood or not."""
    speech = said("billing")

    def stopped_after() -> float:
        caller = arrive(english, phones, noise_of_the_line(5.0, 4 * LOUDEST_NOISE))
        time.sleep(3.0)
        assert caller.hears_still(LONG_HZ)
        assert not caller.facts("MenuInputGiven")
        began = caller.say(speech)
        assert caller.wait("MenuInputGiven").mode == "speech"
        caller.leave()
        return caller.last_heard(LONG_HZ) - began

    assert quickest(stopped_after, 2 * STOPS_WITHIN_S) < 2 * STOPS_WITHIN_S
