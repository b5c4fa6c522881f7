"""Calendars: frozen events in, iCalendar bytes out (RFC 5545, 5546, 7986). Pure.

The only package that imports icalendar.
"""
