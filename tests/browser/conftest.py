"""A real site on a port of this machine, and Debian's Chromium to look at it with."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
import uvicorn
from playwright.async_api import Browser, async_playwright

from service import app
from service.settings import Settings, Site
from tests.conftest import SECRET, Clock
from tests.flows.conftest import Town
from tests.flows.conftest import installation as installation  # one for the whole package: a module that imports it gets one of its own
from tests.flows.conftest import town as town
from tests.support.visitor import Visitor

CHROMIUM = "/usr/bin/chromium"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """One Chromium for the whole run; a test opens contexts of its own in it."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def site(database: None, clock: Clock) -> AsyncIterator[str]:
    """The address of the application, served over HTTP from this test's database and clock."""
    listening = socket.create_server(("127.0.0.1", 0))
    address = f"http://localhost:{listening.getsockname()[1]}"
    built = app.build(settings=Settings(secret=SECRET, site=Site(url=address)), clock=clock, connect=False)
    server = uvicorn.Server(uvicorn.Config(built, log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    yield address
    server.should_exit = True
    await serving


@pytest_asyncio.fixture(loop_scope="session", params=["desk", "phone without JavaScript"])
async def visitor(request: pytest.FixtureRequest, chromium: Browser, town: Town) -> AsyncIterator[Visitor]:
    """Both kinds of visitors; nothing they meet may break the page's own rules."""
    on_desk = request.param == "desk"
    size = {"width": 1280, "height": 900} if on_desk else {"width": 390, "height": 844}
    context = await chromium.new_context(viewport=size, java_script_enabled=on_desk, locale="en-GB", reduced_motion="reduce")  # type: ignore[arg-type]
    page = await context.new_page()
    page.set_default_timeout(15_000)
    errors: list[str] = []
    page.on(
        "console", lambda message: errors.append(message.text) if message.type == "error" and "status of 422" not in message.text else None
    )
    yield Visitor(page, town, errors)
    assert errors == []
    await context.close()
