# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The content of a response, read and decompressed within bounds. Private to the collection.

Nothing compressed is asked for. What comes compressed all the same is decompressed here, since libraries decompress a block
as far as it goes, which may be a thousand times its size, and do so as often as a response says.
"""

from __future__ import annotations

import zlib

LARGEST_CONTENT = 1024 * 1024
_STEP = 16 * 1024
#: By the coding: the formats in which it comes, as zlib numbers them. Servers disagree on what deflate is.
_FORMATS = {"gzip": (31,), "x-gzip": (31,), "deflate": (15, -15)}


class TooLarge(ValueError):
    """The content is larger than it may be."""


class NotDecodable(ValueError):
    """The content is compressed in a way that cannot be undone, or more than once."""


def content_of(raw, headers):
    """Return the content of a response as bytes.

    raw: urllib3's response, not yet read. headers: its mapping. Raise TooLarge, NotDecodable, or what the libraries raise.
    """
    declared = headers.get("Content-Length", "")
    if declared.isascii() and declared.isdigit() and (len(declared) > 10 or int(declared) > LARGEST_CONTENT):
        raise TooLarge
    chunks, size = [], 0
    for chunk in raw.stream(_STEP, decode_content=False):
        chunks.append(chunk)
        size += len(chunk)
        if size > LARGEST_CONTENT:
            raise TooLarge
    return decoded(b"".join(chunks), headers.get("Content-Encoding", ""))


def decoded(content, encoding):
    """Return content with its coding undone. encoding: the header's text; codings that are unknown here leave the content as it is."""
    codings = [coding.strip().lower() for coding in encoding[:1000].split(",")]
    formats = [_FORMATS[coding] for coding in codings if coding in _FORMATS]
    if not formats or not content:
        return content
    if len(formats) > 1:
        raise NotDecodable
    for number in formats[0]:
        try:
            return _decompressed(content, number)
        except zlib.error:
            pass
    raise NotDecodable


def _decompressed(content, number):
    """Return the decompressed content. Raise zlib.error, TooLarge, or NotDecodable where it has no end, or goes on after it."""
    unpacker = zlib.decompressobj(number)
    unpacked = unpacker.decompress(content, LARGEST_CONTENT + 1)
    if len(unpacked) > LARGEST_CONTENT:
        raise TooLarge
    if not unpacker.eof or unpacker.unused_data:
        raise NotDecodable
    return unpacked
