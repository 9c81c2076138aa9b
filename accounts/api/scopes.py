"""How far a key reaches: each view names a scope, reading needs read, everything else write (contract 1.1)."""

from typing import TYPE_CHECKING, cast

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from accounts.choices import ScopeAccess
from accounts.key_errors import AccountKeyNeeded, AccountKeyOutOfPlace, ScopeMissing
from accounts.models import ApiKey
from accounts.rules.keys import access_to, least_access, reaches
from brokerage.scopes import ANY_KEY, EVERY_SCOPE, Admits

if TYPE_CHECKING:  # both import this module while they are being imported
    from rest_framework.views import APIView

    from brokerage.api import ApiView


class KeyReaches(BasePermission):
    """Lets a key into a view as far as its scopes go."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Answer True, or raise `ScopeMissing`, which names the scope that is missing."""
        api_view = cast("ApiView", view)
        key = cast(ApiKey, request.auth)
        require_kind(key, api_view.admits)
        require_scope(key, api_view.scope, str(request.method), also=api_view.also_read_by)
        if api_view.admits is Admits.ACCOUNTS:
            api_view.kwargs["account_id"] = key.account_id  # what the handler is called with
        return True


def require_kind(key: ApiKey, admits: Admits) -> None:
    """Raise `AccountKeyNeeded` or `AccountKeyOutOfPlace` where keys of this kind are not let in."""
    if key.account_id is None and admits is Admits.ACCOUNTS:
        raise AccountKeyNeeded
    if key.account_id is not None and admits is Admits.CORRESPONDENTS:
        raise AccountKeyOutOfPlace


def require_scope(key: ApiKey, scope: str, method: str, *, also: tuple[str, ...] = ()) -> None:
    """Raise `ScopeMissing` unless the key reaches `scope`, or reads where one in `also` may read too."""
    if scope == ANY_KEY:
        return
    needed = ScopeAccess.READ if method in SAFE_METHODS else ScopeAccess.WRITE
    found = least_access(key.scopes) if scope == EVERY_SCOPE else access_to(key.scopes, scope)
    if reaches(found, needed):
        return
    if needed == ScopeAccess.READ and any(reaches(access_to(key.scopes, other), needed) for other in also):
        return
    raise ScopeMissing(scope=scope or "a scope that no key has", access=needed.value, found=found.value)
