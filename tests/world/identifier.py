"""Invented identifiers with right check characters: GB 32100, GB 11714 and GB 11643, for tests that need many.

Organisation codes come from PDY00001 to PDY99999, the range GB 11714 leaves to whoever defines their own.
"""

CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100: no I O S V Z
ORGANISATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"  # GB 11714


def organisation_code(body):
    """Eight characters and their check character (GB 11714)."""
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(weight * ORGANISATION_ALPHABET.index(letter) for weight, letter in zip(weights, body))
    return body + "0123456789X0"[11 - total % 11]


def credit_code(prefix, region, number):
    """The unified social credit code of enterprise PDY<number>, such as ("91", "370102", 1) (GB 32100)."""
    body = prefix + region + organisation_code(f"PDY{number:05}")
    total = sum(pow(3, place, 31) * CREDIT_ALPHABET.index(letter) for place, letter in enumerate(body))
    return body + CREDIT_ALPHABET[(31 - total % 31) % 31]


def resident_number(region, birth, order):
    """A resident's number from six digits of region, eight of birth date, three of order (odd: male) (GB 11643)."""
    body = f"{region}{birth}{order:03}"
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(body))
    return body + "10X98765432"[total % 11]
