"""Piccolo's view of this room."""

from service.people.tables import Affiliation, Organisation, Person
from service.persistence.migrations import app

APP_CONFIG = app("people", tables=[Person, Organisation, Affiliation], after=["clusters"])
