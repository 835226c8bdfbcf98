"""What people do on the site, step by step as they do it: every path comes from a page or a letter, every form is filled in as it was served."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from tests.support.browser import Browser, parsed
from tests.support.editor import fields_of, links_of
from tests.support.post import Caught, Mailbox, until

_NAMESPACE = "{http://www.w3.org/1999/xhtml}"


async def subscribe(
    visitor: Browser,
    mailbox: Mailbox,
    *,
    home: str,
    address: str,
    topics: Sequence[str] = ("newsletter",),
    language: str = "et",
    name: str = "",
) -> Caught:
    """From the home page to "thank you"; returns the letter of welcome."""
    await visitor.open(home)
    form = next(link for link in links_of(visitor.page.text) if urlsplit(link).path.endswith("/subscribe"))
    await visitor.open(form)
    asked = len(mailbox.letters(to=address))
    await visitor.submit(form, {"address": address, "name": name, "language": language, "topics": topics})
    assert visitor.page.url.path == f"{form}/sent"
    question = await mailbox.letter(to=address, number=asked + 1)
    await visitor.open(question.path("/confirm/"))
    await visitor.submit(question.path("/confirm/"))
    assert visitor.page.status_code == 200
    return await mailbox.letter(to=address, number=asked + 2)


async def register(
    visitor: Browser, mailbox: Mailbox, *, event: str, address: str, name: str = "Mari Maasikas", language: str = "et"
) -> Caught:
    """From an event's page to the letter."""
    await visitor.open(event)
    assert visitor.page.status_code == 200, event
    had = len(mailbox.letters(to=address))
    form = {"name": name, "address": address, "organisation": "Narva Disainimaja", "role": "disainer", "language": language}
    await visitor.submit(f"{event}/register", form)
    assert visitor.page.url.path == f"{event}/registered", visitor.text()
    return await mailbox.letter(to=address, number=had + 1)


async def give_back(visitor: Browser, *, letter: Caught) -> None:
    """By the link of a letter: the page, the question, yes."""
    own = letter.path("/registration/")
    await visitor.open(own)
    question = next(link for link in links_of(visitor.page.text) if link == f"{own}/cancel")
    await visitor.open(question)
    await visitor.submit(question)
    assert visitor.page.url.path == own


async def write_newsletter(visitor: Browser, *, desk: str, title: str, topic: str, editions: Mapping[str, Mapping[str, str]]) -> str:
    """Begin a newsletter at `/console/<cluster>` and write editions: language → fields of the editor; returns its path."""
    await visitor.open(f"{desk}/mailings/new")
    about = fields_of(visitor.page.text, f"{desk}/mailings/new")
    await visitor.submit(f"{desk}/mailings/new", {**about, "title": title, "topic": topic})
    mailing = visitor.page.url.path.removesuffix("/write")
    for language, fields in editions.items():
        await write_edition(visitor, mailing=mailing, language=language, fields=fields)
    return mailing


async def write_edition(visitor: Browser, *, mailing: str, language: str, fields: Mapping[str, str], files: object = None) -> None:
    """Add the blocks that the fields name, one press at a time, then fill them in and save."""
    editor = f"{mailing}/write?edition={language}"
    await visitor.open(editor)
    kinds = [value for name, value in fields.items() if name.endswith(".kind")]
    for number, kind in enumerate(kinds):
        await visitor.submit(editor, {**fields_of(visitor.page.text, editor), "do": f"add:{kind}:{number}"})
    await visitor.submit(editor, {**fields_of(visitor.page.text, editor), **fields, "do": "save"}, files=files)
    assert visitor.page.status_code == 200, visitor.text()
    assert "done=saved" in str(visitor.page.url)


async def send_now(visitor: Browser, mailing: str) -> None:
    """The page "Who gets it", the button, and yes, sure."""
    send = f"{mailing}/send"
    await visitor.open(send)
    await visitor.submit(send, {**fields_of(visitor.page.text, send), "do": "now"})
    await visitor.submit(send, fields_of(visitor.page.text, send))
    assert visitor.page.url.path == f"{mailing}/results", visitor.text()


async def until_copies(visitor: Browser, mailing: str, **states: int) -> None:
    """Wait until the results page of a newsletter says so: `until_copies(…, Sent=2, Waiting=1)`."""

    async def shown() -> bool:
        await visitor.open(f"{mailing}/results")
        return Counter(badges(visitor.page.text)) == Counter(states)

    await until(shown, what=f"{states} at {mailing}")


def badges(html: str) -> list[str]:
    """What the badges of a page's table rows say."""
    cells = (cell for row in parsed(html).iter(f"{_NAMESPACE}tr") for cell in row.iter(f"{_NAMESPACE}span"))
    return ["".join(cell.itertext()).strip() for cell in cells if "badge" in cell.get("class", "").split()]
