"""Where to report a weakness, for those who look for it where RFC 9116 says."""

from __future__ import annotations

from datetime import timedelta

from litestar import MediaType, Response, get
from litestar.exceptions import NotFoundException

from loket import settings
from loket.clock import utc_now

GOOD_FOR = timedelta(days=180)


@get("/.well-known/security.txt", include_in_schema=False, sync_to_thread=False)
def security_txt() -> Response[str]:
    """Made at each request, so that it never expires while the service runs."""
    configured = settings.load()
    if not configured.security_contact:
        raise NotFoundException
    lines = (
        f"Contact: {configured.security_contact}",
        f"Expires: {(utc_now() + GOOD_FOR).strftime('%Y-%m-%dT%H:%M:%SZ')}",
        "Preferred-Languages: nl, en",
        f"Canonical: {configured.url}/.well-known/security.txt",
    )
    return Response("\n".join(lines) + "\n", media_type=MediaType.TEXT)
