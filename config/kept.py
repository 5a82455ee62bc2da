"""Which items of lists are left when those that are wrong have been taken out, so that places are told as written."""

from typing import Any

from config.errors import KeyPath


class Kept:
    """Takes parts out of data; knows where what is left of a list stood before."""

    def __init__(self) -> None:
        self._left: dict[KeyPath, list[int]] = {}

    def written(self, path: KeyPath) -> KeyPath:
        """The path, in the data as they were written, of what stands at this path now."""
        found: KeyPath = ()
        for part in path:
            left = self._left.get(found) if isinstance(part, int) else None
            found = (*found, part if left is None or not isinstance(part, int) else left[part])
        return found

    def take_out(self, data: Any, paths: set[KeyPath]) -> None:
        """Remove what stands at these paths now, as far as it does."""
        for path in sorted(paths, key=_order, reverse=True):  # of a list the last first: the others stay in place
            holder = data
            for part in path[:-1]:
                holder = holder[part]
            if isinstance(holder, list):
                del self._left.setdefault(self.written(path[:-1]), list(range(len(holder))))[int(path[-1])]
            del holder[path[-1]]


def _order(path: KeyPath) -> list[tuple[int, str]]:
    return [(part, "") if isinstance(part, int) else (-1, part) for part in path]
