"""Piccolo's view of this room."""

from service.delivery.tables import Delivery, Dispatch, Letter, Relay, Suppression, Worker
from service.persistence.migrations import app

APP_CONFIG = app("delivery", tables=[Dispatch, Letter, Delivery, Suppression, Relay, Worker], after=["clusters", "people"])
