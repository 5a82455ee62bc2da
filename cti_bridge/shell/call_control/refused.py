"""The one error of call control."""

from typing import Any

from cti_bridge.shell.call_control.situations import REASONS


class ActRefused(Exception):  # noqa: N818 - an answer, not a fault
    """The act cannot be done, or did not come true. ``reason_id`` is stable, ``words`` are English.

    ``present``: how things are now (a desk contact), where there is something to show. ``detail``: the switch's words.
    """

    def __init__(self, reason_id: str, present: Any = None, detail: str = "") -> None:
        self.reason_id = reason_id
        self.words = REASONS[reason_id]
        self.present = present
        self.detail = detail
        super().__init__(self.words + (f" ({detail})" if detail else ""))
