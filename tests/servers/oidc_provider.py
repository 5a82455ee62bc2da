"""An OpenID provider for tests: `oidc-provider` from npm, which is certified, in a process of its own."""

import fcntl
import os
import shutil
import subprocess
from pathlib import Path

from tests.servers.debian import WORK

FOLDER = Path(__file__).parent / "oidc"
NPM = FOLDER.parents[2] / "tools" / "npm"
START_S = 30


def installed() -> Path:
    """The folder with the provider and all that it needs, as the lock file says."""
    target = WORK / "oidc-provider"
    WORK.mkdir(parents=True, exist_ok=True)
    with (WORK / "oidc-provider.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = (FOLDER / "package-lock.json").read_bytes()
        if not (target / "done").exists() or (target / "done").read_bytes() != wanted:
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(FOLDER, target, ignore=shutil.ignore_patterns("node_modules"))
            subprocess.run([str(NPM), "--prefix", str(target), "ci", "--silent", "--no-progress"], check=True)
            (target / "done").write_bytes(wanted)
    shutil.copy(FOLDER / "provider.js", target)
    return target


class OidcProvider:
    """One provider with one client, which comes back to ``redirect_uri``."""

    def __init__(self, port: int, redirect_uri: str) -> None:
        self.port = port
        self.issuer = f"http://127.0.0.1:{port}"
        folder = installed()
        self._process = subprocess.Popen(
            [str(NPM), "exec", "--offline", "--", "node", "provider.js", str(port), redirect_uri],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "NO_UPDATE_NOTIFIER": "1"},
            start_new_session=True,
        )
        assert self._process.stdout is not None
        said = []
        for line in self._process.stdout:
            said.append(line)
            if line.strip() == "ready":
                return
        raise RuntimeError("".join(said))

    def stop(self) -> None:
        """End it, and what it was started by."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, 15)
        self._process.wait(START_S)
        if self._process.stdout is not None:
            self._process.stdout.close()
