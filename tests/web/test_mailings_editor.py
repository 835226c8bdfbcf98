"""The editor: every button keeps what was typed, and no word of somebody else is overwritten."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
import pytest_asyncio
from PIL import Image

from service.clusters.tables import Cluster
from service.mailings import editions
from service.mailings.blocks import Button, Divider, Events, Heading, Picture, Text
from service.mailings.content import Content
from service.mailings.tables import Mailing
from tests.conftest import Clock
from tests.support import mailings as support
from tests.support.browser import Browser
from tests.support.editor import fields_of
from tests.web.test_mailings import console

LIST = "/console/loomeklaster/mailings"

__all__ = ["console"]


class Editor:
    """The editor of one mailing as a coordinator uses it: type, press a button."""

    def __init__(self, console: Browser, mailing: Mailing, language: str = "et") -> None:
        self.console, self.mailing = console, mailing
        self.path = f"{LIST}/{mailing.id}/write?edition={language}"
        self.fields: dict[str, str] = {}

    async def open(self, query: str = "") -> Editor:
        """Load the page and read its form."""
        page = await self.console.open(self.path + query)
        self.fields = fields_of(page.text, self.path)
        return self

    async def press(self, do: str = "save", **more: Any) -> Any:
        """Press a button; the form of the page that comes is read again."""
        page = await self.console.submit(self.path, {**self.fields, "do": do}, **more)
        if page.url.path.endswith("/write"):
            self.fields = fields_of(page.text, self.path) if f'action="{self.path}"' in page.text else {}
        return page

    async def saved(self) -> Content:
        """What is in the database."""
        return (await editions.one(mailing_id=self.mailing.id, language="et")).content


@pytest_asyncio.fixture(loop_scope="session")
async def editor(console: Browser, cluster: Cluster, clock: Clock) -> Editor:
    """The Estonian edition of a new draft."""
    return await Editor(console, await support.draft(cluster, now=clock())).open()


async def test_blocks_are_added_moved_and_removed_and_every_word_is_kept(editor: Editor) -> None:
    editor.fields |= {"subject": "Detsember", "preheader": "Lühidalt"}
    await editor.press("add:text:0")
    editor.fields["block.1.text"] = "Esimene\r\n\r\nteine lõik"
    await editor.press("add:events:1")
    editor.fields |= {"block.2.limit": "3", "block.2.of_kind": "seminar"}
    await editor.press("add:heading:0")
    editor.fields["block.1.text"] = "Pealkiri"
    await editor.press("down:1")
    await editor.press("add:divider:9")
    assert await editor.saved() == Content(
        "Detsember", "Lühidalt", (Text("Esimene\n\nteine lõik"), Heading("Pealkiri"), Events(3, "seminar"), Divider())
    )
    editor.fields["block.1.text"] = "Muudetud"
    await editor.press("remove:2")
    assert (await editor.saved()).blocks == (Text("Muudetud"), Events(3, "seminar"), Divider())


async def test_a_button_comes_back_to_the_block_it_moved(editor: Editor) -> None:
    await editor.press("add:text:0")
    page = await editor.press("add:heading:1", follow=False)
    assert page.headers["location"].endswith("/write?edition=et#block-2")


@pytest.mark.parametrize(("to", "path"), [("preview", "/preview"), ("send", "/send"), ("about", "/about"), ("ru", "/write")])
async def test_going_elsewhere_saves_first(editor: Editor, to: str, path: str) -> None:
    editor.fields["subject"] = "Detsember"
    page = await editor.press(f"to:{to}")
    assert page.url.path.endswith(path)
    assert (await editor.saved()).subject == "Detsember"


@pytest.mark.parametrize(
    "to", ["//evil.example.org", "../../..", "https://evil.example.org", "send/../../../sign-out", "ru\r\nSet-Cookie: a=b", "pl"]
)
async def test_a_button_never_leads_out_of_the_newsletter(editor: Editor, to: str) -> None:
    page = await editor.console.submit(editor.path, {**editor.fields, "do": f"to:{to}"}, follow=False)
    assert page.headers["location"].endswith(f"{LIST}/{editor.mailing.id}/write?edition=et&done=saved")


async def test_mistakes_are_shown_at_their_fields_and_what_is_only_missing_is_not(editor: Editor) -> None:
    await editor.press("add:text:0")
    await editor.press("add:button:1")
    editor.fields |= {"block.1.text": "Tere {nmae}", "block.2.link": "www.example.org"}
    await editor.press()
    shown = editor.console.text()
    assert "{nmae} is not a field" in shown
    assert "Write the whole address" in shown
    assert "Write a subject" not in shown
    await editor.open("&check=1")
    assert "Write a subject" in editor.console.text()
    assert (await editor.saved()).blocks == (Text("Tere {nmae}"), Button("", "www.example.org"))


async def test_a_stale_edition_is_409_with_the_words_on_the_page_and_a_second_press_replaces(
    editor: Editor, cluster: Cluster, clock: Clock
) -> None:
    editor.fields |= {"subject": "x" * 301}
    await support.write(cluster, editor.mailing.id, "et", Content("Hers"), now=clock())
    assert (await editor.press()).status_code == 422
    editor.fields |= {"subject": "Mine"}
    page = await editor.press()
    assert page.status_code == 409
    assert editor.fields["subject"] == "Mine"
    assert (await editor.saved()).subject == "Hers"
    await editor.press()
    assert (await editor.saved()).subject == "Mine"


async def test_too_long_a_subject_is_422_and_kept_on_the_page(editor: Editor) -> None:
    editor.fields["subject"] = "x" * 301
    page = await editor.press()
    assert page.status_code == 422
    assert editor.fields["subject"] == "x" * 301
    assert (await editor.saved()).subject == ""


async def test_too_long_a_text_is_422_and_kept_on_the_page(editor: Editor) -> None:
    await editor.press("add:text:1")
    editor.fields["block.1.text"] = "õ" * 210_000
    page = await editor.press()
    assert page.status_code == 422
    assert editor.fields["block.1.text"] == "õ" * 210_000


async def test_a_blank_edition_begins_as_a_copy(console: Browser, cluster: Cluster, clock: Clock) -> None:
    made = await support.draft(cluster, "ru", now=clock())
    await console.open(f"{LIST}/{made.id}/write?edition=et")
    await console.submit(f"{LIST}/{made.id}/write/copy?edition=et", {"source": "ru"})
    assert (await editions.one(mailing_id=made.id, language="et")).content == support.words("ru")


@pytest.mark.parametrize("language", ["pl", "xx", "%3Cscript%3E"])
async def test_a_language_that_the_cluster_does_not_write_in_is_not_there(editor: Editor, language: str) -> None:
    assert (await editor.console.open(f"{LIST}/{editor.mailing.id}/write?edition={language}")).status_code == 404


def _png() -> bytes:
    file = BytesIO()
    Image.new("RGB", (8, 8), "teal").save(file, "PNG")
    return file.getvalue()


async def test_a_picture_is_uploaded_with_the_button_that_saves_and_served(editor: Editor) -> None:
    await editor.press("add:picture:0")
    editor.fields["block.1.alt"] = "Sinine ruut"
    await editor.press(files={"block.1.file": ("saal.png", _png(), "image/png")})
    (block,) = (await editor.saved()).blocks
    assert isinstance(block, Picture)
    assert block.alt == "Sinine ruut"
    assert (await editor.console.open(f"/media/{block.digest}")).status_code == 200
    await editor.open()
    await editor.press()
    assert (await editor.saved()).blocks == (block,)


@pytest.mark.parametrize("file", [b"", b"GIF89a not a picture", b"<svg onload=alert(1)>", b"\x89PNG\r\n\x1a\n" + b"\0" * 100])
async def test_a_file_that_is_no_picture_is_refused_at_its_field_and_the_words_are_kept(editor: Editor, file: bytes) -> None:
    await editor.press("add:picture:0")
    editor.fields |= {"subject": "Detsember", "block.1.alt": "Saal"}
    page = await editor.press(files={"block.1.file": ("saal.png", file, "image/png")})
    assert page.status_code == 422
    assert await editor.saved() == Content("Detsember", "", (Picture("", "Saal"),))


async def test_a_picture_of_ten_megabytes_is_refused_and_the_page_says_so(editor: Editor) -> None:
    await editor.press("add:picture:0")
    page = await editor.press(files={"block.1.file": ("saal.png", b"\x89PNG" + b"\0" * 10_000_000, "image/png")})
    assert page.status_code == 422
    assert "5 MB" in editor.console.text()
    page = await editor.press(files={"block.1.file": ("saal.png", b"\0" * 13_000_000, "image/png")})
    assert page.status_code == 413


async def test_the_preview_of_unsaved_words_shows_them_and_writes_nothing(editor: Editor) -> None:
    fields = {
        **editor.fields,
        "subject": "Salvestamata",
        "block.1.kind": "text",
        "block.1.text": "{greeting} <script>alert(1)</script> **sõnad**",
    }
    page = await editor.console.submit(f"{LIST}/{editor.mailing.id}/letter?edition=et", fields)
    assert page.status_code == 200
    assert "Salvestamata" in page.text
    assert "sõnad</strong>" in page.text
    assert "<script" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert await editor.saved() == Content()
