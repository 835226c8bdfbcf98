"""Piccolo's view of this room."""

from service.persistence.migrations import app
from service.returns.tables import Answer, Aside, Key, Report

APP_CONFIG = app("returns", tables=[Report, Answer, Aside, Key], after=["clusters", "delivery", "events"])
