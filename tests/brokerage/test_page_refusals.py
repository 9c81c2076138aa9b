"""What a page answers when it cannot show what was asked: refusals, strangers' forms, our own faults."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from brokerage.api import server_error
from brokerage.errors import Conflict, NotAuthorized, NotFound, NotPermitted
from brokerage.page_refusals import PageRefusals


@pytest.fixture
def refuse(rf, db):
    def answer(error, path="/accounts"):
        request = rf.get(path)
        request.user = AnonymousUser()
        return PageRefusals(lambda request: None).process_exception(request, error)

    return answer


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (NotFound(), 404, "There is nothing here"),
        (NotAuthorized(), 404, "There is nothing here"),
        (NotPermitted(permission="open_accounts"), 403, "Your role does not allow this"),
        (type("Taken", (Conflict,), {"message": "code {code} is taken"})(code="<b>"), 409, "code &lt;b&gt; is taken"),
    ],
)
def test_a_refusal_becomes_a_page_that_says_so(refuse, error, status, said):
    response = refuse(error)

    assert response.status_code == status
    assert said in response.content.decode()


def test_a_bug_stays_a_bug_and_the_api_speaks_json(refuse):
    assert refuse(ValueError()) is None
    assert refuse(NotFound(), "/v1/accounts") is None


def test_a_crash_shows_a_page_without_asking_the_database(rf):
    response = server_error(rf.get("/accounts"))

    assert response.status_code == 500
    assert "Something went wrong here" in response.content.decode()


def test_a_form_from_elsewhere_is_refused_in_words(db):
    response = Client(enforce_csrf_checks=True).post("/sign-in", {"username": "a@example.com", "password": "x"})

    assert response.status_code == 403
    assert "This form is out of date" in response.content.decode()
