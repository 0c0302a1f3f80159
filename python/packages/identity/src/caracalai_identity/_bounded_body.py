"""The body of an answer, no longer than a limit, also where it is compressed."""

import zlib
from collections.abc import AsyncIterable

# Of zlib's window bits: this one reads gzip and zlib alike (RFC 1952, RFC 1950).
_GZIP_OR_ZLIB = 47


async def read_bounded(
    chunks: AsyncIterable[bytes], content_encoding: str, max_bytes: int
) -> bytes:
    """Reads and decompresses a body, a piece at a time and never more than a limit.

    Args:
        chunks: The body as it came over the wire.
        content_encoding: Of the answer; empty where there is none (RFC 9110 section 8.4).
        max_bytes: The longest body as decompressed, and as sent.

    Raises:
        ValueError: It is longer, cut off, or of an encoding other than gzip and deflate.
    """
    decompress = _decompressor(content_encoding)
    received = 0
    body = bytearray()
    async for chunk in chunks:
        received += len(chunk)
        body += chunk if decompress is None else _inflate(decompress, chunk, max_bytes - len(body))
        if received > max_bytes or len(body) > max_bytes:
            raise ValueError(f"The key set is larger than {max_bytes} bytes")
    if decompress is not None and not decompress.eof:
        raise ValueError("The key set is cut off")
    return bytes(body)


def _decompressor(content_encoding: str) -> "zlib._Decompress | None":
    encoding = content_encoding.strip().lower()
    if encoding in ("", "identity"):
        return None
    if encoding in ("gzip", "x-gzip", "deflate"):
        return zlib.decompressobj(_GZIP_OR_ZLIB)
    raise ValueError("The key set is in an encoding that was not asked for")


def _inflate(decompress: "zlib._Decompress", chunk: bytes, room: int) -> bytes:
    try:
        # One byte more than there is room for tells that it is too much; 0 would mean no limit.
        return decompress.decompress(chunk, room + 1)
    except zlib.error:
        raise ValueError("The key set does not decompress") from None
