"""Who may sign in: people, by e-mail and password."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.base_user import AbstractBaseUser

from accounts import acting
from accounts.choices import UserKind
from accounts.models import User
from brokerage import database_session

PEOPLE = (UserKind.STAFF, UserKind.CUSTOMER)


class PeopleBackend(AuthenticationBackend):
    """Lets staff and customers in while they are active; a key and the system have no session."""

    def user_can_authenticate(self, user: AbstractBaseUser | None) -> bool:
        """Say whether this user may sign in, and keep the session that it has."""
        return isinstance(user, User) and user.is_active and user.kind in PEOPLE

    def get_user(self, user_id: Any) -> User | None:
        """Answer a session's user with its correspondent, in one query that also tells the database who acts."""
        users = User.objects.select_related("correspondent").annotate(**acting.annotations())
        user = users.filter(pk=user_id).first()
        if user is None or self.user_can_authenticate(user):
            return user
        database_session.forget()
        return None
