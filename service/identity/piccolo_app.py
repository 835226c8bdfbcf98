"""Piccolo's view of this room."""

from service.identity.tables import Coordinator, Membership, OneTime, Session
from service.persistence.migrations import app

APP_CONFIG = app("identity", tables=[Coordinator, Membership, Session, OneTime], after=["clusters"])
