"""Piccolo's configuration: the engine, and the rooms that store, in the order in which they may refer to each other."""

from piccolo.conf.apps import AppRegistry

from service.persistence.engine import DB as DB

ROOMS_THAT_STORE = (
    "persistence",
    "audit",
    "clusters",
    "people",
    "delivery",
    "identity",
    "subscriptions",
    "events",
    "opportunities",
    "mailings",
)

APP_REGISTRY = AppRegistry(apps=[f"service.{room}.piccolo_app" for room in ROOMS_THAT_STORE])
