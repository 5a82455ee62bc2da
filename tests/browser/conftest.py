"""Chromium, a centre on the virtual switch, and people in front of it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.cable import Cable
from tests.browser.centre import Centre
from tests.browser.people import People
from tests.servers import chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of a module."""
    program = chromium.provide()
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(
            executable_path=program.command[0], args=[*chromium.ARGUMENTS], env={**program.environment}
        )
        try:
            yield found
        finally:
            found.close()


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    """One centre for all tests of a module."""
    one = Centre(tmp_path_factory.mktemp("centre"))
    try:
        yield one
    finally:
        one.stop()
    assert "Traceback" not in one.log, one.log[-5000:]


@pytest.fixture
def people(browser: Browser, centre: Centre) -> Iterator[People]:
    """Those who come to one test; afterwards all hang up and go home, and no page's script stumbled."""
    present = People(browser, centre.base, centre.passwords)
    try:
        yield present
    finally:
        trouble = present.go_home()
        centre.clear()
    assert trouble == []


@pytest.fixture
def cable(centre: Centre) -> Iterator[Cable]:
    """A network to the centre that can be cut."""
    one = Cable(centre.port)
    yield one
    one.close()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that asks for a browser needs a server, and shares it with its module's other tests."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.server)
            item.add_marker(pytest.mark.xdist_group(f"browser-{item.path.stem}"))
