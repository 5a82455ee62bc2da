"""Programs of the tests that need a reactor, and so a process, of their own."""

import subprocess
import sys


def run_python(program: str, *arguments: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
    """Run a Python program text and wait for it."""
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=timeout,
        stdin=subprocess.DEVNULL,
    )
