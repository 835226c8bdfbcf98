"""The tenant: a cluster with its languages, zone, sender, brand, images and funders.

Owns `cluster`, `funding` and `image`. Promises that a cluster's slug never collides with a page of the site, and that a picture it keeps
holds nothing but pixels. Never knows who its people are.
"""
