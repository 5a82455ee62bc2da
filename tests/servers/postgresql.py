"""A PostgreSQL server for tests: found, installed or unpacked, on a socket in a folder of its own."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg

from tests.servers.debian import PackagesError, install, is_root, unpack

PACKAGES = ("postgresql",)
USER = "cordboard"
START_S = 30


def _installed(root: Path = Path("/")) -> Path | None:
    found = sorted(root.glob("usr/lib/postgresql/*/bin"), key=lambda path: int(path.parent.name))
    return next((path for path in reversed(found) if (path / "initdb").exists()), None)


def provide() -> tuple[Path, dict[str, str]]:
    """The folder of the server's programs, and the environment that they want."""
    programs = _installed()
    if programs is None and is_root():
        # without Debian's own cluster, which would start a server for the whole machine
        settings = Path("/etc/postgresql-common/createcluster.d/cordboard.conf")
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.write_text("create_main_cluster = false\nstart_conf = manual\n")
        install(PACKAGES)
        programs = _installed()
    if programs is not None:
        return programs, dict(os.environ)
    unpacked = unpack("postgresql", PACKAGES)
    programs = _installed(unpacked.root)
    if programs is None:
        raise PackagesError(f"{unpacked.root} holds no PostgreSQL server")
    return programs, unpacked.environment()


class PostgresqlServer:
    """One server with a cluster of its own. `stop` and `start` again keep the data; `destroy` does not.

    Unless it is to be `durable` it does not wait for the disk: for all but benchmarks.
    """

    def __init__(self, *, durable: bool = False) -> None:
        self._durable = durable
        self._programs, self._environment = provide()
        # the server refuses to run as root; a short path, because a socket's may have 107 bytes only
        self._owner = next((name for name in ("postgres", "nobody") if is_root() and _exists(name)), None)
        self.folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
        if self._owner is not None:
            os.chown(self.folder, pwd.getpwnam(self._owner).pw_uid, -1)
        self._process: subprocess.Popen[bytes] | None = None
        self._run("initdb", "-D", str(self.folder / "data"), "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C")

    def start(self) -> None:
        """Start the server, and return when it answers."""
        data = str(self.folder / "data")
        command = [str(self._programs / "postgres"), "-D", data, "-k", str(self.folder), "-c", "listen_addresses="]
        if not self._durable:
            command += ["-c", "fsync=off"]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command, env=self._environment, user=self._owner, cwd=self.folder, stdout=log, stderr=log
            )
        deadline = time.monotonic() + START_S
        while True:
            try:
                psycopg.connect(self.dsn("postgres")).close()
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError((self.folder / "log").read_text()) from None
                time.sleep(0.05)
            else:
                return

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Break all connections and stop, with everything written (SIGINT) or at once (SIGQUIT)."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(START_S)
            self._process = None

    def destroy(self) -> None:
        """Stop, and remove the data."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder)

    def dsn(self, database: str) -> str:
        return f"host={self.folder} user={USER} dbname={database}"

    def emptied_database(self, name: str = "test") -> str:
        """The address, as `cordboard` takes it, of a database without tables; what it held is gone."""
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                connection.execute(f"CREATE DATABASE {name}")
        with psycopg.connect(self.dsn(name)) as connection:
            connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        return f"postgresql://{USER}@/{name}?host={self.folder}"

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), *arguments]
        done = subprocess.run(
            command,
            env=self._environment,
            user=self._owner,
            cwd=self.folder,
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
        )
        if done.returncode != 0:
            raise RuntimeError(f"{program}: {done.stderr}")


def _exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True
