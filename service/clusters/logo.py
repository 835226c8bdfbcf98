"""A cluster's logo: a picture of its own, shown in the head of its pages and letters."""

from __future__ import annotations

from datetime import datetime

from service.clusters import directory, images


async def replace(*, cluster_id: int, content: bytes, now: datetime, actor_id: int | None) -> None:
    """Keep the picture and show it as the logo; raises Refused for what is no picture."""
    image = await images.store(cluster_id=cluster_id, content=content, now=now, actor_id=actor_id)
    await directory.set_logo(cluster_id=cluster_id, digest=image.digest, now=now, actor_id=actor_id)
