"""Behind a proxy (CAREDESK_PROXY=1): who called it, and by http or https.

Only what the proxy itself has written counts: the last entry. What stands before it came from the caller.
"""

import ipaddress

FORWARDED_FOR, FORWARDED_PROTO = b"x-forwarded-for", b"x-forwarded-proto"


class Proxied:
    """Rewrites `client` and `scheme` in the scope before anybody reads them."""

    def __init__(self, inner):
        self.inner = inner

    async def __call__(self, scope, receive, send):
        scope = dict(scope)
        if address := ip(last(scope, FORWARDED_FOR)):
            scope["client"] = [address, 0]
        if scope["type"] == "http":
            scope["scheme"] = "https" if last(scope, FORWARDED_PROTO) == "https" else "http"
        return await self.inner(scope, receive, send)


def last(scope: dict, name: bytes) -> str:
    values = [value for key, value in scope["headers"] if key == name]
    return b",".join(values).decode("latin1").rpartition(",")[2].strip().lower()


def ip(text: str) -> str | None:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None


def is_loopback(host: str) -> bool:
    """Whether a Host header names this very machine."""
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    name = name.strip("[]")
    address = ip(name)
    return (
        name == "localhost"
        or name.endswith(".localhost")
        or (bool(address) and ipaddress.ip_address(address).is_loopback)
    )
