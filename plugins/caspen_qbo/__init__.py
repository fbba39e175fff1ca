"""Caspen to QuickBooks Online: keeps a clinic's billing and its books equal, to the cent, and proves it."""

__version__ = "1.0.0"
