"""Request details, tags and comments in real browsers (R9, R50 to R54, R60 to R65)."""

import pytest
from playwright.sync_api import expect

from activities import remarks
from activities.models import Comment, Tag
from requests_app.editing import save_details
from requests_app.models import CareRequest
from tests.browser.agent import region
from tests.browser.beside import (
    at_desk,
    description_of,
    go_offline,
    tag_of,
    tags,
    title_of,
)
from tests.browser.looking import at_rest
from tests.cast import chat_in, held
from tests.waiting import eventually


def saved():
    return CareRequest.objects.values_list("title", "description").get()


def look_anew(page):
    with page.expect_response("**/activity_details/?*"):
        page.evaluate("htmx.trigger('#activity_details', 'look')")


class Test_title_and_description:
    @pytest.mark.rule("R8", "R51")
    def test_are_saved_when_their_field_is_left(self, browser_name, chat, page):
        at_desk(page, chat)
        expect(title_of(page)).to_have_attribute("placeholder", "My router restarts every ten minutes.")
        title_of(page).fill("Router keeps restarting")
        title_of(page).press("Tab")
        expect(region(page, "Request details").get_by_text("Saved", exact=True)).to_be_visible()
        assert saved() == ("Router keeps restarting", "")
        expect(description_of(page)).to_be_focused()
        page.keyboard.type("White model, orange light.")
        region(page, "Comments").get_by_role("textbox").click()
        eventually(lambda: saved()[1] == "White model, orange light.")
        expect(
            region(page, "Customer journey").get_by_role("group", name="Router keeps restarting")
        ).to_be_visible()

    @pytest.mark.rule("R51")
    def test_enter_and_ctrl_enter_save_at_once_and_leave_the_focus(self, chat, page):
        at_desk(page, chat)
        title_of(page).fill("Router")
        title_of(page).press("Enter")
        eventually(lambda: saved()[0] == "Router")
        expect(title_of(page)).to_be_focused()
        description_of(page).fill("White")
        description_of(page).press("Enter")
        page.keyboard.type("model")
        description_of(page).press("Control+Enter")
        eventually(lambda: saved()[1] == "White\nmodel")
        expect(description_of(page)).to_be_focused()

    @pytest.mark.rule("R51")
    def test_a_draft_survives_a_reload(self, chat, page):
        at_desk(page, chat)
        title_of(page).press_sequentially("Router ke")
        page.reload()
        expect(title_of(page)).to_have_value("Router ke")
        title_of(page).press("End")
        page.keyboard.type("eps restarting")
        title_of(page).press("Tab")
        eventually(lambda: saved()[0] == "Router keeps restarting")

    @pytest.mark.rule("R51")
    def test_a_dropped_line_loses_nothing_and_saves_when_it_is_back(self, chat, new_page):
        new_page.lose_the_line()
        page = at_desk(new_page(), chat)
        go_offline(page)
        title_of(page).fill("Router")
        title_of(page).press("Tab")
        expect(page.get_by_role("status", name="Notices")).to_contain_text("could not be reached")
        expect(title_of(page)).to_have_value("Router")
        page.context.set_offline(False)
        eventually(lambda: saved()[0] == "Router", seconds=20)

    @pytest.mark.rule("R50")
    def test_too_much_is_said_beside_the_field_and_nothing_is_cut(self, chat, page):
        at_desk(page, chat)
        details = region(page, "Request details")
        description_of(page).fill("x" * 1799)
        expect(details.get_by_text("/ 2,000")).to_be_hidden()
        description_of(page).fill("x" * 1987)
        expect(details.get_by_text("1,987 / 2,000")).to_be_visible()
        description_of(page).fill("x" * 2001)
        description_of(page).press("Shift+Tab")
        expect(details.get_by_text("1 character too many.")).to_be_visible()
        expect(description_of(page)).to_have_attribute("aria-invalid", "true")
        expect(description_of(page)).to_have_value("x" * 2001)
        assert saved() == ("", "")
        description_of(page).fill("x" * 2000)
        expect(description_of(page)).not_to_have_attribute("aria-invalid", "true")
        description_of(page).press("Shift+Tab")
        eventually(lambda: saved()[1] == "x" * 2000)

    @pytest.mark.rule("R41", "R51")
    def test_are_notes_until_the_customer_is_created(self, strange_chat, page):
        at_desk(page, strange_chat)
        title_of(page).fill("Wrong bill")
        title_of(page).press("Tab")
        expect(region(page, "Request details").get_by_text("Saved", exact=True)).to_be_visible()
        page.reload()
        expect(title_of(page)).to_have_value("Wrong bill")
        assert not CareRequest.objects.exists()

    @pytest.mark.rule("R8")
    def test_the_icon_tells_of_status_and_dates(self, chat, page):
        at_desk(page, chat)
        button = region(page, "Request details").get_by_role("button", name="Request information")
        button.press("Enter")
        expect(page.get_by_text("Closing", exact=True)).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_text("Closing", exact=True)).to_be_hidden()


class Test_a_colleague:
    @pytest.mark.rule("R54")
    def test_never_takes_the_pen_out_of_a_hand(self, chat, marko, page):
        at_desk(page, chat)
        title_of(page).press_sequentially("Router restarts")
        page.keyboard.press("Home")
        request = CareRequest.objects.get()
        save_details(request, {"description": "Line is clean."}, version=None, by=marko.user)
        expect(region(page, "Request details")).to_contain_text("Marko Babić changed Description")
        page.keyboard.type("The ")
        expect(title_of(page)).to_have_value("The Router restarts")
        expect(title_of(page)).to_be_focused()

    @pytest.mark.rule("R53")
    def test_whose_comment_comes_in_is_shown_at_once(self, chat, marko, page):
        at_desk(page, chat)
        remarks.comment(chat.activity, "Seen by me, too.", by=marko.user)
        expect(region(page, "Comments").get_by_text("Seen by me, too.")).to_be_visible()
        expect(region(page, "Comments").get_by_text("Marko Babić")).to_be_visible()


class Test_tags:
    @pytest.mark.rule("R60")
    def test_keys_make_a_tag_or_leave_and_the_focus_stays(self, browser_name, chat, page):
        at_desk(page, chat)
        box = tag_of(page)
        box.press_sequentially("hard, ware")
        box.press("Enter")
        expect(box).to_have_value("")
        page.keyboard.type("router")
        page.keyboard.press("Tab")
        expect(region(page, "Activity details").get_by_role("button", name="Remove router")).to_be_visible()
        assert tags(page) == ["hard, ware", "router"]
        expect(box).to_be_focused()
        page.keyboard.press("Tab")
        expect(box).not_to_be_focused()
        # Typed quickly one after another all are made.
        box.focus()
        for word in ("one", "two", "three", "four"):
            page.keyboard.type(word)
            page.keyboard.press("Enter")
        eventually(lambda: tags(page) == ["hard, ware", "router", "one", "two", "three", "four"])
        # Shift+Tab and Esc always leave, and keep what is typed.
        box.press_sequentially("rou")
        page.keyboard.press("Shift+Tab")
        expect(box).not_to_be_focused()
        box.focus()
        page.keyboard.press("Escape")
        expect(box).not_to_be_focused()
        expect(box).to_have_value("rou")
        assert Tag.objects.count() == 6

    @pytest.mark.rule("R60")
    def test_backspace_and_the_cross_remove(self, chat, ana, page):
        for word in ("one", "two", "three"):
            remarks.add_tag(chat.activity, word, by=ana.user)
        at_desk(page, chat)
        tag_of(page).press("Backspace")
        eventually(lambda: tags(page) == ["one", "two"])
        expect(tag_of(page)).to_be_focused()
        region(page, "Activity details").get_by_role("button", name="Remove one").click()
        eventually(lambda: tags(page) == ["two"])
        expect(tag_of(page)).to_be_focused()

    @pytest.mark.rule("R54", "R60")
    def test_a_cross_survives_a_look_at_its_pane(self, chat, ana, page):
        for word in ("one", "two"):
            remarks.add_tag(chat.activity, word, by=ana.user)
        at_desk(page, chat)
        cross = region(page, "Activity details").get_by_role("button", name="Remove two")
        cross.focus()
        before = cross.element_handle()
        look_anew(page)
        page.wait_for_function("(cross) => !cross.isConnected", arg=before)
        expect(cross).to_be_focused()
        at_rest(page)
        cross.hover()
        page.mouse.down()
        look_anew(page)
        page.mouse.up()
        eventually(lambda: tags(page) == ["one"])

    @pytest.mark.rule("R60")
    def test_an_arrow_chooses_a_suggestion_else_what_is_typed_counts(self, chat, ana, internet, page):
        other = held(chat_in(internet), ana).activity
        for word in ("router", "roof"):
            remarks.add_tag(other, word, by=ana.user)
        at_desk(page, chat)
        options = page.get_by_role("listbox", name="Suggestions").get_by_role("option")
        tag_of(page).press_sequentially("ro")
        expect(options).to_have_count(2)
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Backspace")  # what is typed after an arrow counts again
        page.keyboard.type("o")
        expect(options.first).not_to_have_attribute("aria-selected", "true")
        page.keyboard.press("Enter")
        eventually(lambda: tags(page) == ["ro"])
        tag_of(page).press_sequentially("roo")
        expect(options).to_have_count(1)
        page.keyboard.press("ArrowDown")
        expect(options.first).to_have_attribute("aria-selected", "true")
        page.keyboard.press("Tab")
        eventually(lambda: tags(page) == ["ro", "roof"])
        tag_of(page).press_sequentially("rou")
        options.first.click()
        eventually(lambda: tags(page) == ["ro", "roof", "router"])
        expect(tag_of(page)).to_be_focused()

    @pytest.mark.rule("R62")
    def test_a_twin_says_so_and_rings_the_first(self, chat, ana, page):
        remarks.add_tag(chat.activity, "Router", by=ana.user)
        at_desk(page, chat)
        tag_of(page).fill("ROUTER")
        tag_of(page).press("Enter")
        expect(region(page, "Activity details").get_by_text("“Router” is already there.")).to_be_visible()
        expect(page.locator(".tag.twin")).to_have_text("Router")
        expect(tag_of(page)).to_have_value("ROUTER")

    @pytest.mark.rule("R60", "R61")
    def test_51_characters_and_keys_of_an_input_method_make_none(self, chat, page):
        at_desk(page, chat)
        tag_of(page).fill("にほ")
        tag_of(page).dispatch_event("keydown", {"key": "Enter", "isComposing": True})
        tag_of(page).dispatch_event("keydown", {"key": "Enter", "keyCode": 229})
        expect(tag_of(page)).to_have_value("にほ")
        assert not Tag.objects.exists()
        tag_of(page).fill("x" * 51)
        tag_of(page).press("Enter")
        alert = region(page, "Activity details").get_by_role("alert")
        expect(alert.filter(has_text="too many")).to_be_visible()
        expect(tag_of(page)).to_have_value("x" * 51)
        expect(tag_of(page)).to_be_focused()
        page.keyboard.press("Backspace")
        page.keyboard.press("Enter")
        eventually(lambda: tags(page) == ["x" * 50])


class Test_comments:
    @pytest.mark.rule("R65")
    def test_are_added_and_edited_by_their_author(self, chat, page):
        at_desk(page, chat)
        pane = region(page, "Comments")
        pane.get_by_role("textbox", name="Add a comment").fill("Line test is clear.")
        pane.get_by_role("button", name="Add comment").click()
        expect(pane.get_by_role("listitem")).to_contain_text("Line test is clear.")
        expect(pane.get_by_role("textbox", name="Add a comment")).to_have_value("")
        pane.get_by_role("button", name="Edit comment").click()
        editor = pane.get_by_role("textbox", name="Comment", exact=True)
        expect(editor).to_be_focused()
        editor.fill("Line test is clean.")
        pane.get_by_role("button", name="Save comment").click()
        expect(pane.get_by_role("listitem")).to_contain_text("Line test is clean.")
        expect(pane.get_by_role("listitem")).to_contain_text("edited")
        assert Comment.objects.get().text == "Line test is clean."

    @pytest.mark.rule("R51", "R65")
    def test_ctrl_enter_adds_empty_is_refused_in_words_and_what_was_begun_survives_a_reload(self, chat, page):
        at_desk(page, chat)
        pane = region(page, "Comments")
        box = pane.get_by_role("textbox", name="Add a comment")
        box.press("Control+Enter")
        expect(pane.get_by_text("Write the comment first.")).to_be_visible()
        box.fill("One")
        expect(pane.get_by_text("Write the comment first.")).to_be_hidden()
        box.press("Control+Enter")
        expect(pane.get_by_role("listitem")).to_contain_text("One")
        expect(box).to_have_value("")
        box.press_sequentially("Terazije has 12")
        page.reload()
        expect(box).to_have_value("Terazije has 12")
