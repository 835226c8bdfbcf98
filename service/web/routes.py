"""Every route there is, in one list: what is not named here is not on the site."""

from __future__ import annotations

from litestar.types import ControllerRouterHandler

from service.web import assets, design, health
from service.web.public import home

ROUTES: list[ControllerRouterHandler] = [
    assets.asset,
    assets.favicon,
    assets.robots,
    design.design,
    health.ready,
    health.whole,
    home.root,
    home.brand,
    home.cluster_root,
    home.home,
]
