"""Forms as a person leaves them: every field of a page's form with what stands in it."""

from __future__ import annotations

from typing import Any

from tests.support.browser import parsed

_NAMESPACE = "{http://www.w3.org/1999/xhtml}"


def fields_of(html: str, action: str) -> dict[str, str]:
    """Name → value of the form that posts to `action`; files and buttons are left aside, and boxes and radios that are not ticked."""
    form = next(one for one in parsed(html).iter(f"{_NAMESPACE}form") if one.get("action") == action and one.get("method") == "post")
    found: dict[str, str] = {}
    for element in form.iter():
        name, kind = element.get("name"), element.tag.removeprefix(_NAMESPACE)
        if name and kind in ("input", "textarea", "select") and _is_sent(element):
            found[name] = _value(element, kind)
    return found


def links_of(html: str) -> list[str]:
    """Where the page's links lead."""
    return [one.get("href", "") for one in parsed(html).iter(f"{_NAMESPACE}a")]


def _is_sent(element: Any) -> bool:
    kind = element.get("type", "text")
    return kind not in ("file", "submit") and (kind not in ("checkbox", "radio") or element.get("checked") is not None)


def _value(element: Any, kind: str) -> str:
    if kind == "textarea":
        return str(element.text or "")
    if kind == "select":
        options = list(element.iter(f"{_NAMESPACE}option"))
        return str(next((one for one in options if one.get("selected") is not None), options[0]).get("value", ""))
    return str(element.get("value", ""))
