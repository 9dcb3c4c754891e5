"""The chat in a frame on somebody else's page: one script tag, a strict policy, cookies of a third party."""

import pytest
from playwright.sync_api import expect

from activities.models import Activity
from tests.browser.customer import (
    QUESTION,
    Desk,
    begin,
    box_of,
    click,
    line_of,
    log_of,
    press,
    say,
    shown,
    stored,
)
from tests.browser.host import Site, served
from tests.browser.looking import assert_accessible
from tests.files import picture
from tests.waiting import eventually

# Firefox tells of every cookie of a third party that is kept apart for each site that shows it: as it should be.
EXPECTED = [r"Partitioned", r"partitioned"]


@pytest.fixture
def ours(server):
    """The origin of the chat, which is another site than the host's 127.0.0.1."""
    return server.url.replace("127.0.0.1", "localhost")


@pytest.fixture
def shop(ours, internet):
    tag = f'<script async src="{ours}/chat.js" data-queue="internet"></script>'
    with served(Site(ours, tag)) as address:
        yield address


@pytest.fixture
def visitor(new_page, shop):
    new_page.allow(*EXPECTED)
    page = new_page(own=True)
    page.goto(shop)
    return page


def launcher_of(page):
    return page.get_by_role("button", name="Chat with us")


def frame_of(page):
    return page.frame_locator("iframe[title=Chat]")


def opened(page):
    launcher_of(page).click()
    return frame_of(page)


class Test_on_another_site:
    @pytest.mark.rule("R1", "R100")
    def test_a_chat_goes_on_over_a_reload_of_the_host_page(self, browser_name, visitor, shop, ana):
        frame = opened(visitor)
        activity = begin(frame, address="")
        assert activity.source_page == f"{shop}/"
        names = {cookie["name"] for cookie in visitor.context.cookies() if "csrf" not in cookie["name"]}
        assert "__Host-framed-chat-internet" in names
        assert all(name.startswith("__Host-framed-") for name in names), "partitioned, and no others"
        desk = Desk(ana, activity).accept()
        expect(frame.get_by_role("heading", name="Ana Kovač")).to_be_visible()
        say(frame, "From a frame")
        expect(line_of(frame, "From a frame").get_by_text("Delivered")).to_be_visible()

        visitor.reload()
        expect(line_of(frame, "From a frame")).to_be_visible()
        desk.answer("Still here")
        expect(line_of(frame, "Still here")).to_be_visible()
        assert shown(frame) == stored(activity) == [QUESTION, "From a frame", "Still here"]
        assert Activity.objects.count() == 1

    @pytest.mark.rule("R100")
    def test_a_picture_is_sent_seen_and_saved(self, visitor, internet, tmp_path):
        """What is asked for by an <img> or a link cannot say that it is framed; Escape leaves the picture alone."""
        frame = opened(visitor)
        begin(frame, address="")
        expect(box_of(frame)).to_be_focused()  # by the script, which takes files from now on
        (tmp_path / "lamp.png").write_bytes(picture())
        frame.locator("[data-files]").set_input_files(tmp_path / "lamp.png")
        frame.get_by_role("button", name="Send", exact=True).click()
        sent = log_of(frame).get_by_role("link", name="lamp.png")
        eventually(lambda: sent.locator("img").evaluate("image => image.complete && image.naturalWidth"))
        sent.click()
        viewer = frame.get_by_role("dialog", name="lamp.png")
        with visitor.expect_download() as saving:
            viewer.get_by_role("link", name="Save").click()
        assert saving.value.suggested_filename == "lamp.png"
        visitor.keyboard.press("Escape")
        expect(viewer).to_be_hidden()
        expect(log_of(frame)).to_be_visible()

    @pytest.mark.rule("R100")
    def test_the_conversation_of_a_site_is_that_sites(self, visitor, ours):
        begin(opened(visitor), address="")
        own = visitor.context.new_page()
        own.goto(f"{ours}/chat/internet/")
        expect(own.get_by_role("button", name="Start chat")).to_be_visible()

    @pytest.mark.rule("R42")
    def test_a_small_frame_keeps_the_place_and_tells_of_answers(self, visitor, ana):
        frame = opened(visitor)
        activity = begin(frame, address="")
        click(frame.get_by_role("button", name="Make smaller"))
        expect(visitor.locator("iframe")).to_be_hidden()
        expect(launcher_of(visitor)).to_be_focused()
        visitor.get_by_role("link", name="Other").click()
        visitor.wait_for_url("**/other")
        expect(launcher_of(visitor)).to_be_visible()
        eventually(lambda: visitor.frames[1:] and "/chat/internet/" in visitor.frames[1].url)

        Desk(ana, activity).accept().answer("Look here")
        expect(visitor.get_by_role("button", name="Chat with us. Unread messages: 1")).to_be_visible()
        activity.refresh_from_db()
        assert activity.customer_seen_seq < activity.last_seq
        launcher_of(visitor).click()
        expect(line_of(frame, "Look here")).to_be_visible()
        eventually(lambda: Activity.objects.get().customer_seen_seq == activity.last_seq)
        expect(visitor.get_by_role("button", name="Unread messages")).to_have_count(0)


class Test_the_button:
    def test_is_there_once_however_often_the_script_is(self, new_page, ours, internet):
        tag = f'<script async src="{ours}/chat.js" data-queue="internet"></script>'
        with served(Site(ours, tag * 3)) as shop:
            page = new_page(own=True)
            page.goto(shop)
            expect(launcher_of(page)).to_be_visible()
            page.wait_for_load_state("networkidle")
            expect(page.locator("caredesk-chat")).to_have_count(1)

    def test_looks_the_same_whatever_the_page_says(self, visitor):
        box = launcher_of(visitor).bounding_box()
        size = visitor.viewport_size
        assert 48 <= box["height"] <= 60
        assert size["height"] - 40 < box["y"] + box["height"] < size["height"]
        assert size["width"] - 40 < box["x"] + box["width"] < size["width"]
        style = "(button) => [getComputedStyle(button).color, getComputedStyle(button).fontSize]"
        assert launcher_of(visitor).evaluate(style) == ["rgb(255, 255, 255)", "16px"]

    def test_says_what_the_tag_says(self, new_page, ours, internet):
        with served(
            Site(ours, f'<script src="{ours}/chat.js" data-queue="internet" data-label="Ask us"></script>')
        ) as shop:
            page = new_page(own=True)
            page.goto(shop)
            expect(page.get_by_role("button", name="Ask us")).to_be_visible()

    def test_opens_and_closes_by_the_keyboard(self, browser_name, visitor):
        expect(launcher_of(visitor)).to_be_visible()
        visitor.get_by_role("link", name="Other").focus()
        visitor.keyboard.press("Tab")
        expect(launcher_of(visitor)).to_be_focused()
        visitor.keyboard.press("Enter")
        frame = frame_of(visitor)
        frame.get_by_role("textbox", name="Name").fill("Vera")
        press(frame.get_by_role("textbox", name="Name"), "Escape")
        expect(visitor.locator("iframe")).to_be_hidden()
        expect(launcher_of(visitor)).to_be_focused()
        visitor.keyboard.press("Enter")
        expect(frame.get_by_role("textbox", name="Name")).to_have_value("Vera")

    def test_heeds_nobody_but_the_frame(self, visitor):
        opened(visitor)
        expect(visitor.locator("iframe")).to_be_visible()
        visitor.evaluate("postMessage({type: 'caredesk:minimise'}, '*')")
        visitor.evaluate("new Promise(requestAnimationFrame)")
        expect(visitor.locator("iframe")).to_be_visible()

    def test_opens_over_the_whole_of_a_phone(self, new_page, shop):
        new_page.allow(*EXPECTED)
        page = new_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
        page.goto(shop)
        frame = opened(page)
        expect(frame.get_by_role("button", name="Make smaller")).to_be_visible()
        assert page.locator("iframe").bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 844}

    def test_passes_axe_closed_and_open(self, visitor):
        for _ in range(2):
            assert_accessible(visitor.frames[-1])
            opened(visitor)
