"""A picture as small as one can be: eight grey pixels by eight."""

import hashlib

COMMENT = 60000  # octets of one comment


def _segment(marker, octets):
    return bytes((0xFF, marker)) + (len(octets) + 2).to_bytes(2, "big") + octets


def jpeg(words="", side=8):
    """A JPEG file (ITU-T T.81, baseline), told from others by the words in its comments; with another side it only says that it has it."""
    octets = words.encode()
    comments = [octets[at : at + COMMENT] for at in range(0, len(octets), COMMENT)]
    code = bytes((1,)) + bytes(16)  # one code of one bit, for the value 0
    frame = bytes((8,)) + side.to_bytes(2, "big") * 2 + bytes((1, 1, 0x11, 0))
    return b"".join((
        b"\xff\xd8",
        _segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0"),
        *(_segment(0xFE, comment) for comment in comments),
        _segment(0xDB, b"\0" + b"\1" * 64),
        _segment(0xC0, frame),
        _segment(0xC4, b"\x00" + code),
        _segment(0xC4, b"\x10" + code),
        _segment(0xDA, bytes((1, 1, 0, 0, 63, 0))),
        b"\x3f\xff\xd9",
    ))


def named(filename, octets):
    """How a form names it."""
    return f"{filename} {hashlib.sha256(octets).hexdigest()}"
