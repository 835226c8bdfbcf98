"""iCalendar ★: invitations as clients want them, the replies they send back, and feeds. Bytes in and out, nothing stored, no clock.

Promises CRLF, folding at 75 octets, escaped text, a time zone with every TZID, one UID an object (RFC 5545, 5546, 7986). Never knows who is invited
or why.
"""
