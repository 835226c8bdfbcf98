"""Piccolo's view of this room."""

from service.clusters.tables import Cluster, Funding, Image
from service.persistence.migrations import app

APP_CONFIG = app("clusters", tables=[Cluster, Funding, Image], after=["persistence"])
