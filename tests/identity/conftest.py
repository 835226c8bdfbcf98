"""Cheap password hashes for this folder."""

from tests.support.identity import _cheap_hashes as _cheap_hashes
