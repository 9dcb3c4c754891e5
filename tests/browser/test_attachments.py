"""Files in a chat, from both sides (R100)."""

import pytest
from playwright.sync_api import expect

from activities.models import Attachment
from tests.browser import customer
from tests.browser.agent import let_in, region
from tests.browser.looking import assert_accessible
from tests.cast import held
from tests.files import PDF, picture
from tests.waiting import eventually

LAMP = {"name": "lamp.png", "mimeType": "image/png", "buffer": picture(size=(600, 400))}
BILL = {"name": "bill.pdf", "mimeType": "application/pdf", "buffer": PDF}
TOOL = {"name": "tool.exe", "mimeType": "application/x-msdownload", "buffer": b"MZ"}
FALSE = {"name": "false.png", "mimeType": "image/png", "buffer": b"no picture at all"}
LONG = {"name": "long.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-" + bytes(10 << 20)}
LOADED = "image => image.complete && image.naturalWidth"
HAND_OVER = """([selector, event, files]) => {
  const data = new DataTransfer();
  for (const { name, type, bytes } of files) data.items.add(new File([new Uint8Array(bytes)], name, { type }));
  const place = document.querySelector(selector);
  const how = { bubbles: true, cancelable: true };
  if (event === "paste") place.dispatchEvent(new ClipboardEvent("paste", { ...how, clipboardData: data }));
  else for (const name of ["dragover", event]) place.dispatchEvent(new DragEvent(name, { ...how, dataTransfer: data }));
}"""


def tray_of(page):
    return page.get_by_role("list", name="Files to send").get_by_role("listitem")


@pytest.fixture
def choose(tmp_path):
    """choose(page, LAMP, …): from a folder of theirs."""

    def choose(page, *files):
        for file in files:
            (tmp_path / file["name"]).write_bytes(file["buffer"])
        page.locator("[data-files]").set_input_files([tmp_path / file["name"] for file in files])

    return choose


def send(page):
    page.get_by_role("button", name="Send", exact=True).click()


def file_in(page, name):
    return page.get_by_role("log", name="Messages").get_by_role("link", name=name)


def hand_over(page, selector, event, *files):
    given = [{"name": one["name"], "type": one["mimeType"], "bytes": list(one["buffer"])} for one in files]
    page.evaluate(HAND_OVER, [selector, event, given])


@pytest.mark.rule("R100")
def test_a_picture_one_way_and_a_pdf_the_other(browser_name, internet, ana, new_page, choose):
    vera = new_page()
    task = customer.begin(vera).tasks.get()
    box = customer.box_of(vera)
    box.fill("This lamp")
    choose(vera, LAMP, TOOL, LONG)
    items = tray_of(vera)
    expect(items).to_have_count(3)
    expect(items.nth(1)).to_contain_text("Only pictures")
    expect(items.nth(2)).to_contain_text("larger than 10 MB")
    expect(box).to_have_value("This lamp")
    for name in ("tool.exe", "long.pdf"):
        vera.get_by_role("button", name=f"Remove {name}").click()
    expect(items).to_have_count(1)
    assert_accessible(vera)
    send(vera)
    expect(items).to_have_count(0)
    expect(file_in(vera, "lamp.png")).to_be_visible()
    eventually(lambda: file_in(vera, "lamp.png").locator("img").evaluate(LOADED))

    held(task, ana)
    desk = let_in(new_page(), "ana", f"/desk/{task.pk}/")
    expect(file_in(desk, "lamp.png")).to_be_visible()
    file_in(desk, "lamp.png").click()
    opened = desk.get_by_role("dialog", name="lamp.png")
    expect(opened.get_by_role("button", name="Close the picture")).to_be_focused()
    eventually(lambda: opened.locator("img").evaluate(LOADED))
    assert_accessible(desk)
    desk.keyboard.press("Escape")
    expect(opened).to_be_hidden()

    choose(desk, BILL, FALSE)
    expect(tray_of(desk)).to_have_count(2)
    send(desk)
    expect(tray_of(desk)).to_have_count(1)
    expect(tray_of(desk)).to_contain_text("Only pictures")
    expect(file_in(desk, "bill.pdf")).to_be_visible()
    expect(file_in(vera, "bill.pdf")).to_be_visible()
    assert_accessible(desk)
    assert Attachment.objects.count() == 2


@pytest.mark.rule("R3", "R51", "R87", "R100")
def test_dropped_pasted_failed_and_sent_again(chat, page, new_page):
    new_page.allow("ERR_FAILED")
    let_in(page, "ana", f"/desk/{chat.pk}/")
    box = region(page, "Communication").get_by_role("textbox", name="Message")
    expect(box).to_be_visible()
    hand_over(page, "#messages", "drop", LAMP)
    hand_over(page, "#message", "paste", BILL)
    expect(tray_of(page)).to_have_count(2)
    hand_over(page, "#tasks", "drop", LAMP)
    expect(tray_of(page)).to_have_count(2)

    region(page, "Communication").get_by_role("button", name="Close", exact=True).click()
    expect(region(page, "Communication").get_by_role("alert").first).not_to_be_empty()
    expect(box).to_be_focused()

    page.route("**/attach/", lambda route: route.abort())
    send(page)
    expect(tray_of(page).get_by_text("Not sent.")).to_have_count(2)
    page.unroute("**/attach/")
    for _file in (LAMP, BILL):
        page.get_by_role("button", name="Try again").first.click()
    expect(tray_of(page)).to_have_count(0)
    for name in ("lamp.png", "bill.pdf"):
        expect(file_in(page, name)).to_have_count(1)
    assert Attachment.objects.count() == 2
