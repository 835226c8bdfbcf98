"""Piccolo's configuration: the engine, and the rooms that store."""

from piccolo.conf.apps import AppRegistry

from service.persistence.engine import DB as DB
from service.persistence.rooms import ROOMS_THAT_STORE

APP_REGISTRY = AppRegistry(apps=[f"service.{room}.piccolo_app" for room in ROOMS_THAT_STORE])
