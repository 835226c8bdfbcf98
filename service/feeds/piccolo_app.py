"""Piccolo's view of this room."""

from service.feeds.tables import FeedVersion
from service.persistence.migrations import app

APP_CONFIG = app("feeds", tables=[FeedVersion], after=["clusters", "subscriptions", "events", "opportunities"])
