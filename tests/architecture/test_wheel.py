"""The wheel holds the packages and their data, and nothing that belongs to the repository alone."""

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.sources import PACKAGES, ROOT, tracked

BUILD = "import sys; from setuptools.build_meta import build_wheel; print(build_wheel(sys.argv[1]))"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    """Built from a copy, so that the checkout stays as it is."""
    folder = tmp_path_factory.mktemp("wheel")
    for path in tracked():
        if path.startswith((*(f"{package}/" for package in PACKAGES), "tests/", "deploy/")) or "/" not in path:
            (folder / "source" / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, folder / "source" / path)
    built = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", BUILD, str(folder)],
        cwd=folder / "source",
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert built.returncode == 0, built.stderr
    with zipfile.ZipFile(folder / built.stdout.split()[-1]) as opened:
        yield opened


def test_it_holds_our_packages_and_no_others(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist() if ".dist-info/" not in name}
    assert tops == set(PACKAGES)


def test_every_module_and_data_file_is_in_it(wheel: zipfile.ZipFile) -> None:
    kinds = (".py", ".yaml", ".json", ".sql", ".html", ".ini", ".mako", ".conf", ".typed", ".wav", ".js", ".css")
    ours = {path for path in tracked() if path.startswith(tuple(f"{package}/" for package in PACKAGES))}
    wanted = {path for path in ours if path.endswith(kinds) and not path.startswith("agent_console/ui/")}
    assert wanted - set(wheel.namelist()) == set()


def test_it_makes_the_command(wheel: zipfile.ZipFile) -> None:
    (points,) = [name for name in wheel.namelist() if name.endswith("entry_points.txt")]
    assert "cordboard = cti_bridge.app.main:main" in wheel.read(points).decode()


def test_it_carries_its_licence(wheel: zipfile.ZipFile) -> None:
    assert any(name.endswith("licenses/LICENSE") for name in wheel.namelist())


@pytest.mark.parametrize("folder", ["tests", "deploy", "docs"])
def test_what_is_only_for_the_repository_stays_there(wheel: zipfile.ZipFile, folder: str) -> None:
    assert Path(ROOT / folder).is_dir()
    assert not [name for name in wheel.namelist() if name.startswith(f"{folder}/")]
