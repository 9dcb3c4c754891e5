"""The gadget in the frame of another desktop, of another host name and port: the page of docs/integrating.md."""

import pytest
from playwright.sync_api import expect

from activities.models import Activity, OpenCustomer, RecentCustomer
from caredesk.engine_room import ROOT
from customers import editing
from requests_app.models import CareRequest
from tests.browser.customer import click, press
from tests.browser.host import Desktop, served
from tests.browser.looking import assert_accessible
from tests.cast import PASSWORD
from tests.waiting import eventually

# Firefox tells of every cookie of a third party that is kept apart for each site that shows it: as it should be. A look
# at a customer who has just been closed finds nobody.
EXPECTED = [r"[Pp]artitioned", r"(status of|Error Code) 404", r"^Blocked autofocusing"]


@pytest.fixture
def desktop(server, new_page):
    new_page.allow(*EXPECTED)
    with served(Desktop(server.url.replace("127.0.0.1", "localhost")), server.desktop_port) as address:
        page = new_page(viewport={"width": 800, "height": 900}, locale="en-GB")
        page.goto(address)
        yield page


def gadget_of(page):
    return page.frame_locator("iframe[title='Customer Context']")


def log_in(gadget, name="ana"):
    gadget.get_by_role("textbox", name="Username").fill(name)
    gadget.get_by_role("textbox", name="Password").fill(PASSWORD)
    click(gadget.get_by_role("button", name="Log in"))
    expect(gadget.get_by_role("tab", name="Open")).to_be_visible()


def report(page, button, name):
    """The host's button; the customer whom that brings into Open, and who is shown."""
    page.get_by_role("button", name=button).click()
    line = page.get_by_role("list", name="Going on").get_by_role("listitem").last
    expect(line).to_contain_text("opened")
    expect(row_of(gadget_of(page), name)).to_have_attribute("aria-current", "true")
    expect(
        region(gadget_of(page), "Customer details").get_by_role("button", name=name, exact=True)
    ).to_be_visible()
    return line


def row_of(gadget, name):
    return gadget.get_by_role("listitem").get_by_role("button", name=name, exact=True)


def region(gadget, name):
    return gadget.get_by_role("region", name=name, exact=True)


def tab(gadget, name):
    click(gadget.get_by_role("tab", name=name))
    expect(gadget.get_by_role("tab", name=name)).to_have_attribute("aria-selected", "true")


class Test_in_the_frame_of_another_desktop:
    @pytest.mark.rule("R1", "R11", "R110", "R111", "R112", "R113", "R115")
    def test_the_whole_way(self, browser_name, desktop, ana, marko, jelena):
        pete = editing.create(
            {"first_name": "Pete", "last_name": "Brown", "emails": ["pete@post.example"]}, by=ana.user
        )
        gadget = gadget_of(desktop)
        log_in(gadget)
        report(desktop, "Accept chat", "Vera Check")
        report(desktop, "Open e-mail", "Pete Brown")
        call = report(desktop, "Answer call", "Jelena Marković")
        assert OpenCustomer.objects.count() == 3

        # Another language: who is shown and what is typed stay, while the host says all of it again.
        click(row_of(gadget, "Vera Check"))
        expect(gadget.locator("#customer_name")).to_have_text("Vera Check")
        gadget.get_by_label("Add a comment").fill("Half a comm")
        for language, code in (("Polski", "pl"), ("English", "en")):
            click(gadget.get_by_role("button", name="Ana Kovač", exact=True))
            click(gadget.get_by_role("button", name=language, exact=True))
            expect(gadget.locator(f"html[lang={code}]")).to_have_count(1)
            expect(gadget.locator("#comments textarea").first).to_have_value("Half a comm")
            expect(gadget.locator("#customer_name")).to_have_text("Vera Check")
        click(row_of(gadget, "Jelena Marković"))
        expect(gadget.locator("#customer_name")).to_have_text("Jelena Marković")

        # What is typed in the panes is stored, and a colleague's change is told.
        title = region(gadget, "Request details").get_by_role("textbox", name="Title")
        title.fill("Router keeps restarting")
        title.dispatch_event("focusout")
        expect(region(gadget, "Customer journey")).to_contain_text("Router keeps restarting")
        box = gadget.get_by_label("Add a tag")
        box.fill("router")
        press(box, "Enter")
        expect(gadget.get_by_role("button", name="Remove router")).to_be_visible()
        editing.save(jelena, {"city": "Delft"}, version=jelena.version, by=marko.user)
        caution = region(gadget, "Customer details").get_by_role("status").filter(has_text="Marko Babić")
        click(caution.get_by_role("button", name="Load"))
        expect(region(gadget, "Customer details")).to_contain_text("Delft")

        # Ended by the host: still open.
        call.get_by_role("button", name="End").click()
        expect(row_of(gadget, "Jelena Marković")).to_have_accessible_description("Call, ended")
        assert eventually(lambda: Activity.objects.get(medium="call").state == "ended")

        # Close: Recent, and open again from there.
        click(gadget.get_by_role("button", name="Close", exact=True))
        expect(call).to_contain_text("closed")
        expect(row_of(gadget, "Jelena Marković")).to_have_count(0)
        tab(gadget, "Recent")
        click(row_of(gadget, "Jelena Marković"))
        expect(
            region(gadget, "Customer details").get_by_role("button", name="Jelena Marković")
        ).to_be_visible()

        # The chat's customer is nobody yet: Create links them.
        tab(gadget, "Open")
        click(row_of(gadget, "Vera Check"))
        expect(region(gadget, "Customer details").get_by_role("button", name="Vera Check")).to_be_visible()
        click(gadget.get_by_role("button", name="Create", exact=True))
        form = gadget.get_by_role("dialog", name="Customer information")
        click(form.get_by_role("button", name="Create", exact=True))
        expect(form).to_have_count(0)
        assert eventually(lambda: Activity.objects.get(medium="chat").customer is not None)
        assert CareRequest.objects.filter(customer__first_name="Vera").exists()

        # Search, and the session is still there when the host's page is loaded again.
        desktop.reload()
        tab(gadget, "Search")
        words = gadget.get_by_role("searchbox", name="Search customers")
        words.fill("pete")
        words.evaluate("field => field.form.requestSubmit()")
        click(row_of(gadget, "Pete Brown"))
        expect(region(gadget, "Customer details").get_by_role("button", name="Pete Brown")).to_be_visible()
        assert OpenCustomer.objects.filter(customer=pete).count() == 1
        recent = RecentCustomer.objects.order_by("-at").values_list("customer__first_name", flat=True)
        assert list(recent) == ["Vera", "Jelena"]

    @pytest.mark.rule("R110")
    def test_only_named_origins_are_heard_and_it_is_accessible(self, desktop, ana, jelena):
        gadget = gadget_of(desktop)
        log_in(gadget)
        frame = next(frame for frame in desktop.frames if "/gadget/" in frame.url)
        message = {"type": "caredesk:interaction", "id": "1", "event": "started", "medium": "call"}
        frame.evaluate("message => postMessage(message, '*')", message)
        frame.evaluate("message => { parent.frames[0].postMessage(message, '*') }", message)
        report(desktop, "Answer call", "Jelena Marković")
        assert Activity.objects.count() == 1

        for theme in ("light", "dark"):
            frame.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
            assert_accessible(frame, f"gadget {theme}")
        desktop.locator("iframe").evaluate("frame => { frame.width = 380 }")
        journey = gadget.get_by_role("button", name="Customer journey")
        click(journey)
        expect(region(gadget, "Customer journey")).to_be_visible()
        expect(region(gadget, "Request details")).to_be_hidden()
        assert frame.evaluate("document.documentElement.scrollWidth") <= 380
        assert_accessible(frame, "gadget narrow")


FINESSE = """
() => {
  const added = { handlers: {} };
  const dialog = (id, state, from, values) => ({
    state, getId: () => id, getState() { return this.state }, getFromAddress: () => from, getToAddress: () => "204",
    getMediaProperties: () => values, addHandler: (name, handler) => (added.handlers[id] = handler),
  });
  const collection = (rows) => ({ getCollection: () => Object.fromEntries(rows.map((row, at) => [at, row])) });
  const call = dialog("1", "ALERTING", "+31207940800", { callVariable1: "C-1", callVariable2: 7 });
  const mail = dialog("2", "ACTIVE", "", { callVariable1: "C-2" });
  const media = (name, rows) => ({ getName: () => name, getMediaDialogs: ({ onLoad }) => onLoad(collection(rows)) });
  class User {
    constructor({ onLoad }) { setTimeout(onLoad) }
    getExtension() { return "204" }
    getDialogs(told) { added.calls = told; told.onCollectionAdd(call) }
    getMediaList({ onLoad }) { onLoad(collection([media("Cisco_Voice", [call]), media("E-mail_MRD", [mail])])) }
  }
  window.finesse = {
    gadget: { Config: { id: "1" } },
    clientservices: { ClientServices: { init() {} } },
    restservices: { User },
  };
  window.said = [];
  const contentWindow = { postMessage: (words, origin) => said.push([origin, words]) };
  const frame = { src: "https://desk.example.org/gadget/", contentWindow };
  caredesk.init(frame, { customer: "callVariable1", subject: "callVariable2" });
  setTimeout(() => {
    call.state = "ACTIVE";
    added.handlers["1"](call);
    added.handlers["1"](call);
    added.calls.onCollectionDelete(call);
  }, 20);
}
"""


@pytest.mark.rule("R110")
def test_finesses_dialogs_become_messages(page):
    page.goto("about:blank")
    page.add_script_tag(path=ROOT / "static" / "js" / "finesse.js")
    page.evaluate(FINESSE)
    page.wait_for_function("said.length === 3")
    said = page.evaluate("said")
    assert {origin for origin, _words in said} == {"https://desk.example.org"}
    kind = {"type": "caredesk:interaction", "event": "started"}
    mail = kind | {"id": "finesse-2", "medium": "email", "customer": "C-2"}
    call = kind | {"id": "finesse-1", "medium": "call", "phone": "+31207940800", "customer": "C-1"}
    over = kind | {"id": "finesse-1", "medium": "call", "event": "ended"}
    assert [words for _origin, words in said] == [mail, call, over]
