"""A stand-in for QuickBooks Online, written from its public documentation. See README.md for what
it is not.
"""
