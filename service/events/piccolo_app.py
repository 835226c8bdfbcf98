"""Piccolo's view of this room."""

from service.events.tables import CalendarEntry, Event, EventDay, Invitation, Registration
from service.persistence.migrations import app

APP_CONFIG = app("events", tables=[Event, CalendarEntry, EventDay, Registration, Invitation], after=["people"])
