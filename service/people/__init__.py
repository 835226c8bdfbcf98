"""Persons, organisations and who belongs to which: the directory of one cluster.

Owns `person`, `organisation`, `affiliation`. Promises one person per address and cluster. A stranger's form never changes a record here.
"""
