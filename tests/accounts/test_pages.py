"""The pages of the account side: signing in, the list, one account."""

import re
from datetime import timedelta
from uuid import UUID

import pytest

from accounts.choices import AccountStatus, Role
from accounts.listing import PAGE_SIZE
from accounts.models import Account
from brokerage import clock
from tests.factories import make_account, make_customer, make_staff, nowhere

HTMX = {"HX-Request": "true"}
WRONG = "This e-mail address and this password do not belong together."


@pytest.fixture
def account(acme):
    return make_account(acme.correspondent, changes={"identity.given_name": "Ada", "identity.family_name": "Lovelace"})


@pytest.fixture
def desk(client, ops):
    """The browser in which Acme's operations clerk is signed in."""
    client.force_login(ops)
    return client


def pages(account):
    return [
        "/accounts",
        f"/accounts/{account.pk}",
        f"/accounts/{account.pk}/header",
        f"/accounts/{account.pk}/profile",
    ]


def names(response):
    return re.findall(r'<a class="cut" href="/accounts/[^"]+" title="([^"]+)"', response.content.decode())


def copies(account, count, **columns):
    """Copy an account's row: a long list without thousands of openings."""
    first = clock.now()
    return Account.objects.bulk_create(
        Account(
            correspondent_id=account.correspondent_id,
            name=f"Holder {number:04}",
            status=AccountStatus.ACTIVE,
            opened_by_id=account.opened_by_id,
            created_at=first - timedelta(minutes=number // 3),
            **columns,
        )
        for number in range(count)
    )


# --- Who gets in -----------------------------------------------------------------------------------


def test_nobody_is_sent_to_sign_in_and_back(client, account):
    for page in [*pages(account), "/market-clock"]:
        response = client.get(page)

        assert response.status_code == 302
        assert response["Location"] == f"/sign-in?next={page}"


def test_a_part_of_a_page_asked_for_after_the_session_ended_takes_the_browser_to_sign_in(client, account):
    response = client.get(
        f"/accounts/{account.pk}/profile",
        headers=HTMX | {"HX-Current-URL": f"http://testserver/accounts/{account.pk}?a=1"},
        follow=True,
    )

    assert response["HX-Redirect"] == f"/sign-in?next=%2Faccounts%2F{account.pk}%3Fa%3D1"


def test_the_front_door_is_the_account_list(desk):
    assert desk.get("/")["Location"] == "/accounts"


# --- Whose it is -------------------------------------------------------------------------------------


def test_a_neighbor_finds_nothing_under_the_address_of_our_account(client, account, globex):
    client.force_login(globex.ops)

    for page in pages(account)[1:]:
        response = client.get(page)
        assert response.status_code == 404
        assert account.name not in response.content.decode()
    assert account.name not in client.get("/accounts").content.decode()


def test_an_account_that_does_not_exist_is_not_found(desk):
    response = desk.get(f"/accounts/{nowhere()}")

    assert response.status_code == 404
    assert "There is nothing here" in response.content.decode()


def test_staff_of_the_broker_see_every_correspondent_and_whose_is_whose(client, account, globex):
    theirs = make_account(globex.correspondent)
    client.force_login(make_staff(Role.OPERATIONS, None))

    said = client.get("/accounts").content.decode()

    assert f"/accounts/{account.pk}" in said
    assert f"/accounts/{theirs.pk}" in said
    assert 'title="Globex Brokers">GLBX</td>' in said


def test_staff_of_a_correspondent_have_no_column_for_it(desk, account):
    assert "Correspondent" not in desk.get("/accounts").content.decode()


def test_a_customer_sees_their_own_accounts_only(client, acme, account):
    mine = make_account(acme.correspondent, owner=make_customer(acme.correspondent))
    client.force_login(mine.owner)

    assert client.get("/accounts")["Location"] == f"/accounts/{mine.pk}"
    assert client.get("/", follow=True).redirect_chain[-1] == (f"/accounts/{mine.pk}", 302)
    assert client.get(f"/accounts/{account.pk}").status_code == 404


def test_a_customer_with_several_accounts_chooses_among_them(client, acme, account):
    holder = make_customer(acme.correspondent)
    mine = [make_account(acme.correspondent, owner=holder) for _ in range(2)]
    client.force_login(holder)

    said = client.get("/accounts").content.decode()

    assert re.findall(r'<a class="cut" href="/accounts/([^"]+)"', said) == [str(one.pk) for one in mine]
    for of_staff in ("account-filters", "Export", "Saved filters", 'role="search"', "/openings", "/api-keys"):
        assert of_staff not in said


def test_a_customer_whose_account_is_not_linked_is_told(client, acme):
    client.force_login(make_customer(acme.correspondent))

    assert "No account is yours yet." in client.get("/accounts").content.decode()


def test_a_customer_is_not_told_who_of_the_firm_did_what(client, acme):
    mine = make_account(acme.correspondent, owner=make_customer(acme.correspondent))
    client.force_login(acme.ops)
    assert "Recorded by" in client.get(f"/accounts/{mine.pk}/profile").content.decode()

    client.force_login(mine.owner)

    assert "Recorded by" not in client.get(f"/accounts/{mine.pk}/profile").content.decode()
    assert str(mine.opened_by) not in client.get(f"/accounts/{mine.pk}/suitability").content.decode()


def test_a_reader_may_see_every_page(client, account, reader):
    client.force_login(reader)

    assert {client.get(page, headers=HTMX).status_code for page in pages(account)} == {200}


# --- The list ----------------------------------------------------------------------------------------


def test_the_list_leaves_out_what_belongs_to_the_firm(desk, account, acme):
    assert names(desk.get("/accounts")) == [account.name]
    assert str(acme.firm_account.pk) not in desk.get("/accounts").content.decode()


@pytest.mark.parametrize(
    "query", ["ada", "LOVELACE ada", "5556667788", "{number}", "{email}"], ids=lambda query: query.strip("{}")
)
def test_an_account_is_found_by_name_number_email_and_phone(desk, account, acme, query):
    make_account(acme.correspondent, changes={"contact.phone_number": "212-555-0199"})

    found = names(
        desk.get("/accounts", {"query": query.format(number=account.account_number, email=account.email_address)})
    )

    assert found == ["Ada Lovelace"]


def test_filters_keep_what_they_name_and_can_be_taken_away(desk, account, acme):
    make_account(acme.correspondent, status=AccountStatus.REJECTED, changes={"identity.given_name": "Rex"})
    make_account(acme.correspondent, options_approved_level=2, changes={"identity.given_name": "Lea"})
    capped = {"options_approved_level": 2, "max_options_trading_level": 1}
    make_account(acme.correspondent, changes={"identity.given_name": "Cap"}, **capped)

    def found(query):
        return [name.split()[0] for name in names(desk.get(f"/accounts?sort=name&{query}"))]

    assert found("status=REJECTED") == ["Rex"]
    assert found("status=REJECTED&status=ACTIVE") == ["Ada", "Cap", "Lea", "Rex"]
    assert found("level=2") == ["Lea"]
    assert found("level=1") == ["Cap"]
    assert found("level=0&status=ACTIVE") == ["Ada"]
    assert '<a class="chip" href="/accounts?level=0"' in desk.get("/accounts?status=ACTIVE&level=0").content.decode()


def test_what_the_list_does_not_know_it_leaves_out(desk, account):
    response = desk.get("/accounts?status=NONSENSE&level=9&sort=shoe&after=x&before=y")

    assert names(response) == [account.name]


@pytest.mark.parametrize("sort", ["name", "-name", "number", "-number", "created", "-created"])
def test_a_long_list_is_walked_forward_and_back_in_every_order(desk, account, sort):
    copies(account, 2 * PAGE_SIZE + 7)
    url, seen = f"/accounts?sort={sort}", []

    while url:
        response = desk.get(url)
        seen.append(names(response))
        url = response.context["next_url"]
    back = [seen[-1]]
    while previous := response.context["previous_url"]:
        response = desk.get(previous)
        back.insert(0, names(response))

    everybody = [name for page in seen for name in page]
    assert [len(page) for page in seen] == [PAGE_SIZE, PAGE_SIZE, 8]
    assert len(set(everybody)) == 2 * PAGE_SIZE + 8
    assert back == seen
    if "name" in sort:
        assert everybody == sorted(everybody, key=str.lower, reverse=sort.startswith("-"))


def test_the_list_costs_the_same_however_long_it_is(desk, account, django_assert_num_queries):
    with django_assert_num_queries(5):  # session, user, correspondent, clock, accounts
        desk.get("/accounts")
    copies(account, 3 * PAGE_SIZE)

    with django_assert_num_queries(5):
        desk.get("/accounts?sort=name")


def test_an_empty_list_says_what_fills_it(client, acme, globex):
    client.force_login(globex.ops)

    assert "No accounts yet." in client.get("/accounts").content.decode()
    assert "No account matches." in client.get("/accounts?query=zzz").content.decode()


# --- One account -------------------------------------------------------------------------------------


def test_a_fragment_is_the_same_alone_and_in_its_page(desk, account):
    for page in ["/accounts", "/accounts?query=ada&sort=name", *pages(account)[1:]]:
        whole = desk.get(page, follow=True)
        part = desk.get(page, headers=HTMX)

        assert "HX-Request" in desk.get(page)["Vary"] or page.endswith("/header")
        assert "<html" not in part.content.decode()
        assert part.content.decode().split("#}")[-1].strip() in whole.content.decode()


def test_a_boosted_link_and_a_restored_page_get_the_whole_page(desk, account):
    for extra in ({"HX-Boosted": "true"}, {"HX-History-Restore-Request": "true"}):
        assert "<html" in desk.get("/accounts", headers=HTMX | extra).content.decode()


def test_the_profile_shows_what_is_on_file_and_never_the_tax_id(desk, account):
    said = desk.get(f"/accounts/{account.pk}/profile").content.decode()

    for fact in ("20 N San Mateo Dr", "•••-••-4321, USA SSN", "Does not matter", "Market speculation", "Jane Doe"):
        assert fact in said
    assert "124-55-4321" not in said
    assert "124554321" not in said


def test_an_account_says_what_keeps_it_from_trading(desk, acme):
    waiting = make_account(acme.correspondent, status=AccountStatus.ACTION_REQUIRED, suspend_trade=True)

    said = desk.get(f"/accounts/{waiting.pk}").content.decode()

    assert "The applicant has to send something" in said
    assert "The holder suspended trading" in said


def test_levels_are_shown_as_approved_capped_and_in_force(desk, acme):
    capped = make_account(acme.correspondent, options_approved_level=2, max_options_trading_level=1)

    said = desk.get(f"/accounts/{capped.pk}").content.decode()

    assert 'data-approved="2" data-trading="1"' in said
    assert "Covered calls and cash-secured puts" in said


def test_a_firm_account_without_a_holder_has_its_pages_too(desk, acme):
    for page in pages(acme.firm_account)[1:]:
        assert desk.get(page, headers=HTMX).status_code == 200


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", 'O\'Neill & Sons "Ltd"'])
def test_a_name_is_shown_and_never_run(desk, account, name):
    Account.objects.filter(pk=account.pk).update(name=name)

    for page in ("/accounts", f"/accounts/{account.pk}"):
        assert name not in desk.get(page).content.decode()


# --- What every page has -----------------------------------------------------------------------------


def test_no_page_has_a_style_or_a_script_of_its_own(desk, client, account):
    for page in [*pages(account), "/nowhere", "/sign-in"]:
        response = desk.get(page, follow=True)

        said = response.content.decode()
        assert not re.search(r'\sstyle="|<style|\son[a-z]+="|hx-on', said)
        assert not re.search(r"<script(?![^>]* src=)", said)
        assert "script-src 'self'" in response["Content-Security-Policy"]


def test_pages_are_read_not_written(desk, account):
    for page in pages(account):
        assert desk.post(page).status_code == 405


def test_the_theme_is_kept_and_leads_back(desk):
    response = desk.post("/theme", {"theme": "dark", "next": "/accounts?level=2"})

    assert response["Location"] == "/accounts?level=2"
    assert '<html lang="en" data-theme="dark">' in desk.get("/accounts").content.decode()

    desk.post("/theme", {"theme": "system", "next": "https://elsewhere.example"})

    assert '<html lang="en">' in desk.get("/accounts").content.decode()


def test_the_bar_tells_the_time_of_the_market(desk):
    said = desk.get("/market-clock").content.decode()

    assert "SANDBOX" in said
    assert re.search(r"(EST|EDT)", said)


@pytest.mark.parametrize(
    ("query", "label", "current"),
    [
        ("", "Accounts", "page"),
        ("?sort=name&query=", "Accounts", "page"),
        ("?status=ACCOUNT_CLOSED&sort=name", "Closed", "page"),
        ("?status=REJECTED", "Accounts", "true"),
    ],
)
def test_the_navigation_says_where_one_is(desk, query, label, current):
    said = desk.get(f"/accounts{query}").content.decode()

    shown = re.findall(r'<a[^>]* aria-current="(\w+)">\s*(?:<svg.*?</svg>)?\s*([^<]+)</a>', said)
    assert set(shown) == {(current, label)}


def test_an_account_is_found_under_accounts(desk, account):
    said = desk.get(f"/accounts/{account.pk}/orders").content.decode()

    assert 'href="/accounts" aria-current="true"' in said


def test_ids_in_addresses_are_uuids(desk):
    assert UUID(int=0)
    assert desk.get("/accounts/17").status_code == 404
