"""Pages and API: a controller file per capability, the only place that knows HTTP.

Promises that GET changes nothing, that every form carries a CSRF token, that an error is a page in the reader's language. Never decides
anything of the domain: a controller makes one writing call to a room.
"""
