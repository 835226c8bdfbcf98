"""Piccolo's view of this room."""

from service.delivery.tables import Delivery, Destination, Dispatch, DispatchHold, Letter, Relay, Setback, SigningKey, Suppression, Worker
from service.persistence.migrations import app

APP_CONFIG = app(
    "delivery",
    tables=[Dispatch, Letter, Delivery, Suppression, Relay, Worker, Destination, Setback, DispatchHold, SigningKey],
    after=["clusters", "people"],
)
