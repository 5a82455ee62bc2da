"""AMI actions that list what there is: channels, bridges, devices, endpoints."""

from cti_bridge.virtual_pbx.ami_answers import channel_of, error, listing, value_of
from cti_bridge.virtual_pbx.ami_session import AmiSession
from cti_bridge.virtual_pbx.channels import Channel, Header, clock_text, shown, shown_name
from cti_bridge.virtual_pbx.endpoints import Endpoint
from cti_bridge.wire.ami import AmiMessage
from facts.time import SECOND

_DEVICE_TEXTS = {
    "NOT_INUSE": "Not in use",
    "INUSE": "In use",
    "RINGING": "Ringing",
    "RINGINUSE": "Ring+Inuse",
    "ONHOLD": "On Hold",
    "UNAVAILABLE": "Unavailable",
}


def show_channels(session: AmiSession, message: AmiMessage) -> None:
    """Every channel: where it is, and with whom."""
    switch = session.switch
    items: list[tuple[str, list[Header]]] = [
        (
            "CoreShowChannel",
            [
                *switch.snapshot(channel),
                ("Application", channel.application),
                ("ApplicationData", channel.application_data),
                ("Duration", clock_text(switch.now - channel.created)),
                ("BridgeId", channel.bridge.uniqueid if channel.bridge is not None else ""),
            ],
        )
        for channel in reversed(switch.channels.values())
    ]
    listing(session, message, "Channels will follow", items, ("CoreShowChannelsComplete",))


def status(session: AmiSession, message: AmiMessage) -> None:
    """One channel or all, with the variables that are asked for."""
    switch = session.switch
    channels = list(switch.channels.values())
    if message.get("Channel"):
        one = channel_of(session, message)
        if one is None:
            return
        channels = [one]
    asked = [name.strip() for name in (message.get("Variables") or "").split(",") if name.strip()]
    session.answer(message, "Success", [("EventList", "start"), ("Message", "Channel status will follow")])
    for channel in channels:
        # Here the ActionID comes last, unlike in other lists.
        headers = [("Privilege", "Call"), *_status_headers(session, channel, asked)]
        session.tell(message, "Status", headers)
    count = str(len(channels))
    done = [("EventList", "Complete"), ("ListItems", count), ("Items", count)]
    session.tell(message, "StatusComplete", done)


def _status_headers(session: AmiSession, channel: Channel, asked: list[str]) -> list[Header]:
    return [
        *session.switch.snapshot(channel),
        ("Type", "PJSIP"),
        ("DNID", channel.dialled_number),
        ("EffectiveConnectedLineNum", shown(channel.connected.number)),
        ("EffectiveConnectedLineName", shown_name(channel.connected.name)),
        ("TimeToHangup", "0"),
        ("BridgeID", channel.bridge.uniqueid if channel.bridge is not None else ""),
        ("Application", channel.application or "(null)"),
        ("Data", channel.application_data or ("" if channel.application else "(null)")),
        ("Nativeformats", "(alaw)"),
        ("Readformat", "alaw"),
        ("Readtrans", ""),
        ("Writeformat", "alaw"),
        ("Writetrans", ""),
        ("Callgroup", "0"),
        ("Pickupgroup", "0"),
        ("Seconds", str((session.switch.now - channel.created) // SECOND)),
        *[("Variable", f"{name}={value_of(session, name, channel) or '(null)'}") for name in asked],
    ]


def device_states(session: AmiSession, message: AmiMessage) -> None:
    """The state of every phone and trunk."""
    items: list[tuple[str, list[Header]]] = [
        ("DeviceStateChange", [("Device", endpoint.device), ("State", endpoint.announced)])
        for endpoint in session.switch.endpoints.values()
    ]
    listing(session, message, "Device State Changes will follow", items, ("DeviceStateListComplete",))


def endpoints(session: AmiSession, message: AmiMessage) -> None:
    """Phones and trunks with their registrations."""
    items: list[tuple[str, list[Header]]] = [
        (
            "EndpointList",
            [
                ("ObjectType", "endpoint"),
                ("ObjectName", endpoint.name),
                ("Transport", "udp"),
                ("Aor", endpoint.name),
                ("Auths", "" if endpoint.name == "trunk" else endpoint.name),
                ("OutboundAuths", ""),
                ("Contacts", f"{endpoint.name}/{endpoint.contact}," if endpoint.reachable else ""),
                ("DeviceState", _DEVICE_TEXTS[endpoint.device_state()]),
                ("ActiveChannels", str(len(endpoint.channels))),
            ],
        )
        for endpoint in session.switch.endpoints.values()
    ]
    text = "A listing of Endpoints follows, presented as EndpointList events"
    listing(session, message, text, items, ("EndpointListComplete",))


def contacts(session: AmiSession, message: AmiMessage) -> None:
    """What has registered."""
    items: list[tuple[str, list[Header]]] = [
        ("ContactList", _contact_headers(session, endpoint))
        for endpoint in session.switch.endpoints.values()
        if endpoint.reachable and endpoint.name != "trunk"
    ]
    if not items:
        error(session, message, "No Contacts found")
        return
    text = "A listing of Contacts follows, presented as ContactList events"
    listing(session, message, text, items, ("ContactListComplete",))


def _contact_headers(session: AmiSession, endpoint: Endpoint) -> list[Header]:
    return [
        ("ObjectType", "contact"),
        ("ObjectName", f"{endpoint.name};@virtual"),
        ("ViaAddr", "127.0.0.1"),
        ("QualifyTimeout", "3.000000"),
        ("Qualify2xxOnly", "false"),
        ("CallId", f"virtual-{endpoint.name}"),
        ("RegServer", session.switch.settings.system_name),
        ("PruneOnBoot", "no"),
        ("Path", ""),
        ("Endpoint", endpoint.name),
        ("ViaPort", "5060"),
        ("AuthenticateQualify", "no"),
        ("Uri", endpoint.contact),
        ("QualifyFrequency", "0"),
        ("UserAgent", ""),
        ("ExpirationTime", str(session.switch.now // SECOND + 300)),
        ("OutboundProxy", ""),
        ("Status", "NonQualified"),
        ("RoundtripUsec", "N/A"),
    ]


def bridges(session: AmiSession, message: AmiMessage) -> None:
    """Every bridge."""
    items: list[tuple[str, list[Header]]] = [
        ("BridgeListItem", list(bridge.headers())) for bridge in session.switch.bridges.values()
    ]
    listing(session, message, "Bridge listing will follow", items, ("BridgeListComplete",))


def bridge_info(session: AmiSession, message: AmiMessage) -> None:
    """Who is in a bridge."""
    bridge = session.switch.bridges.get(message.get("BridgeUniqueid") or "")
    if bridge is None:
        error(session, message, "Bridge not found")
        return
    items: list[tuple[str, list[Header]]] = [
        ("BridgeInfoChannel", list(session.switch.snapshot(channel))) for channel in bridge.channels
    ]
    listing(session, message, "Bridge channel listing will follow", items, ("BridgeInfoComplete",))
