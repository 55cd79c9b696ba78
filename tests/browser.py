"""Chromium for tests marked `browser`: found, or the tests are skipped; with CI=true, required."""

import os
import shutil
from typing import Any

import pytest

# Playwright keeps an event loop running in the tests' thread, beside which Django would refuse to
# query. The tests themselves are synchronous from end to end.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

CANDIDATES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """Return the path of a Chromium on this machine: $CHROMIUM, or one of the usual names."""
    given = os.environ.get("CHROMIUM")
    return given or next((path for name in CANDIDATES if (path := shutil.which(name))), None)


def is_required() -> bool:
    return os.environ.get("CI", "").lower() in {"1", "true"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("browser") is not None:
            item.add_marker(pytest.mark.django_db(transaction=True))
            item.add_marker(pytest.mark.filterwarnings("ignore"))
            if find_chromium() is None and not is_required():
                item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    path = find_chromium()
    if path is None:
        pytest.fail("CI=true requires a Chromium, and there is none: install Debian's chromium.")
    # Root in a container has no user namespace for Chromium's sandbox.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": path, "args": arguments}
