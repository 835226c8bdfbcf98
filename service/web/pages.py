"""Pages: one Jinja environment, and the reader a page is made for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Response
from litestar.enums import MediaType
from litestar.utils.scope.state import ScopeState
from markupsafe import Markup, escape

from service.clusters.tables import Cluster
from service.errors import Problem
from service.languages.catalogues import Translator, translator
from service.languages.choice import negotiate, pick
from service.languages.dates import Dates
from service.languages.locales import AUTONYMS, LANGUAGES
from service.letters import markdown
from service.web import assets
from service.web.edge import AnyRequest, wiring

TEMPLATES = Path(__file__).parent.parent.parent / "templates"


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a page is for: their language, and the zone its times are shown in."""

    language: str
    zone: str = "UTC"


def reader_of(request: AnyRequest, *, zone: str = "UTC", offered: Sequence[str] = LANGUAGES) -> Reader:
    """The reader as far as a request tells: a signed-in coordinator's language, the one in the path, else what the browser wishes for."""
    if coordinator := request.scope.get("state", {}).get("coordinator"):
        return Reader(language=coordinator.language, zone=zone)
    named = request.path_params.get("language") if "path_params" in request.scope else None
    if named is None:
        parts = request.scope["path"].split("/")
        named = parts[2] if len(parts) > 2 else None
    language = named if named in LANGUAGES else negotiate(request.headers.get("accept-language", ""), offered)
    return Reader(language=language, zone=zone)


def page(
    request: AnyRequest,
    template: str,
    *,
    reader: Reader,
    cluster: Cluster | None = None,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: Any,
) -> Response[str]:
    """A page from `templates/web/<template>`. `problems` among the values are said in the reader's language.

    Pages are never cached by others: they hold a CSRF token.
    """
    html = environment().get_template(template).render(_context(request, reader, cluster) | _said(values, reader))
    return Response(html, media_type=MediaType.HTML, status_code=status, headers={"Cache-Control": "private, no-cache", **(headers or {})})


def problems_by_field(problems: Sequence[Problem], reader: Reader) -> dict[str, str]:
    """Each field's first sentence; what belongs to the whole form stands under the empty name."""
    said: dict[str, str] = {}
    for problem in problems:
        said.setdefault(problem.field or "", translator(reader.language).say(problem))
    return said


@cache
def environment() -> Environment:
    """The one environment: undefined names are errors, everything is escaped."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES / "web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(asset=assets.url, markdown=lambda text: Markup(markdown.to_html(text)), autonyms=AUTONYMS, pick=pick)  # noqa: S704  # markdown.to_html lets no HTML through
    return made


def spoken(language: Translator) -> dict[str, Any]:
    """`_`, `ngettext` and `pgettext` for templates: values are escaped, messages are ours and are not."""

    def gettext(text: str, **values: object) -> Markup:
        return _filled(language.gettext(text), values)

    def ngettext(one: str, many: str, n: int, **values: object) -> Markup:
        return _filled(language.plural(one, many, n), {"n": n, **values})

    def pgettext(context: str, text: str, **values: object) -> Markup:
        return _filled(language.pgettext(context, text), values)

    return {"_": gettext, "ngettext": ngettext, "pgettext": pgettext}


def csrf_input(request: AnyRequest) -> Markup:
    """The hidden field that every form carries."""
    token = ScopeState.from_scope(request.scope).csrf_token
    return Markup('<input type="hidden" name="_csrf_token" value="{}">').format(token if isinstance(token, str) else "")


def _filled(message: str, values: Mapping[str, object]) -> Markup:
    said = Markup(message)  # noqa: S704  # messages are ours; values are escaped
    return said.format(**{name: value if isinstance(value, int) else escape(value) for name, value in values.items()}) if values else said


def _context(request: AnyRequest, reader: Reader, cluster: Cluster | None) -> dict[str, Any]:
    parts = wiring(request)
    return {
        **spoken(translator(reader.language)),
        "reader": reader,
        "dates": Dates(reader.language, reader.zone),
        "cluster": cluster,
        "brand_css_url": cluster and f"/{cluster.slug}/brand.css?v={cluster.version}",
        "csrf_input": csrf_input(request),
        "links": parts.links,
        "now": parts.clock(),
        "path": request.url.path,
        "site_url": parts.settings.site.url,
        "language_links": _language_links(request, cluster),
        "coordinator": request.scope.get("state", {}).get("coordinator"),
        "has_mailbox": parts.settings.catcher is not None and "catcher" in parts.settings.embedded,
    }


def _said(values: dict[str, Any], reader: Reader) -> dict[str, Any]:
    problems = values.pop("problems", ())
    return {**values, "problems": problems_by_field(problems, reader)}


def _language_links(request: AnyRequest, cluster: Cluster | None) -> list[tuple[str, str, str]]:
    if cluster is None or "language" not in request.path_params:
        return []
    rest = request.url.path.split("/", 3)[3:]
    query = f"?{request.url.query}" if request.url.query else ""
    return [(one, AUTONYMS[one], "/".join([f"/{cluster.slug}/{one}", *rest]) + query) for one in cluster.languages]
