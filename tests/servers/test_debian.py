"""Fetching of programs: the parts that need no network."""

from pathlib import Path

import pytest

from tests.servers import debian


@pytest.fixture
def unpacked(tmp_path: Path) -> debian.Unpacked:
    for name in (
        "usr/bin/tool",
        "usr/lib/db/15/bin/server",
        "usr/lib64/ld-linux-x.so.2",
        "usr/lib/x-linux-gnu/libx.so",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    return debian.Unpacked(tmp_path, alone=True)


def test_a_folder_with_its_own_library_uses_its_own_loader(unpacked: debian.Unpacked) -> None:
    root = unpacked.root
    libraries = f"{root}/usr/lib/x-linux-gnu:{root}/usr/lib:{root}/lib"
    loader = f"{root}/usr/lib64/ld-linux-x.so.2"
    assert unpacked.command("tool") == [
        loader,
        "--argv0",
        "tool",
        "--library-path",
        libraries,
        f"{root}/usr/bin/tool",
    ]
    assert unpacked.environment({"A": "b"}) == {"A": "b"}


def test_a_folder_beside_the_machine_uses_the_machines_loader(unpacked: debian.Unpacked) -> None:
    beside = debian.Unpacked(unpacked.root, alone=False)
    assert beside.command("usr/lib/db/*/bin/server") == [f"{beside.root}/usr/lib/db/15/bin/server"]
    assert beside.environment({"LD_LIBRARY_PATH": "/x"})["LD_LIBRARY_PATH"] == f"{beside.library_path}:/x"


def test_a_program_that_is_not_there_is_named(unpacked: debian.Unpacked) -> None:
    with pytest.raises(debian.PackagesError, match="holds no program nothing"):
        unpacked.command("nothing")


def test_a_program_of_the_machine_is_used_as_it_is() -> None:
    assert debian.provide("sh", []).command[0].endswith("/sh")
    assert debian.provide("bin/[s]h", []).command == ["/bin/sh"]


def test_a_half_made_folder_is_made_anew(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made = []

    def make(root: Path, _packages: object, _suites: object) -> None:
        made.append(root)
        root.mkdir(parents=True, exist_ok=True)
        (root / debian.STAMP).write_text("")

    monkeypatch.setattr(debian, "WORK", tmp_path)
    monkeypatch.setattr(debian, "_make", make)
    first = debian.unpack("one", ["a"]).root
    assert debian.unpack("one", ["a"]).root == first
    assert made == [first]
    (first / debian.STAMP).unlink()
    debian.unpack("one", ["a"])
    assert made == [first, first]
    assert debian.unpack("one", ["a", "b"]).root != first
    assert debian.unpack("one", ["a"], suites=["sid"]).root != first
