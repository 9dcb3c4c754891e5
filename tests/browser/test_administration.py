"""A supervisor's morning in the administration, under the policy that forbids every inline script and style."""

import pytest

from customers import editing
from customers.models import Customer, CustomerEvent
from queues import agents
from queues.models import CannedReply, Queue
from tests.browser.looking import assert_accessible_day_and_night
from tests.cast import PASSWORD, chat_of, held
from tests.waiting import eventually

# Django's own tables have an empty head, which is no more than bad practice.
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
MODELS = ["customers/customer", "requests/carerequest", "activities/activity", "queues/queue", "queues/agent"]
MODELS += ["queues/task", "auth/user", "customers/customerevent"]


@pytest.fixture
def sonja(server):
    queue = Queue.objects.create(slug="internet", name="Internet")
    Queue.objects.create(slug="billing", name="Billing")
    sonja = agents.create("sonja", password=PASSWORD, queues=[queue], supervisor=True)[0]
    ana = agents.create("ana", password=PASSWORD, queues=[queue])[0]
    values = {"first_name": "Jelena", "last_name": "Marković", "emails": ["jelena@post.example"]}
    held(chat_of(editing.create(values, by=ana.user), queue), by=ana)
    return sonja


@pytest.fixture
def admin(page, sonja):
    page.goto("/admin/")
    page.get_by_role("textbox", name="Username", exact=True).fill("sonja")
    page.get_by_role("textbox", name="Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.wait_for_url("**/admin/")
    return page


@pytest.mark.rule("R120")
def test_every_kind_of_page_keeps_the_policy(browser_name, admin):
    """The page fixture fails on whatever the policy forbids."""
    for model in MODELS:
        admin.goto(f"/admin/{model}/?q=")
        admin.locator("#result_list tbody th a").first.click()
        admin.wait_for_url("**/change/**")
        admin.get_by_role("link", name="History", exact=True).click()
        admin.wait_for_url("**/history/**")


@pytest.mark.rule("R120")
def test_customer_is_corrected(admin):
    admin.goto("/admin/customers/customer/")
    admin.get_by_role("link", name="Jelena Marković").click()
    admin.get_by_label("City").fill("Niš")
    admin.get_by_role("button", name="Save", exact=True).click()
    admin.get_by_text("was changed successfully").wait_for()
    assert Customer.objects.get().city == "Niš"


@pytest.mark.rule("R120")
def test_agent_is_put_into_a_queue(admin):
    admin.goto("/admin/queues/queue/")
    admin.get_by_role("link", name="Billing").click()
    admin.get_by_role("button", name="Add another Member").click()
    admin.locator("#memberships-0 .select2-selection").click()
    admin.get_by_role("option", name="ana").click()
    admin.locator("#memberships-0 .select2-selection", has_text="ana").wait_for()
    admin.get_by_role("button", name="Save", exact=True).click()
    admin.get_by_text("was changed successfully").wait_for()
    eventually(lambda: Queue.objects.get(slug="billing").memberships.count() == 1)


def test_nothing_is_wrong_for_assistive_technology_by_day_or_night(admin):
    """Each kind of page: lists with filters, pages and fields in them; forms with rows below; what is only read."""
    CannedReply.objects.bulk_create(CannedReply(shortcut=f"reply-{n}", text="Hello") for n in range(60))
    reply = CannedReply.objects.first()
    queue, event = Queue.objects.get(slug="internet"), CustomerEvent.objects.first()
    paths = ["", "queues/cannedreply/", "queues/notreadyreason/", "queues/agent/", "queues/queue/add/"]
    paths += [f"queues/queue/{queue.pk}/change/", f"customers/customerevent/{event.pk}/change/"]
    paths += [f"queues/cannedreply/{reply.pk}/delete/"]
    for path in paths:
        admin.goto(f"/admin/{path}")
        assert_accessible_day_and_night(admin, options=WCAG)
