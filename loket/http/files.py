"""Files that people may save: never shown by the browser, whatever is in them."""

from __future__ import annotations

from urllib.parse import quote

from litestar import Response


def download(content: bytes, name: str, media_type: str) -> Response[bytes]:
    """A file to save under `name`."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in " ._()-") else "_" for c in name)
    headers = {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type=media_type, headers=headers)


def file_size(size: int) -> str:
    """A size as people say it: "120 kB", "1,4 MB"."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))} kB"
    return f"{size / 1_000_000:.1f} MB".replace(".", ",")
