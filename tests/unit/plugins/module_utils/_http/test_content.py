# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The content of a response: read and decompressed within bounds."""

from __future__ import annotations

import gzip
import io
import zlib

import pytest
from ansible_collections.datasentinel.platform.plugins.module_utils._http._content import LARGEST_CONTENT, NotDecodable, TooLarge, content_of, decoded
from urllib3.response import HTTPResponse

TEXT = b'{"host": "pg1"}'


def packed(content):
    return gzip.compress(content, mtime=0)


def raw_deflate(content):
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(content) + packer.flush()


@pytest.mark.parametrize("encoding", ["", "identity", "utf-8", "br, zstd, x-nothing", "²"])
def test_content_in_no_known_coding_is_as_it_came(encoding):
    assert decoded(TEXT, encoding) == TEXT


@pytest.mark.parametrize(
    "encoding, content",
    [
        ("gzip", packed(TEXT)),
        (" GZIP ", packed(TEXT)),
        ("x-gzip", packed(TEXT)),
        ("identity, gzip", packed(TEXT)),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", raw_deflate(TEXT)),
    ],
)
def test_content_that_is_compressed_although_nothing_asked_for_it(encoding, content):
    assert decoded(content, encoding) == TEXT


def test_an_empty_content_is_compressed_by_nobody():
    assert decoded(b"", "gzip") == b""


@pytest.mark.parametrize(
    "encoding, content",
    [
        ("gzip", TEXT),
        ("gzip", zlib.compress(TEXT)),
        ("gzip", packed(TEXT)[:-1]),
        ("gzip", packed(TEXT) * 2),
        ("gzip", packed(TEXT) + b"\n"),
        ("deflate", TEXT),
        ("gzip, gzip", packed(packed(TEXT))),
        ("deflate, br, gzip", packed(zlib.compress(TEXT))),
        ("gzip," * 20_000, packed(TEXT)),
    ],
)
def test_content_that_is_not_compressed_as_it_says_or_more_than_once(encoding, content):
    with pytest.raises(NotDecodable):
        decoded(content, encoding)


@pytest.mark.parametrize("pack", [packed, zlib.compress, raw_deflate])
def test_content_that_swells_is_not_decompressed_to_its_end(pack):
    encoding = "gzip" if pack is packed else "deflate"
    assert len(decoded(pack(b" " * LARGEST_CONTENT), encoding)) == LARGEST_CONTENT
    with pytest.raises(TooLarge):
        decoded(pack(b" " * (LARGEST_CONTENT + 1)), encoding)


@pytest.mark.parametrize("size, fits", [(LARGEST_CONTENT, True), (LARGEST_CONTENT + 1, False)])
def test_content_is_read_as_far_as_it_may_go(size, fits):
    raw = HTTPResponse(io.BytesIO(b" " * size), preload_content=False)
    if fits:
        assert len(content_of(raw, {})) == size
    else:
        with pytest.raises(TooLarge):
            content_of(raw, {})


def test_content_is_decompressed_once_and_not_by_the_library():
    raw = HTTPResponse(io.BytesIO(packed(TEXT)), headers={"content-encoding": "gzip"}, preload_content=False)
    assert content_of(raw, {"Content-Encoding": "gzip"}) == TEXT
