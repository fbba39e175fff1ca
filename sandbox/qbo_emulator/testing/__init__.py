"""For tests of a connector written in Python: the sandbox in a thread, its control API, a company's books.

with serve() as sandbox:
    books = sandbox.books()
    books.invoice(books.customer(), 100)
"""

from __future__ import annotations

from qbo_emulator.testing.books import Books, Refused, payment_line, unique
from qbo_emulator.testing.sandbox import AU, CA, GB, NZ, US, Sandbox
from qbo_emulator.testing.server import serve

__all__ = [
    "AU",
    "CA",
    "GB",
    "NZ",
    "US",
    "Books",
    "Refused",
    "Sandbox",
    "payment_line",
    "serve",
    "unique",
]
