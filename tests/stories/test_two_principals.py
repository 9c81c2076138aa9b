"""Two principals work through one queue at once, each in a session of their own.

Both take whatever the queue shows first, so that they meet again and again over the same request.
"""

import json
import os
import re
from collections import Counter
from threading import Thread

import pytest
import requests

from tests.stories.test_event_streams import Reader

pytestmark = pytest.mark.xdist_group("serve")
WAITING = int(os.environ.get("STORY_REQUESTS", "40"))
KINDS = {"approved": "options_application.approved", "rejected": "options_application.rejected"}
PASSWORD = "two principals, one queue"
HIRE = f"""
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from accounts.choices import Role
from accounts.services.users import create_staff, system_user
as_principal = {{"role": Role.ROP, "password": "{PASSWORD}", "correspondent_code": "ACME"}}
for name in ("first", "second"):
    member = create_staff(actor=system_user(), email=name + "@acme.example", **as_principal)
    TOTP.activate(member, generate_totp_secret())
"""
OUTCOMES = """
import json
from brokerage.models import Event
from options.models import OptionsApplication, ReviewStep
decided = ReviewStep.objects.order_by("id").values_list("application_id", "act", "taken_by__email")
events = Event.objects.filter(type__startswith="options_application.", event_id__isnull=False).order_by("event_id")
print(json.dumps({
    "waiting": OptionsApplication.objects.filter(status="PENDING").count(),
    "steps": [[str(one), act, email] for one, act, email in decided],
    "events": [[one, kind] for one, kind in events.values_list("subject_id", "type")],
}))
"""
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
REQUEST = re.compile(r'href="(/options/requests/[0-9a-f-]{36}[^"]*)"')
SEEN_LEVEL = re.compile(r'name="seen_level" value="(\d)"|value="(\d)"[^>]*name="seen_level"')


class Principal:
    """Somebody who decides whatever the queue shows first until it is empty."""

    def __init__(self, installation, partner, email):
        self.url = partner.url
        self.session = requests.Session()
        self.answers = Counter()
        self._post("/sign-in", {"login": email, "password": PASSWORD})
        self._post("/sign-in/code", {"code": installation.manage("sign_in_code", email).split()[0]})

    def work(self):
        """Decide until nothing waits: every third is refused, the others are approved where that can be."""
        number = 0
        while found := REQUEST.search(self._get("/options/queue")):
            number += 1
            self._decide(found[1], act="rejected" if number % 3 == 0 else "approved")

    def _decide(self, path, *, act):
        page = self._get(path)
        level = SEEN_LEVEL.search(page)
        if level is None:
            self.answers["was decided when it was opened"] += 1
            return
        codes = {"approved": "facts_confirmed", "rejected": "not_suitable"}
        answer = self._post(
            path,
            {
                "act": act,
                f"code_{act}": codes[act],
                "reason": "Spoken to by telephone, all confirmed.",
                "seen_level": level[1] or level[2],
            },
            page=page,
        )
        self.answers[answer.status_code] += 1
        if answer.status_code == 422 and act == "approved" and "was decided" not in answer.text:
            self._decide(path, act="rejected")

    def _get(self, path):
        answer = self.session.get(self.url + path, timeout=60)
        answer.raise_for_status()
        return answer.text

    def _post(self, path, fields, page=""):
        token = TOKEN.search(page or self._get(path))
        return self.session.post(
            self.url + path,
            {**fields, "csrfmiddlewaretoken": token[1]},
            headers={"Referer": self.url + path},
            timeout=60,
            allow_redirects=not page,
        )


@pytest.fixture(scope="module")
def outcomes(installation, partner):
    """what two principals left of the requests."""
    installation.manage("shell", "-c", HIRE)
    installation.manage("seed_book", "--accounts", str(WAITING + 50), "--pending", str(WAITING))
    principals = [Principal(installation, partner, f"{name}@acme.example") for name in ("first", "second")]
    threads = [Thread(target=one.work) for one in principals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    installation.wait_until(lambda: len(_announced(_left(installation))) == WAITING)
    return _left(installation), principals


def _left(installation):
    return json.loads(installation.manage("shell", "--no-imports", "-c", OUTCOMES))


def _announced(left):
    """Answer which request was announced as what, in the order of the stream."""
    return [[application, kind] for application, kind in left["events"] if kind in KINDS.values()]


def test_each_request_is_decided_exactly_once(outcomes):
    left, principals = outcomes

    decided = Counter(application for application, _, _ in left["steps"])
    assert left["waiting"] == 0
    assert len(decided) == WAITING
    assert set(decided.values()) == {1}
    by_whom = Counter(email for _, _, email in left["steps"])
    assert set(by_whom) == {"first@acme.example", "second@acme.example"}
    for principal in principals:
        assert principal.answers[302] > 0


def test_each_decision_is_announced_exactly_once_and_in_the_order_in_which_they_were_made(outcomes):
    left, _ = outcomes

    announced = _announced(left)

    assert len(announced) == WAITING
    assert sorted(announced) == sorted([application, KINDS[act]] for application, act, _ in left["steps"])


def test_the_stream_tells_each_new_level_once(outcomes, partner):
    left, _ = outcomes
    approved = sum(act == "approved" for _, act, _ in left["steps"])
    levels = []
    for event in Reader(partner, "/v1/events/accounts/status?since_id=0").events():
        if "options" in event:
            levels.append((event["account_id"], event["event_id"]))
        if len(levels) == approved:
            break

    assert approved > 0
    assert len({account for account, _ in levels}) == approved
    assert [place for _, place in levels] == sorted(place for _, place in levels)
