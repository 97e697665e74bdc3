"""Text that is small enough for one environment variable: gzip and base64 behind a mark. Pure.

Linux gives one variable at most 128 KiB (MAX_ARG_STRLEN, execve(2)); the plan of 256 units is larger than that as JSON.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import io
import zlib

MARK = "gz:"
LARGEST = 64_000_000  # bytes unpacked; far above any plan, far below what would hurt


def pack(text: str) -> str:
    """The packed form; the same text always gives the same one."""
    return MARK + base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()


def unpack(text: str) -> str:
    """What was packed; a text without the mark is returned as it is. Raises ValueError for a broken or huge one."""
    if not text.startswith(MARK):
        return text
    try:
        with gzip.open(io.BytesIO(base64.b64decode(text.removeprefix(MARK), validate=True))) as file:
            data = file.read(LARGEST + 1)
    except (binascii.Error, OSError, EOFError, zlib.error) as error:
        raise ValueError(f"it is damaged: {error}") from error
    if len(data) > LARGEST:
        raise ValueError(f"it unpacks to more than {LARGEST} bytes")
    return data.decode()
