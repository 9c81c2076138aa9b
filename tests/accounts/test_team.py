"""The team page."""

import re

import pytest

from accounts.choices import Role
from accounts.models import User
from tests.factories import make_account, make_customer, make_staff


@pytest.fixture
def admin(acme):
    return make_staff(Role.ADMIN, acme.correspondent)


@pytest.fixture
def desk(client, admin):
    client.force_login(admin)
    return client


def names(response):
    return re.findall(r'<a class="cut" href="/team/\d+" title="([^"]+)"', response.content.decode())


def test_the_team_is_ones_own(desk, acme, globex):
    make_customer(acme.correspondent)

    said = desk.get("/team")

    assert names(said) == ["Admin acme", "Operations acme", "Registered options principal acme", "Viewer acme"]
    assert "globex" not in said.content.decode()
    assert desk.get(f"/team/{globex.ops.pk}").status_code == 404


def test_staff_of_the_broker_see_every_team_and_filter_by_house(client, acme, globex):
    client.force_login(make_staff(Role.ADMIN, None))

    assert len(names(client.get("/team"))) == 7
    assert len(names(client.get("/team?house=GLBX"))) == 3
    assert names(client.get("/team?house=broker")) == ["Admin broker"]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATIONS, Role.ROP, Role.COMPLIANCE])
def test_who_does_not_manage_staff_has_no_team_page(client, acme, role):
    client.force_login(make_staff(role, acme.correspondent, email="else@acme.example"))

    for path in ("/team", "/team/add", f"/team/{acme.ops.pk}"):
        assert client.get(path).status_code == 403
    assert 'href="/team"' not in client.get("/accounts").content.decode()
    assert client.post(f"/team/{acme.ops.pk}/deactivate").status_code == 403
    assert User.objects.get(pk=acme.ops.pk).is_active


def test_nobody_is_sent_to_sign_in(client, acme):
    for path in ("/team", "/team/add", f"/team/{acme.ops.pk}", "/security"):
        assert client.get(path)["Location"].startswith("/sign-in?next=")


def test_a_member_is_added_from_the_page_and_not_twice(desk, acme):
    new = {"name": "Newcomer", "email": "new@acme.example", "role": "rop", "house": "broker"}

    added, again = desk.post("/team/add", new), desk.post("/team/add", new)

    assert added["Location"] == "/team"
    assert again.status_code == 422
    assert "already exists" in again.content.decode()
    assert User.objects.get(email="new@acme.example").correspondent == acme.correspondent


def test_acts_of_the_page_lead_back_to_the_member(desk, acme):
    page = f"/team/{acme.rop.pk}"

    for act, asked in (
        ("role", {"role": "compliance"}),
        ("second-factor", {"reason": "The telephone was stolen"}),
        ("deactivate", {}),
        ("reactivate", {}),
        ("unlock", {}),
        ("invite", {}),
    ):
        assert desk.get(f"{page}/{act}").status_code == 405
        assert desk.post(f"{page}/{act}", asked)["Location"] == page
        assert desk.get(page).status_code == 200
    assert desk.post(f"{page}/second-factor", {"reason": ""}).status_code == 422
    assert desk.post(f"{page}/role", {"role": "system"}).status_code == 422
    assert User.objects.get(pk=acme.rop.pk).role == Role.COMPLIANCE


def test_the_list_costs_the_same_however_many_work_here(desk, acme, django_assert_num_queries):
    with django_assert_num_queries(6):  # session, user, second factor, team, locked, clock
        desk.get("/team")
    for number in range(10):
        make_staff(Role.VIEWER, acme.correspondent, email=f"viewer{number}@acme.example")

    with django_assert_num_queries(6):
        desk.get("/team")


def test_ones_own_page_offers_nothing_that_locks_oneself_out(desk, admin):
    said = desk.get(f"/team/{admin.pk}").content.decode()

    assert "This is you." in said
    assert "Deactivate" not in said


def test_a_customer_is_not_on_the_team(desk, acme):
    account = make_account(acme.correspondent, owner=make_customer(acme.correspondent))

    assert desk.get(f"/team/{account.owner.pk}").status_code == 404
