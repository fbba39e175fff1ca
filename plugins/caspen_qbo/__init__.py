"""Caspen to QuickBooks Online: keeps a clinic's billing and its books equal, to the cent, and proves it."""

from caspen_qbo.plain_text import keep_logs_plain

__version__ = "1.0.0"

keep_logs_plain()
