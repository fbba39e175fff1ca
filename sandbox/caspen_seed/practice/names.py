"""The sample practice's clients: mostly ordinary, some as awkward as real ones."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from faker import Faker

from caspen_seed.practice.catalogue import PREFERRED_NAMES

Details = dict[str, str | None]

AWKWARD_NAMES: tuple[tuple[str, str | None], ...] = (
    ("Siobhán", "O'Sullivan-D’Arcy"),
    ("Nguyễn", "Thị Ánh Tuyết"),
    ("Łukasz", "Żółć"),
    ("小龍", "李"),
    ("花子", "山田"),
    ("Skye 🦘", "Koala 👩‍⚕️"),
    ("Dr: Ann", "Lee: senior"),
    ("Tab\tBetween", "Them"),
    ("Trailing ", "Spaces  "),
    ("  Leading", "Blank"),
    ("Cher", None),
    ("Madonna", ""),
    ('Jack "Bluey"', "McKenzie"),
    ("Robert'); DROP TABLE client;--", "Tables"),
    ("<b>Bold</b>", "& Sons"),
    ("100%", "O%Brien_"),
    ("Back\\slash", "Comma, Jr."),
    ("José María", "Ñíguez"),
    ("Jose\u0301 Maria", "N\u0303iguez"),  # the same letters, composed of two characters each
    ("X" * 100, "Y" * 99),
    ("Wilhelmina Alexandrina Philippa " * 3, "Featherstonehaugh-Cholmondeley " * 3),
)

NAMESAKES = ("Emma", "Wilson")
"""Shared by two clients with different ids."""

SAME_LAST_FIVE_OFFSET = 5_000_000
"""Added to a client id it makes another one with the same last five digits."""


def ordinary_clients(rng: Random, count: int) -> Iterator[tuple[str, str | None, Details]]:
    """Names and details of ordinary Australian clients, the same for the same state of `rng`."""
    faker = Faker("en_AU")
    faker.seed_instance(rng.randrange(2**32))
    shared_email = faker.ascii_safe_email()
    for n in range(count):
        first, last = faker.first_name(), faker.last_name()
        details: Details = {
            "title": rng.choice((None, None, "Mr", "Ms", "Mrs", "Dr")),
            "email": rng.choice((faker.ascii_safe_email(), faker.ascii_safe_email(), None)),
            "phone_number": rng.choice((faker.phone_number(), None)),
            "address_line1": faker.street_address(),
            "city": faker.city(),
            "state": faker.state_abbr(),
            "postal_code": faker.postcode(),
            "country_code": "AU",
        }
        if n % 40 == 7:  # a family of three behind one address
            details["email"] = shared_email
        if n % 25 == 3:
            details["company"] = faker.company()
        if n % 20 == 5:
            details["preferred_name"] = rng.choice(PREFERRED_NAMES)
        yield first, last, details
