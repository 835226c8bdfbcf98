"""Piccolo's view of this room."""

from service.persistence.migrations import app
from service.subscriptions.tables import Consent, Optin, Subscription, Topic

APP_CONFIG = app("subscriptions", tables=[Topic, Subscription, Optin, Consent], after=["clusters", "people"])
