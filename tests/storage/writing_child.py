"""A process that writes facts until it is killed, and says on standard output what has been committed.

python -m tests.storage.writing_child ADDRESS SPOOL [--file-limit BYTES]
"""

import resource
import signal
import sys
import threading
import time
from pathlib import Path

from storage.journal import open_journal
from storage.writer import JournalWriter
from tests.storage.entries import NODE, calls


def say(word: object) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def until_killed(address: str, spool: Path) -> None:
    """Write without end."""
    with open_journal(address) as journal:
        writer = JournalWriter(journal, spool, window_s=0.001, on_committed=say)
        while True:
            for entry in calls(20, first_seq=writer.last_seq(NODE) + 1):
                writer.put(entry)
            time.sleep(0.002)


def on_a_full_disk(address: str, spool: Path, limit: int) -> None:
    """Write more than files may hold, then with room again; what is kept where is said."""
    trouble, back = threading.Event(), threading.Event()
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with open_journal(address) as journal:
        writer = JournalWriter(
            journal, spool, retry_s=0.05, on_trouble=lambda error: (trouble if error else back).set()
        )
        _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, most))
        for entry in calls(2000):
            writer.put(entry)
        trouble.wait(20)
        until = time.monotonic() + 20
        while "journal.spool" not in writer.state.trouble and time.monotonic() < until:
            time.sleep(0.02)  # the spool fills up as well
        say(writer.state.waiting > 0)
        say(writer.state.trouble)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
        back.wait(20)
        say(writer.close())


if __name__ == "__main__":
    if len(sys.argv) > 3:
        on_a_full_disk(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
    else:
        until_killed(sys.argv[1], Path(sys.argv[2]))
