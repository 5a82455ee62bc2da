"""Record what a real Asterisk with the deployed configuration sends over AMI in whole calls.

    python -m tests.transcripts.record [NAME...]

Writes tests/transcripts/NAME.ami: every byte that one AMI client received, from the banner to the
Goodbye. SIP, audio and keys are real. README.md tells what each is; it is made of the first lines of
the scenarios' docstrings.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.asterisk.agi import AgiServer, AgiSession
from tests.asterisk.ami import AmiClient, Message
from tests.asterisk.desk import Desk, Leg
from tests.asterisk.instance import Asterisk, new_instance
from tests.asterisk.phones import Phones
from tests.sip_phone import Answer, Call, Reject, Ring, audio

HERE = Path(__file__).parent
HEAD = """# AMI recordings

What one AMI client received from Asterisk 22 with the configuration of `deploy/asterisk`, byte for
byte: the banner, the answer to its log-in, events and answers, the Goodbye. What it sent is not in the
files. Made anew by `python -m tests.transcripts.record`; only the folder of the test's Asterisk and
its AGI token are replaced in the bytes. Callers 5551230001 and following come through the trunk;
1001 to 1030 are agents' phones. User `cordboard` of `manager.conf` (what the daemon sees) unless
*everything* is said: then a user without filter and with all classes. Files that begin with `made-`
were written by hand.

| file | what happens |
| --- | --- |
"""


class Scene:
    """What a scenario works with."""

    def __init__(self, asterisk: Asterisk, ami: AmiClient) -> None:
        self.asterisk = asterisk
        self.ami = ami
        self.desk = Desk(ami)
        self.phones = Phones(asterisk)

    def call(self, number: str = "5551230001", *, name: str = "Ada Caller", key: str = "2") -> tuple[Call, Message]:
        """A call that presses a key in the menu and then waits."""
        call = self.phones.call("8123", number=number, name=name)
        call.wait_answered()
        call.press(key)
        return call, self.desk.waiting()

    def talk(self, agent: str = "1001", *, whisper: str = "") -> tuple[Call, Message, Leg, Call]:
        """A caller who talks with an agent."""
        phone = self.phones.agent(agent, Answer(after=0.4))
        caller, waiting = self.call()
        leg = self.desk.offer(waiting, agent, whisper=whisper)
        answered = phone.expect_ring()
        self.desk.joined()
        time.sleep(0.4)
        return caller, waiting, leg, answered


Scenario = Callable[[Scene], None]
SCENARIOS: dict[str, Scenario] = {}
EVERYTHING: set[str] = set()
RARE: dict[str, Callable[[bytes], bool]] = {"attended-transfer-masqueraded": lambda data: b"SwapUniqueid" not in data}
"""Scenarios that go differently from run to run: what has to be seen before a new recording replaces the old one."""

TRIES = 10


def scenario(*, everything: bool = False) -> Callable[[Scenario], Scenario]:
    """Register a scenario under its function's name."""

    def register(function: Scenario) -> Scenario:
        name = function.__name__.replace("_", "-")
        SCENARIOS[name] = function
        if everything:
            EVERYTHING.add(name)
        return function

    return register


def menu(session: AgiSession) -> None:
    """The menu of all scenarios: a sentence, one key, a queue."""
    if session.request.startswith("agent?"):
        session.command("ANSWER")
        session.command('STREAM FILE auth-thankyou ""')
        return
    session.command("ANSWER")
    spoken = session.command('STREAM FILE vm-options "0123456789*#"')
    # a key that interrupts the sentence is the answer
    if spoken.startswith("200 result=0") and session.command("WAIT FOR DIGIT 4000").startswith("200 result=-1"):
        return
    session.command("SET VARIABLE ACD_QUEUE sales")


@scenario()
def answered_agent_ends(scene: Scene) -> None:
    """Menu, queue, offered to 1001, whisper, talk; the agent hangs up first."""
    caller, _, _, agent = scene.talk(whisper="vm-goodbye")
    agent.hang_up()
    caller.wait_ended()


@scenario()
def answered_caller_ends(scene: Scene) -> None:
    """The same without a whisper; the caller hangs up first."""
    caller, _, _, agent = scene.talk("1002")
    caller.hang_up()
    agent.wait_ended()


@scenario()
def abandoned_in_menu(scene: Scene) -> None:
    """The caller hangs up while the menu speaks."""
    caller = scene.phones.call("8123")
    caller.wait_answered()
    time.sleep(0.5)
    caller.hang_up()


@scenario()
def abandoned_waiting(scene: Scene) -> None:
    """The caller hangs up in the music."""
    caller, _ = scene.call()
    time.sleep(1.5)
    caller.hang_up()


@scenario()
def abandoned_ringing(scene: Scene) -> None:
    """The caller hangs up while the agent's phone rings; then the leg is ended with cause 26."""
    phone = scene.phones.agent("1001", Ring())
    caller, waiting = scene.call()
    leg = scene.desk.offer(waiting, "1001")
    phone.expect_ring()
    time.sleep(0.5)
    caller.hang_up()
    scene.ami.wait_for(Event="Hangup", Channel=waiting["Channel"])
    scene.desk.hang_up(leg.channel, 26)


def _second(scene: Scene, waiting: Message) -> None:
    phone = scene.phones.agent("1002", Answer(after=0.3))
    scene.desk.offer(waiting, "1002")
    agent = phone.expect_ring()
    scene.desk.joined()
    time.sleep(0.3)
    agent.hang_up()
    scene.ami.wait_for(UserEvent="AcdTalked")


@scenario()
def no_answer_then_second_agent(scene: Scene) -> None:
    """1001 rings for 1 s in vain, then 1002 answers."""
    scene.phones.agent("1001", Ring())
    _, waiting = scene.call()
    scene.desk.offer(waiting, "1001", ring_s=1)
    scene.ami.wait_for(Event="OriginateResponse", Response="Failure")
    _second(scene, waiting)


@scenario()
def busy_then_second_agent(scene: Scene) -> None:
    """1001 answers 486, then 1002 answers."""
    scene.phones.agent("1001", Reject(486))
    _, waiting = scene.call()
    scene.desk.offer(waiting, "1001")
    scene.ami.wait_for(Event="OriginateResponse", Response="Failure")
    _second(scene, waiting)


@scenario()
def rejected_by_button(scene: Scene) -> None:
    """1001 rings, then declines with 603; the caller gives up."""
    scene.phones.agent("1001", Reject(603, after=0.5))
    caller, waiting = scene.call()
    scene.desk.offer(waiting, "1001")
    scene.ami.wait_for(Event="OriginateResponse", Response="Failure")
    caller.hang_up()


@scenario()
def not_registered(scene: Scene) -> None:
    """1003 is not registered: the offer fails at once."""
    caller, waiting = scene.call()
    scene.desk.offer(waiting, "1003")
    scene.ami.wait_for(Event="OriginateResponse", Response="Failure")
    caller.hang_up()


@scenario()
def hold_by_phone(scene: Scene) -> None:
    """The agent's phone holds for 1 s by re-INVITE."""
    caller, _, _, agent = scene.talk()
    agent.hold()
    time.sleep(1)
    agent.resume()
    time.sleep(0.3)
    caller.hang_up()


@scenario()
def hold_by_daemon(scene: Scene) -> None:
    """Redirect to acd-hold and acd-keep, Bridge again, twice; the caller hangs up while held the third time."""
    caller, waiting, leg, _ = scene.talk()
    for _ in range(2):
        scene.desk.take_apart(waiting["Channel"], leg)
        time.sleep(0.3)
        scene.desk.join(leg.channel, waiting["Channel"])
    scene.desk.take_apart(waiting["Channel"], leg)
    caller.hang_up()
    scene.ami.wait_for(Event="Hangup", Channel=waiting["Channel"])
    scene.desk.hang_up(leg.channel)


@scenario()
def blind_transfer_by_phone(scene: Scene) -> None:
    """1001 sends REFER to 1002, who answers."""
    phone = scene.phones.agent("1002", Answer(after=0.3))
    caller, _, _, agent = scene.talk()
    agent.transfer("1002")
    answered = phone.expect_ring()
    answered.wait_answered()
    time.sleep(0.4)
    caller.hang_up()


@scenario()
def attended_transfer_by_phone(scene: Scene) -> None:
    """1001 holds, calls 1002, and joins both by REFER with Replaces."""
    phone = scene.phones.agent("1002", Answer(after=0.3))
    caller, _, _, agent = scene.talk()
    agent.hold()
    consultation = agent.phone.call("1002")
    phone.expect_ring().wait_answered()
    consultation.wait_answered()
    agent.transfer_to(consultation)
    agent.wait_transferred()
    time.sleep(0.4)
    caller.hang_up()


@scenario()
def attended_transfer_masqueraded(scene: Scene) -> None:
    """The same as Asterisk does it once in thirty times: no second BridgeEnter, one channel takes another's place."""
    attended_transfer_by_phone(scene)


def _consult(scene: Scene) -> tuple[Call, Message, Leg, Leg]:
    scene.phones.agent("1002", Answer(after=0.3))
    caller, waiting, leg, _ = scene.talk()
    scene.desk.take_apart(waiting["Channel"], leg)
    consulted = scene.desk.offer(waiting, "1002", context="acd-keep")
    scene.ami.wait_for(UserEvent="AcdKept", Agent="1002")
    scene.desk.join(leg.channel, consulted.channel)
    time.sleep(0.3)
    return caller, waiting, leg, consulted


@scenario()
def consultation_handed_over(scene: Scene) -> None:
    """Hold, consultation of 1002, caller and 1002 joined, 1001 out, the caller hangs up."""
    caller, waiting, leg, consulted = _consult(scene)
    scene.desk.join(waiting["Channel"], consulted.channel)
    scene.ami.wait_for(UserEvent="AcdKept", Agent="1001")
    scene.desk.hang_up(leg.channel)
    time.sleep(0.3)
    caller.hang_up()


@scenario()
def conference(scene: Scene) -> None:
    """Hold, consultation of 1002, the caller added (BridgeAdd), 1002 out again, the agent hangs up."""
    _, waiting, leg, consulted = _consult(scene)
    scene.desk.set(waiting["Channel"], "ACD_TO", leg.channel)
    scene.desk.redirect(waiting["Channel"], "acd-add")
    scene.ami.wait_for(Event="BridgeEnter", Channel=waiting["Channel"])
    time.sleep(0.3)
    scene.desk.hang_up(consulted.channel)
    time.sleep(0.3)
    scene.desk.hang_up(leg.channel)
    scene.ami.wait_for(UserEvent="AcdHeld")
    scene.desk.redirect(waiting["Channel"], "acd-talked")


@scenario()
def transfer_to_busy_agent(scene: Scene) -> None:
    """Redirect of a talking caller to acd-transfer,1002, who is busy: the caller waits again."""
    scene.phones.agent("1002", Reject(486))
    caller, waiting, _, _ = scene.talk()
    scene.desk.redirect(waiting["Channel"], "acd-transfer", "1002")
    scene.desk.waiting()
    caller.hang_up()


@scenario()
def recorded_and_supervised(scene: Scene) -> None:
    """MixMonitor on the caller, paused once; 1010 listens, then whispers; the agent hangs up."""
    phone = scene.phones.agent("1010", Answer(after=0.3))
    _, waiting, leg, agent = scene.talk()
    scene.ami.action("MixMonitor", Channel=waiting["Channel"], File="talk.wav")
    spying = scene.desk.spy(leg, "1010", "listen")
    phone.expect_ring()
    scene.ami.wait_for(Event="ChanSpyStart")
    for state in ("1", "0"):
        scene.ami.action("MixMonitorMute", Channel=waiting["Channel"], Direction="both", State=state)
        time.sleep(0.2)
    scene.desk.set(spying.channel, "ACD_SPYMODE", "whisper")
    scene.desk.redirect(spying.channel, "acd-spy")
    scene.ami.wait_for(Event="ChanSpyStart")
    scene.ami.action("StopMixMonitor", Channel=waiting["Channel"])
    agent.hang_up()
    scene.ami.wait_for(UserEvent="AcdSpyEnd")


@scenario()
def click_to_dial(scene: Scene) -> None:
    """1001 is rung, then 5557001 through the trunk; the customer hangs up."""
    scene.phones.agent("1001")
    world = scene.phones.world(Answer(after=0.4))
    scene.desk.dial("1001", "5557001")
    customer = world.expect_ring()
    customer.wait_answered()
    time.sleep(0.4)
    customer.hang_up()
    scene.ami.wait_for(UserEvent="AcdDialEnd")


@scenario()
def two_callers_at_once(scene: Scene) -> None:
    """Two callers wait, two agents answer, all interleaved."""
    phones = [scene.phones.agent(number, Answer(after=0.3)) for number in ("1001", "1002")]
    calls = [scene.phones.call("8123", number=f"555123000{n}") for n in (1, 2)]
    for call in calls:
        call.wait_answered()
    for call in calls:
        call.press("1")
    for phone in phones:
        scene.desk.offer(scene.desk.waiting(), phone.user)
    agents = [phone.expect_ring() for phone in phones]
    for agent in agents:
        agent.wait_for("acknowledged")
    time.sleep(0.4)
    for agent in agents:
        agent.hang_up()
    for call in calls:
        call.wait_ended()


@scenario()
def strange_callers(scene: Scene) -> None:
    """Caller-IDs with quotes, commas, header look-alikes, Chinese, bytes that are not UTF-8, 3000 characters."""
    for name in ('"', "Queue: vip\\", "a,Call: b", "客户 Ünal", "\udcff\udc80 broken", "x" * 3000, "${EXTEN} $[1+1]"):
        caller, _ = scene.call(name=name)
        caller.hang_up()
        scene.ami.wait_for(Event="Hangup")


@scenario()
def feature_codes(scene: Scene) -> None:
    """1001 dials *51, *52, *531 and *54."""
    phone = scene.phones.agent("1001")
    for code in ("*51", "*52", "*531", "*54"):
        phone.call(code).wait_ended()


@scenario()
def phone_registers_and_leaves(scene: Scene) -> None:
    """1011 registers, and takes it back."""
    phone = scene.phones.agent("1011")
    scene.ami.wait_for(Event="DeviceStateChange")
    phone.unregister()


@scenario()
def daemon_comes_back(scene: Scene) -> None:
    """One caller waits, one talks: the lists that a daemon asks for after its start, and refused actions."""
    caller, waiting, _, _ = scene.talk()
    second, _ = scene.call("5551230002")
    scene.ami.list("CoreShowChannels", "CoreShowChannelsComplete")
    scene.ami.list("Status", "StatusComplete", Variables="ACD_CALL,ACD_QUEUE", AllVariables="false")
    scene.ami.list("BridgeList", "BridgeListComplete")
    scene.ami.list("DeviceStateList", "DeviceStateListComplete")
    scene.ami.list("PJSIPShowContacts", "ContactListComplete")
    scene.ami.action("Getvar", Channel=waiting["Channel"], Variable="ACD_SINCE")
    for name, headers in (
        ("Command", {"Command": "core show channels"}),
        ("Redirect", {"Channel": "PJSIP/gone-1", "Context": "acd-wait", "Exten": "s", "Priority": "1"}),
        ("Bridge", {"Channel1": "PJSIP/gone-1", "Channel2": waiting["Channel"]}),
        ("NoSuchAction", {}),
    ):
        scene.ami.send(name, **headers)
        scene.ami.wait_for(Response="Error")
    second.hang_up()
    caller.hang_up()


@scenario(everything=True)
def keys_in_the_audio_unfiltered(scene: Scene) -> None:
    """*everything*: keys 2, then 159*0# as RFC 4733 events to a waiting caller's channel, `Command` output."""
    caller, _ = scene.call()
    caller.press("159*0#")
    scene.ami.action("Command", Command="core show channels verbose")
    scene.ami.action("Command", Command="dialplan show acd-leg")
    scene.ami.action("Command", Command="core show version")
    caller.hang_up()


@scenario(everything=True)
def keys_by_sip_info_unfiltered(scene: Scene) -> None:
    """*everything*: key 3 by SIP INFO in the menu."""
    caller = scene.phones.call("8123")
    caller.wait_answered()
    caller.press("3", by="info")
    scene.desk.waiting()
    caller.say(audio.tone(600, 0.2))
    caller.hang_up()


@scenario(everything=True)
def answered_unfiltered(scene: Scene) -> None:
    """*everything*: as answered-agent-ends, with every event that there is."""
    answered_agent_ends(scene)


@scenario()
def reload_and_shutdown(scene: Scene) -> None:
    """A caller waits, Asterisk reloads, then shuts down: no Goodbye."""
    scene.call()
    with scene.asterisk.observer() as observer:
        observer.action("Command", Command="core reload")
        time.sleep(0.5)
    scene.ami.drain()
    scene.asterisk.stop()


def record(asterisk: Asterisk, name: str) -> bytes:
    """Play one scenario; the bytes."""
    ami = asterisk.observer() if name in EVERYTHING else asterisk.ami()
    scene = Scene(asterisk, ami)
    with AgiServer(asterisk.host, asterisk.agi_port, menu):
        try:
            stopped = name == "reload-and-shutdown"
            SCENARIOS[name](scene)
            if not stopped:
                # every call ends as the dialplan ends it, not by phones that are switched off
                asterisk.wait_idle()
        finally:
            if not stopped:
                scene.phones.close()
    if not stopped:
        ami.drain()
    data = ami.read_rest() if stopped else ami.logoff()
    data = data.replace(str(asterisk.folder).encode(), b"/srv/asterisk")
    return data.replace(asterisk.agi_token.encode(), b"AGI-TOKEN")


def main(names: list[str]) -> int:
    """Record the named scenarios, or all of them and the README."""
    for name in names or SCENARIOS:
        asterisk = new_instance("record")
        try:
            tries = (record(asterisk, name) for _ in range(TRIES if name in RARE else 1))
            kept = next((data for data in tries if RARE.get(name, bool)(data)), None)
            if kept is not None:
                (HERE / f"{name}.ami").write_bytes(kept)
        finally:
            asterisk.remove(keep_logs=False)
        sys.stdout.write(f"{name}\n")
    rows = (f"| {name} | {(function.__doc__ or '').splitlines()[0]} |\n" for name, function in SCENARIOS.items())
    (HERE / "README.md").write_text(HEAD + "".join(rows), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
