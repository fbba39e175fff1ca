"""A practice lived through at random by everybody who touches its books, and put in order again by people who
read the list.

    python -m tests.support.lives --histories 200 --steps 40 [--first 1 --every 2]
"""
