"""Piccolo's view of this room."""

from service.mailings.tables import Edition, Mailing
from service.persistence.migrations import app

APP_CONFIG = app("mailings", tables=[Mailing, Edition], after=["clusters", "delivery", "identity", "subscriptions"])
