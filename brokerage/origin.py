"""Where a request comes from: the address of the client, as far as it can be believed."""

from ipaddress import IPv4Address, IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest


def client_ip(request: HttpRequest) -> str:
    """Answer the address that the request came from, or nothing where the server knows none.

    Anybody may write into `X-Forwarded-For`; each proxy appends whom it spoke to. So with
    `TRUSTED_PROXIES` proxies of ours in front, the entry that many from the right was written
    by the outermost of them and can be believed; what stands left of it cannot. With none,
    the header is not read at all.
    """
    peer = _address(request.META.get("REMOTE_ADDR", ""))
    proxies: int = settings.TRUSTED_PROXIES
    if proxies < 1:
        return peer
    hops = [_address(hop) for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    return (hops[-proxies] if len(hops) >= proxies else "") or peer


def _address(text: str) -> str:
    """Answer an address without brackets, port or zone, IPv4 where it is one; nothing where it is none."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found: IPv4Address | IPv6Address = ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    return str(getattr(found, "ipv4_mapped", None) or found)
