"""Piccolo's view of this room."""

from service.opportunities.tables import Call, Cutoff
from service.persistence.migrations import app

APP_CONFIG = app("opportunities", tables=[Call, Cutoff], after=["clusters"])
