"""A real site on a port of this machine, and Debian's Chromium to look at it with."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest_asyncio
import uvicorn
from playwright.async_api import Browser, async_playwright

from service import app
from service.settings import Settings, Site
from tests.conftest import SECRET, Clock

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
