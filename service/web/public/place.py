"""Where a public page stands: the cluster and the language its path names."""

from __future__ import annotations

from dataclasses import dataclass

from litestar.params import FromPath

from service.clusters import directory
from service.clusters.tables import Cluster
from service.errors import NotFound
from service.web.pages import Reader


@dataclass(frozen=True, slots=True)
class Place:
    """A cluster, seen by a reader of one of its languages."""

    cluster: Cluster
    reader: Reader

    @property
    def path(self) -> str:
        """`/{cluster}/{language}`, in front of every public page of it."""
        return f"/{self.cluster.slug}/{self.reader.language}"


async def provide_place(cluster: FromPath[str], language: FromPath[str]) -> Place:
    """The dependency `place`; raises NotFound for an unknown cluster and for a language it does not speak."""
    found = await directory.by_slug(slug=cluster)
    if language not in found.languages:
        raise NotFound("This page is not kept in that language. Choose another one on the home page.")
    return Place(found, Reader(language, found.zone))
