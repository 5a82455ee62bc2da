"""The deployed configuration on the real Asterisk: it starts without complaint and has what the daemon needs."""

import re

from tests.asterisk.instance import Asterisk


def test_nothing_complains_at_the_start(private_asterisk: Asterisk) -> None:
    complaints = re.findall(r"^.*\b(?:WARNING|ERROR)\b.*$", private_asterisk.log(), re.MULTILINE)
    assert complaints == []


def test_uniqueids_begin_with_the_system_name(real_asterisk: Asterisk) -> None:
    with real_asterisk.ami() as ami:
        ami.send("Originate", Channel="Local/s@acd-exit", Application="Wait", Data="1", Async="true")
        assert ami.wait_for(Event="Newchannel")["Uniqueid"].startswith("test127-")


def test_channel_events_carry_the_call(real_asterisk: Asterisk) -> None:
    with real_asterisk.ami() as ami:
        ami.send(
            "Originate",
            Channel="Local/s@acd-exit",
            Application="Wait",
            Data="1",
            Async="true",
            Variable="ACD_CALL=c1\nACD_AGENT=1001",
        )
        event = ami.wait_until(lambda message: message.variables().get("ACD_CALL") == "c1")
        assert event.variables() == {
            "ACD_CALL": "c1",
            "ACD_AGENT": "1001",
            "ACD_QUEUE": "",
            "ACD_SINCE": "",
            "ACD_DNIS": "",
        }
        assert float(event["Timestamp"]) > 1.7e9


def test_the_daemons_user_has_no_commands(real_asterisk: Asterisk) -> None:
    with real_asterisk.ami() as ami:
        ami.send("Command", Command="core show version")
        assert ami.wait_for(Response="Error")["Message"] == "Permission denied"


def test_an_instance_comes_back_after_a_kill(private_asterisk: Asterisk) -> None:
    private_asterisk.kill()
    private_asterisk.start()
    assert private_asterisk.channels() == 0
