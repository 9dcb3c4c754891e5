"""What our cookies are called and how they are guarded, on the three ways a page of ours is shown.

    top level, https   __Host-sessionid          Secure, HttpOnly, SameSite=Lax
    top level, http    sessionid                 HttpOnly, SameSite=Lax (a first trial on a LAN)
    in a frame         __Host-framed-sessionid   Secure, HttpOnly, SameSite=None, Partitioned

All code reads and sets plain names (`request.COOKIES["sessionid"]`, `response.set_cookie("chat-internet")`):
`CookieMiddleware` translates on the way in and out, `from_headers` on the way into a socket. In a foreign
frame Chromium keeps only partitioned cookies, so a frame has a set of its own and a log-in of its own.
"""

from http.cookies import Morsel, SimpleCookie
from urllib.parse import parse_qs

from django.http import parse_cookie

SECURE, FRAMED = "__Host-", "__Host-framed-"
FRAMES = {"iframe", "frame", "embed", "object", "fencedframe"}
READ_BY_SCRIPT = {"theme", "zone"}
SCRIPT_SECONDS = 365 * 24 * 3600

if "partitioned" not in Morsel._reserved:  # Python < 3.14 knows no Partitioned
    Morsel._reserved["partitioned"] = "Partitioned"
    Morsel._flags.add("partitioned")


class CookieMiddleware:
    """Outside of everything that reads or sets cookies. Leaves `request.framed` for templates."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.sent = sent = request.COOKIES
        request.framed = in_frame(
            sent, request.headers.get("Sec-Fetch-Dest"), request.headers.get("X-Caredesk-Framed")
        )
        prefix = prefix_of(framed=request.framed, secure=request.is_secure())
        request.COOKIES = plain(sent, prefix)
        response = self.get_response(request)
        if response.cookies:
            response.cookies = dressed(response.cookies, prefix)
        return response


def all_called(request, name: str) -> list[str]:
    """The cookies of this name, from the top level and from frames: for what is asked for without telling where."""
    return [request.sent[prefix + name] for prefix in (SECURE, FRAMED, "") if prefix + name in request.sent]


def context(request) -> dict:
    """For templates: whether the page is framed (it says so in hx-headers); how its script sets a cookie."""
    framed = getattr(request, "framed", False)
    prefix = prefix_of(framed=framed, secure=request.is_secure())
    attributes = {"Max-Age": SCRIPT_SECONDS} | guards(prefix)
    words = [name if value is True else f"{name}={value}" for name, value in attributes.items()]
    return {"framed": framed, "script_cookie": "; ".join([f"{prefix}%", *words])}


def from_headers(headers: list[tuple[bytes, bytes]], query: bytes, *, secure: bool) -> dict:
    """The cookies of a socket by their plain names; `?framed=1` says that the page is in a frame."""
    given = {name: value.decode("latin1") for name, value in headers}
    sent = parse_cookie(given.get(b"cookie", ""))
    told = parse_qs(query.decode("latin1")).get("framed", [None])[0]
    return plain(sent, prefix_of(framed=in_frame(sent, None, told), secure=secure))


def in_frame(sent: dict, destination: str | None, told: str | None) -> bool:
    """Documents say so themselves; what a page fetches tells it by a header, or by only framed cookies."""
    if told in ("0", "1"):
        return told == "1"
    if destination in FRAMES:
        return True
    if destination == "document":
        return False
    framed = {name.removeprefix(FRAMED) for name in sent if name.startswith(FRAMED)}
    return bool(framed) and not any(name in sent or SECURE + name in sent for name in framed)


def prefix_of(*, framed: bool, secure: bool) -> str:
    return FRAMED if framed else SECURE if secure else ""


def plain(sent: dict, prefix: str) -> dict:
    """Only those set this way, by their plain names."""
    others = {FRAMED, SECURE, ""} - {prefix}
    longer = tuple(other for other in others if other.startswith(prefix))
    return {
        name.removeprefix(prefix): value
        for name, value in sent.items()
        if name.startswith(prefix) and not name.startswith(longer)
    }


def dressed(cookies: SimpleCookie, prefix: str) -> SimpleCookie:
    """Every cookie that any code has set or deleted, renamed and guarded."""
    result = SimpleCookie()
    for name, morsel in cookies.items():
        result[prefix + name] = morsel.value
        renamed = result[prefix + name]
        renamed.set(prefix + name, morsel.value, morsel.coded_value)
        for attribute in ("max-age", "expires"):
            renamed[attribute] = morsel[attribute]
        for attribute, value in guards(prefix).items():
            renamed[attribute.lower()] = value
        renamed["httponly"] = name not in READ_BY_SCRIPT
    return result


def guards(prefix: str) -> dict:
    if prefix == FRAMED:
        return {"Path": "/", "Secure": True, "SameSite": "None", "Partitioned": True}
    if prefix == SECURE:
        return {"Path": "/", "Secure": True, "SameSite": "Lax"}
    return {"Path": "/", "SameSite": "Lax"}
