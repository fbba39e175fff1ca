"""Business rules shared by several entities: references, sales lines, tax, numbering, application
of money.
"""
