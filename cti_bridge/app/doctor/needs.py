"""What the daemon and its dialplan need of Asterisk, as tables."""

from typing import Final

from cti_bridge.shell.translate import WANTED

READ_CLASSES: Final = {
    "system": "FullyBooted: when Asterisk is ready; PeerStatus: phones that are gone",
    "call": "channels, bridges, dialling, hold",
    "user": "the dialplan's own events (AcdWaiting, AcdTalked …)",
}
"""Classes of events that the AMI account has to receive."""

WRITE_ACTIONS: Final = {
    "Originate": ("originate", "ring agents"),
    "Redirect": ("call", "send callers elsewhere"),
    "Hangup": ("call", "end calls"),
    "Bridge": ("call", "join calls"),
    "Setvar": ("call", "mark calls"),
    "ModuleCheck": ("system", "record, mute, and see what is loaded"),
    "CoreShowChannels": ("reporting", "take over the calls that are there after a restart"),
}
"""Actions that the account has to be allowed, the class in ``write =`` that allows each, and what it is for."""

EVENTS: Final = frozenset(name for name in WANTED if not name.endswith("Complete"))
"""Events that no filter may hide."""

CHANNEL_VARIABLES: Final = ("ACD_CALL", "ACD_AGENT", "ACD_QUEUE", "ACD_SINCE", "ACD_DNIS")
"""What ``channelvars`` has to name, so that every event tells whose call it is."""

CONTEXTS: Final = {
    "acd-entry": "every call comes through it",
    "acd-wait": "callers wait there",
    "acd-leg": "agents' legs fetch the waiting caller",
    "acd-talked": "callers are there when the agent hung up first",
    "acd-exit": "the last sentence",
    "acd-hold": "customers on hold are there",
    "acd-keep": "agents' legs are there meanwhile",
    "acd-add": "third parties come through it into a talk",
    "acd-dial": "agents' own calls",
    "acd-spy": "supervisors listen there",
    "acd-transfer": "transfers go there",
    "acd-outward": "asks before phones dial outside; without it they go around calls.dialling",
    "acd-agent": "feature codes of the phones",
}
"""Contexts of the dialplan."""

MODULES: Final = {
    "pbx_config": "the dialplan itself",
    "res_agi": "voice menus (AGI)",
    "app_userevent": "events of the dialplan",
    "app_dial": "dialling",
    "app_playback": "prompts",
    "app_stack": "subroutines of the dialplan",
    "res_musiconhold": "music for waiting callers",
    "bridge_simple": "talks of two",
    "chan_pjsip": "SIP phones and trunks",
    "res_rtp_asterisk": "audio",
    "func_channel": "which phone dials (CHANNEL)",
    "func_callerid": "caller-ID",
    "func_cut": "texts in the dialplan",
    "func_logic": "conditions in the dialplan",
    "func_strings": "texts in the dialplan",
    "res_manager_devicestate": "events when phones come and go",
}
"""Modules without which calls fail."""

WISHED_MODULES: Final = {
    "app_bridgeaddchan": "a third party joins a talk",
    "app_chanspy": "supervisors listen",
    "app_confbridge": "conferences",
    "app_mixmonitor": "recording",
    "res_mutestream": "agents mute themselves from the console",
    "app_senddtmf": "agents press keys from the console",
    "res_pjsip_notify": "phones are answered from the console",
    "app_audiosocket": "callers who speak",
    "app_playtones": "busy and congestion tones",
    "format_wav": "recordings",
}
"""Modules that single features need."""

WEB_PHONE_MODULES: Final = {
    "res_http_websocket": "the WebSocket of browsers",
    "res_pjsip_transport_websocket": "SIP over it",
    "res_crypto": "certificates",
    "res_srtp": "encrypted audio; without it every call to a browser fails at once",
}
"""Modules without which no browser is a phone."""

OPUS_MODULES: Final = ("codec_opus_open_source", "codec_opus")
"""One of them translates opus; the second is Sangoma's."""

OLDEST_VERSION: Final = 20
"""The oldest major version of Asterisk on which the dialplan works."""

SOUNDS: Final = ("vm-goodbye", "vm-nobodyavail", "silence/1")
"""Sounds that the dialplan itself plays."""
