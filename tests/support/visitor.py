"""Somebody who looks at a living installation through Chromium."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.async_api import Page, expect

from service.events.occasion import Occasion
from tests.flows.conftest import Town


@dataclass(frozen=True)
class Visitor:
    """Somebody with a window on the site. `errors`: what the browser's console complained about."""

    page: Page
    town: Town
    errors: list[str]

    async def go(self, path: str) -> None:
        """Type an address."""
        await self.page.goto(self.town.live.url + path)

    async def press(self, name: str) -> None:
        """Press the button with these words and see the page that comes."""
        button = self.page.get_by_role("button", name=name, exact=True).locator("visible=true").first
        async with self.page.expect_navigation():
            await button.click()

    async def follow(self, name: str) -> None:
        """Follow the link with these words."""
        async with self.page.expect_navigation():
            await self.page.get_by_role("link", name=name, exact=True).locator("visible=true").first.click()

    async def reads(self, words: str) -> None:
        """The words stand in the main part of the page."""
        await expect(self.page.locator("main")).to_contain_text(words)

    async def register(self, event: Occasion, who: str, button: str) -> str:
        """Somebody alone fills in the form of the event; the path behind the link of the letter that comes."""
        await self.go(f"{self.town.home('en')}/events/{event.slug}")
        await self.page.fill("[name=name]", who)
        await self.page.fill("[name=address]", self.town.address(who.lower()))
        await self.press(button)
        await self.reads("Look into your mailbox")
        return (await self.town.live.mailbox.letter(to=self.town.address(who.lower()))).path("/registration/")
