"""Who is in one room: the channels of a bridge, and of all bridges that Local channels join to it.

A Local channel is nobody. Asterisk makes pairs of them (``…;1`` and ``…;2``) when a phone consults by its keys: what
enters one end comes out at the other. So people in two bridges with a pair between them hear each other.
"""

from collections.abc import Collection, Iterable, Iterator

_LOCAL = "Local/"


class Rooms:
    """Every channel of the switch that is in a bridge, known to us or not."""

    def __init__(self) -> None:
        self._bridge_of: dict[str, str] = {}
        self._in: dict[str, set[str]] = {}
        self._names: dict[str, str] = {}
        self._ends: dict[str, str] = {}

    def clear(self) -> None:
        """Forget everything, before the switch is asked anew."""
        for held in (self._bridge_of, self._in, self._names, self._ends):
            held.clear()

    def enter(self, channel_id: str, channel: str, bridge: str) -> None:
        """A channel came into a bridge."""
        self.leave(channel_id)
        self._bridge_of[channel_id] = bridge
        self._in.setdefault(bridge, set()).add(channel_id)
        self._names[channel_id] = channel
        if channel.startswith(_LOCAL):
            self._ends[channel] = channel_id

    def leave(self, channel_id: str, bridge: str = "") -> None:
        """A channel left its bridge; ``bridge``: only if it is this one."""
        present = self._bridge_of.get(channel_id)
        if present is None or (bridge and bridge != present):
            return
        del self._bridge_of[channel_id]
        members = self._in[present]
        members.discard(channel_id)
        if not members:
            del self._in[present]
        self._ends.pop(self._names.pop(channel_id, ""), None)

    def take_place(
        self, channel_id: str, channel: str, of: str, *, bridge: str = "", before: Collection[str] = ("",)
    ) -> None:
        """A channel stands where another stood: Asterisk has exchanged what is behind them, and says no more of it.

        ``bridge``: where the other one stands, if that is known already, though it may be told later. ``before``: where
        the channel may be still, as its leaving there is told sooner or later.
        """
        bridge = bridge or self._bridge_of.get(of, "")
        if bridge and self._bridge_of.get(channel_id, "") in before:
            self.leave(of)
            self.enter(channel_id, channel, bridge)

    def move(self, channel_id: str, channel: str, bridge: str, *, before: Collection[str]) -> None:
        """A channel is in ``bridge``, whatever of it is told sooner or later; unless it has gone on from there."""
        if self._bridge_of.get(channel_id, "") in before:
            self.enter(channel_id, channel, bridge)

    def name(self, channel_id: str) -> str:
        """A channel's name, as long as it is in a bridge."""
        return self._names.get(channel_id, "")

    def room(self, channel_id: str) -> str:
        """The room that a channel is in; ``""``: in none. Rooms of one name are one."""
        bridge = self._bridge_of.get(channel_id)
        return "" if bridge is None else min(self._joined(bridge))

    def around(self, channel_id: str) -> set[str]:
        """Everybody in the room of a channel, the channel itself and Local ones included."""
        bridge = self._bridge_of.get(channel_id)
        if bridge is None:
            return {channel_id}
        return {member for joined in self._joined(bridge) for member in self._in[joined]}

    def people(self, channel_id: str) -> list[str]:
        """The same without Local channels."""
        return sorted(member for member in self.around(channel_id) if not self.is_local(member))

    def is_local(self, channel_id: str) -> bool:
        """Whether a channel is nobody."""
        return self._names.get(channel_id, "").startswith(_LOCAL)

    def _joined(self, bridge: str) -> Iterable[str]:
        """This bridge and those that pairs of Local channels join to it."""
        found, new = {bridge}, [bridge]
        while new:
            for other in self._next(new.pop()):
                if other not in found:
                    found.add(other)
                    new.append(other)
        return found

    def _next(self, bridge: str) -> Iterator[str]:
        for member in self._in[bridge]:
            name = self._names[member]
            if name.startswith(_LOCAL):
                other = self._ends.get(name[:-1] + ("2" if name.endswith("1") else "1"))
                if other is not None:
                    yield self._bridge_of[other]
