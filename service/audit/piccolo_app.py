"""Piccolo's view of this room."""

from service.audit.tables import AuditEntry
from service.persistence.migrations import app

APP_CONFIG = app("audit", tables=[AuditEntry])
