"""Dialplan expressions come to what Asterisk makes of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti_bridge.virtual_pbx.channels import Channel, Party
from cti_bridge.virtual_pbx.dialplan import Location
from cti_bridge.virtual_pbx.endpoints import Endpoint
from cti_bridge.virtual_pbx.expressions import Surroundings, evaluate, expand
from cti_bridge.virtual_pbx.switch import Nobody

AROUND = Surroundings({"HOST": "example"}, lambda: 1_795_345_108_181_748)


def channel() -> Channel:
    one = Channel(
        name="PJSIP/1001-00000001",
        uniqueid="v-1.0",
        linkedid="v-1.0",
        endpoint=Endpoint("1001", context="from-agent"),
        caller=Party("555123", 'Ada "A" Caller'),
        location=Location("from-agent", "*5312", 3),
        created=0,
        far_end=Nobody(),
    )
    one.set_variable("__ACD_CALL", "c-1")
    one.set_variable("empty", "")
    return one


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("plain", "plain"),
        ("${ACD_CALL}", "c-1"),
        ("<${empty}${nothing}>", "<>"),
        ("${HOST}", "example"),
        ("${EXTEN:3}", "12"),
        ("${EXTEN:1:2}", "53"),
        ("${EXTEN:-2}", "12"),
        ("${EXTEN:0:-1}", "*531"),
        ("${CHANNEL}/${UNIQUEID}/${CONTEXT}/${PRIORITY}", "PJSIP/1001-00000001/v-1.0/from-agent/3"),
        ("${CHANNEL(endpoint)}", "1001"),
        ("${CHANNEL(state)}", "Down"),
        ("${CALLERID(num)}", "555123"),
        ("${CALLERID(name)}", 'Ada "A" Caller'),
        ("${FILTER(0-9,${EXTEN})}", "5312"),
        ("${FILTER(+0-9,+49a-b1):0:3}", "+49"),
        ("${FILTER(+*#0-9,*4#;x)}", "*4#"),
        ("${STRFTIME(,UTC,%s.%3q)}", "1795345108.181"),
        ("${STRFTIME(0,UTC,%Y-%m-%d)}", "1970-01-01"),
        ("${EPOCH}", "1795345108"),
        ("${LEN(${EXTEN})}", "5"),
        ('${IF($["${ACD_CALL}" = "c-1"]?yes:no)}', "yes"),
        ('${IF($["a" = "b"]?w:${IF($["b" = "b"]?B:)})}', "B"),
        ("${NOSUCH(x)}", ""),
        ("${URIENCODE(a b&c)}", "a%20b%26c"),
        ("${unclosed", ""),
        ("a$b$", "a$b$"),
    ],
)
def test_values(text: str, value: str) -> None:
    assert expand(text, channel(), AROUND) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"" = ""', "1"),
        ('"a" != "a"', "0"),
        ("3 < 12", "1"),
        ("3 > 12", "0"),
        ('"SUCCESS" = "SUCCESS" & 1 = 2', "0"),
        ("0 | 5", "5"),
        ("!(1 = 1)", "0"),
        ("(1 = 2) | (2 = 2)", "1"),
        ("2 >= 2", "1"),
        (" = 3", "0"),
    ],
)
def test_comparisons(text: str, value: str) -> None:
    assert evaluate(text) == value


@given(st.text(alphabet='${}[]()":ab,12=!&|', max_size=40))
def test_nothing_that_stands_in_a_dialplan_crashes(text: str) -> None:
    assert isinstance(expand(text, channel(), AROUND), str)


@given(st.text(max_size=30))
def test_what_a_caller_is_called_is_never_taken_for_an_expression(name: str) -> None:
    one = channel()
    one.caller = Party("1", name)
    one.set_variable("ACD_NAME", name)
    assert expand("${CALLERID(name)}", one, AROUND) == name
    assert expand("<${ACD_NAME}>", one, AROUND) == f"<{name}>"
