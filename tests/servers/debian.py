"""Programs out of Debian's packages for the tests: installed with root, unpacked into a folder without.

Two ways to unpack, both through the machine's own `apt-get` with a private state folder, so that
nothing is installed, no package database is locked and no root is needed:

* *beside* the machine's own packages: only what the machine lacks is unpacked, and the programs
  use the machine's C library (`Unpacked.environment`);
* *alone*: the packages with all that they depend on, C library included, so that packages of a
  later Debian run on an older one, started with the folder's own loader (`Unpacked.command`).

A folder is complete or not there: it is made under another name and renamed at the end. Its name
carries a digest of what was asked for, so a changed request never meets an old folder. Only the
standard library is used: `make setup` runs this file before there is a virtual environment.

    python3 tests/servers/debian.py unpack NAME PACKAGE...    prints the folder
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

FORMAT = "1"
"""Part of every folder's digest: to be raised when unpacking changes."""

WORK = Path(os.environ.get("CORDBOARD_WORK", Path(__file__).resolve().parents[2] / ".work"))
"""Where fetched programs and the run folders of tests are kept between runs."""

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
STAMP = ".complete"


class PackagesError(Exception):
    """The packages could not be had; the text says which, and what apt said."""


@dataclass(frozen=True)
class Unpacked:
    """A folder of unpacked packages. `alone`: it holds its own C library and loader."""

    root: Path
    alone: bool

    @property
    def library_path(self) -> str:
        """The folders of its shared libraries, joined as LD_LIBRARY_PATH has them."""
        found = [*self.root.glob("usr/lib/*-linux-gnu*"), *self.root.glob("lib/*-linux-gnu*")]
        return ":".join(str(path) for path in [*found, self.root / "usr/lib", self.root / "lib"])

    def find(self, program: str) -> Path:
        """The file of `program` (a bare name, or a path with `*` in it) in the folder."""
        for place in ("usr/sbin", "usr/bin", "sbin", "bin", "usr/games", "."):
            for path in sorted(self.root.glob(f"{place}/{program}")):
                if path.is_file():
                    return path
        raise PackagesError(f"{self.root} holds no program {program}")

    def command(self, program: str) -> list[str]:
        """The beginning of the command line that runs `program` out of the folder."""
        path = str(self.find(program))
        if not self.alone:
            return [path]
        loaders = sorted(self.root.glob("usr/lib*/ld-linux*.so.*")) or sorted(
            self.root.glob("usr/lib/*-linux-gnu*/ld-linux*.so.*")
        )
        if not loaders:
            raise PackagesError(f"{self.root} holds no program loader (package libc6)")
        return [str(loaders[0]), "--argv0", program, "--library-path", self.library_path, path]

    def environment(self, base: Mapping[str, str] = os.environ) -> dict[str, str]:
        """The environment that `command` wants."""
        changed = dict(base)
        if not self.alone:
            changed["LD_LIBRARY_PATH"] = ":".join(filter(None, [self.library_path, base.get("LD_LIBRARY_PATH")]))
        return changed


@dataclass(frozen=True)
class Program:
    """How to run a program that `provide` found, installed or unpacked."""

    command: list[str]
    environment: dict[str, str]


def is_root() -> bool:
    """Whether packages may be installed on this machine."""
    return os.geteuid() == 0


def install(packages: Sequence[str]) -> None:
    """Install `packages` on the machine. Needs root."""
    # in "run level 1" a package's install script does not start its server
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    with _locked("apt"):
        log = ""
        for command in (
            ["install", "--no-install-recommends", *packages],
            ["update"],
            ["install", "--no-install-recommends", *packages],
        ):
            done = _apt(command, environment)
            log = done.stdout
            if done.returncode == 0 and command[0] == "install":
                return
    raise PackagesError(f"apt-get could not install {' '.join(packages)}:\n{_tail(log)}")


def unpack(name: str, packages: Sequence[str], *, suites: Sequence[str] = ()) -> Unpacked:
    """Unpack `packages` into a folder under `WORK`, or find them there.

    Without `suites` they come from the machine's own Debian, beside what is installed on it. With
    `suites` (tried in order) they come from the first of these that has them all, and are complete
    with everything that they depend on.
    """
    request = "\n".join([FORMAT, *packages, "--", *suites])
    digest = hashlib.sha256(request.encode()).hexdigest()[:10]
    root = WORK / "debian" / f"{name}-{digest}"
    unpacked = Unpacked(root, alone=bool(suites))
    if not (root / STAMP).exists():
        with _locked(root.name):
            if not (root / STAMP).exists():
                _make(root, packages, suites)
    return unpacked


def provide(program: str, packages: Sequence[str], *, may_install: bool = True) -> Program:
    """A program of the machine's own Debian: as it is there, else installed, else unpacked.

    `program` is a name on the PATH, or a path such as `usr/lib/postgresql/*/bin/postgres`. Without
    `may_install` it is unpacked with root too: for servers, whose packages would make clusters and
    users on the machine.
    """
    path = on_machine(program)
    if path is None and may_install and is_root() and shutil.which("apt-get"):
        install(packages)
        path = on_machine(program)
    if path is not None:
        return Program([path], dict(os.environ))
    unpacked = unpack(Path(program).name, packages)
    return Program(unpacked.command(program), unpacked.environment())


def on_machine(program: str) -> str | None:
    """Where a program is installed, by its name or its path with `*` in it; None: it is not."""
    if "/" not in program:
        return shutil.which(program)
    return next((str(path) for path in sorted(Path("/").glob(program)) if os.access(path, os.X_OK)), None)


def _make(root: Path, packages: Sequence[str], suites: Sequence[str]) -> None:
    """Download and unpack in a folder beside `root`; rename it when all is there."""
    for tool in ("apt-get", "dpkg-deb"):
        if shutil.which(tool) is None:
            raise PackagesError(f"{tool} is not on this machine: the tests' servers need a Debian or a relative")
    root.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{root.name}.", dir=root.parent) as folder:
        work = Path(folder)
        archives = _download(work, packages, suites)
        made = work / "root"
        made.mkdir()
        for archive in archives:
            _run(["dpkg-deb", "-x", str(archive), str(made)], f"{archive.name} could not be unpacked")
        _link_merged_folders(made)
        (made / STAMP).write_text("".join(f"{path.name}\n" for path in archives))
        made.chmod(0o755)
        if root.exists():
            shutil.rmtree(root)
        made.rename(root)


def _download(work: Path, packages: Sequence[str], suites: Sequence[str]) -> list[Path]:
    """Fetch the archives of `packages` with apt's own checks of signatures and digests."""
    said = ""
    for suite in suites or ("",):
        options = _private_apt(work, suite)
        for command in (["update"], ["install", "--download-only", *packages]):
            done = _apt([*options, *command])
            said = done.stdout
            if done.returncode != 0:
                break
        else:
            return sorted((work / "cache" / "archives").glob("*.deb"))
    where = f"the suites {', '.join(suites)}" if suites else "the machine's own sources"
    raise PackagesError(f"{where} did not give {' '.join(packages)}:\n{_tail(said)}")


def _private_apt(work: Path, suite: str) -> list[str]:
    """Options that give apt-get a state of its own; with `suite` also sources and no installed packages."""
    for folder in ("state", "cache"):
        shutil.rmtree(work / folder, ignore_errors=True)
    (work / "state/lists/partial").mkdir(parents=True)
    (work / "cache/archives/partial").mkdir(parents=True)
    settings = {
        "Dir::State": work / "state",
        "Dir::Cache": work / "cache",
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
        # the date of a test machine may be anything; the signatures are still checked
        "Acquire::Check-Valid-Until": "false",
        "Acquire::Check-Date": "false",
        "APT::Sandbox::User": "",
        "Debug::NoLocking": "true",
    }
    status = Path("/var/lib/dpkg/status")
    if suite:
        status = work / "status"
        status.write_text("")
        sources = work / "sources.list"
        sources.write_text(f"deb [signed-by={KEYRING}] {_mirror()} {suite} main\n")
        settings |= {
            "Dir::Etc::sourcelist": sources,
            "Dir::Etc::sourceparts": "/dev/null",
            "Dir::Etc::preferences": "/dev/null",
            "Dir::Etc::preferencesparts": "/dev/null",
        }
    settings["Dir::State::status"] = status
    return [part for key, value in settings.items() for part in ("-o", f"{key}={value}")]


def _mirror() -> str:
    """The address of the Debian archive that the machine's own sources name."""
    named = os.environ.get("CORDBOARD_DEBIAN_MIRROR")
    candidates = [named] if named else [uri for uri in _sources() if "security" not in uri]
    if not candidates:
        raise PackagesError("apt's sources name no Debian archive: set CORDBOARD_DEBIAN_MIRROR to its address")
    return next((uri for uri in candidates if uri.rstrip("/").endswith("/debian")), candidates[0])


def _sources() -> Iterator[str]:
    """Every archive address in apt's sources, in both of their notations."""
    folder = Path("/etc/apt/sources.list.d")
    for path in sorted(folder.glob("*.sources")):
        for line in path.read_text().splitlines():
            if line.startswith("URIs:"):
                yield from line.split()[1:]
    for path in [Path("/etc/apt/sources.list"), *sorted(folder.glob("*.list"))]:
        for line in path.read_text().splitlines() if path.is_file() else ():
            words = line.split("]")[-1].split() if "[" in line else line.split()[1:]
            if line.startswith("deb ") and words:
                yield words[0]


def _link_merged_folders(root: Path) -> None:
    """`/bin` and its like are links into `/usr`, which the package base-files would have made."""
    for name in ("bin", "sbin", "lib", "lib64"):
        if (root / "usr" / name).is_dir() and not (root / name).exists():
            (root / name).symlink_to(f"usr/{name}")


def _apt(arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    command = ["apt-get", "-q", "-y", "-o", "APT::Install-Recommends=false", "-o", "Acquire::Retries=3", *arguments]
    return subprocess.run(
        command,
        check=False,
        env=None if environment is None else dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=900,
    )


def _run(command: Sequence[str], complaint: str) -> None:
    done = subprocess.run(command, check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        raise PackagesError(f"{complaint}:\n{_tail(done.stderr)}")


def _tail(text: str, lines: int = 12) -> str:
    return "\n".join(text.splitlines()[-lines:])


@contextmanager
def _locked(name: str) -> Iterator[None]:
    """One process at a time, among all the test workers of this checkout."""
    folder = WORK / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main(arguments: Sequence[str]) -> int:
    """`unpack NAME PACKAGE...`: prints the folder's path."""
    if len(arguments) < 3 or arguments[0] != "unpack":
        sys.stderr.write("usage: debian.py unpack NAME PACKAGE...\n")
        return 2
    try:
        unpacked = unpack(arguments[1], arguments[2:])
    except PackagesError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{unpacked.root}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
