"""The pack of a month: a page to print and a spreadsheet, made from the stored value alone, so that a closed
month gives the same bytes at any later time.
"""
