"""Piccolo's view of this room."""

from service.persistence.migrations import app
from service.persistence.tables import Throttle

APP_CONFIG = app("persistence", tables=[Throttle])
