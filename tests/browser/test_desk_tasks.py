"""The rail and the work area: selecting, looking, accepting, with mouse and keys, on three sizes of screen."""

import re
import uuid

import pytest
from playwright.sync_api import expect

from queues import agents, chats, closing
from queues.accepting import accept
from tests.browser.agent import let_in, list_of, looked, region, task_of
from tests.browser.looking import assert_accessible_day_and_night, at_rest
from tests.cast import chat_in, held
from tests.waiting import eventually


@pytest.fixture
def desk(server, internet, billing, ana, page):
    """Ana's desk, with nothing in progress and nothing waiting."""
    return let_in(page, "ana")


def message_of(page):
    return region(page, "Communication").get_by_role("textbox", name="Message")


def accept_of(page):
    return page.get_by_role("button", name="Accept", exact=True)


@pytest.mark.rule("R2", "R20")
def test_new_work_appears_by_itself_and_can_be_looked_at(desk, internet, ana):
    expect(region(desk, "Communication")).to_contain_text("Nobody is waiting in Internet.")
    chat_in(internet, name="Noor van Dijk", text="Mijn factuur klopt niet")
    row = task_of(desk, "Noor van Dijk")
    expect(row).to_contain_text("Mijn factuur klopt niet")
    row.click()
    expect(desk.get_by_role("log", name="Messages")).to_contain_text("Mijn factuur klopt niet")
    expect(accept_of(desk)).to_be_visible()
    expect(message_of(desk)).to_have_count(0)


@pytest.mark.rule("R3")
def test_selecting_names_the_address_and_goes_back(browser_name, desk, internet, ana):
    first, second = [held(chat_in(internet, name=name), ana) for name in ("Jelena", "Tomasz")]
    for task, name in ((first, "Jelena"), (second, "Tomasz")):
        row = task_of(desk, name, "In progress")
        row.click()
        expect(message_of(desk)).to_have_attribute("placeholder", f"Write to {name}")
        expect(row).to_be_focused()
        expect(row).to_have_attribute("aria-current", "true")
        assert desk.url.endswith(f"/desk/{task.pk}/")
        expect(desk).to_have_title(re.compile(rf"^(\(\d\) )?{name} · Care Desk$"))
    desk.go_back()
    expect(message_of(desk)).to_have_attribute("placeholder", "Write to Jelena")
    expect(task_of(desk, "Jelena", "In progress")).to_have_attribute("aria-current", "true")
    expect(task_of(desk, "Tomasz", "In progress")).not_to_have_attribute("aria-current", "true")
    desk.go_back()
    expect(region(desk, "Communication")).to_contain_text("Choose a task in progress")
    desk.go_forward()
    expect(message_of(desk)).to_have_attribute("placeholder", "Write to Jelena")
    desk.reload()
    expect(message_of(desk)).to_have_attribute("placeholder", "Write to Jelena")


@pytest.mark.rule("R21")
def test_accept_puts_the_pen_into_the_composer(desk, internet, ana):
    """Even where the bell of their own Accept rings before the answer to it has come."""
    chat_in(internet, name="Noor")
    task_of(desk, "Noor").click()
    answers = []
    desk.route("**/accept/", lambda route: answers.append((route, route.fetch())))
    with desk.expect_response(re.compile("/communication/")):
        accept_of(desk).click()
    eventually(lambda: desk.wait_for_timeout(20) or answers)
    route, answer = answers[0]
    route.fulfill(response=answer)
    expect(message_of(desk)).to_be_focused()
    expect(task_of(desk, "Noor", "In progress")).to_have_attribute("aria-current", "true")
    expect(task_of(desk, "Noor", "In progress")).not_to_have_class(re.compile(r"\bunread\b"))
    expect(list_of(desk, "Queue").get_by_role("button")).to_have_count(0)


@pytest.mark.rule("R22")
def test_who_looks_while_somebody_takes_it_is_told_by_push(desk, internet, marko, new_page):
    new_page.allow("404")
    task = chat_in(internet, name="Noor")
    task_of(desk, "Noor").click()
    expect(accept_of(desk)).to_be_visible()
    accept(task.pk, by=marko)
    expect(region(desk, "Communication").get_by_role("status")).to_have_text("Marko Babić took it.")
    expect(task_of(desk, "Noor")).to_have_count(0)
    expect(accept_of(desk)).to_have_count(0)


@pytest.mark.rule("R22")
def test_who_presses_late_is_told_who_took_it(desk, internet, ana, marko):
    """No push comes here, so that the press is really late."""
    desk.route_web_socket("**/ws/desk/", lambda socket: None)
    mine, task = held(chat_in(internet, name="Own"), ana), chat_in(internet, name="Noor")
    at = desk.url
    desk.goto(f"{at}{mine.pk}/")
    message_of(desk).fill("Half a sentence")
    task_of(desk, "Noor").click()
    expect(accept_of(desk)).to_be_visible()
    accept(task.pk, by=marko)
    accept_of(desk).click()
    expect(region(desk, "Communication").get_by_role("status")).to_have_text(
        "Marko Babić took it a moment ago."
    )
    expect(task_of(desk, "Noor")).to_have_count(0)
    task_of(desk, "Own", "In progress").click()
    expect(message_of(desk)).to_have_value("Half a sentence")


def test_a_task_closed_elsewhere_says_so_and_leaves_the_list(desk, internet, ana, new_page):
    task = held(chat_in(internet, name="Noor"), ana)
    task_of(desk, "Noor", "In progress").click()
    expect(message_of(desk)).to_be_visible()
    closing.close(task.pk, closing.Leftovers(), choice=closing.DISCARD, by=ana)
    expect(region(desk, "Communication")).to_contain_text("This task is no longer yours to see")
    expect(task_of(desk, "Noor", "In progress")).to_have_count(0)
    new_page.allow("404")


@pytest.mark.rule("R54")
def test_a_list_that_changes_keeps_focus_and_place(browser_name, desk, internet, ana):
    for number in range(25):
        chat_in(internet, name=f"Customer {number}")
    row = task_of(desk, "Customer 20")
    looked(desk, ana)
    row.focus()
    row.scroll_into_view_if_needed()
    top = row.bounding_box()["y"]
    chat_in(internet, name="Somebody new")
    expect(task_of(desk, "Somebody new")).to_be_attached()
    expect(task_of(desk, "Customer 20")).to_be_focused()
    assert task_of(desk, "Customer 20").bounding_box()["y"] == pytest.approx(top, abs=2)


# --- keys


def test_keys_move_between_tasks_and_accept(desk, internet, ana):
    (
        held(chat_in(internet, name="Own"), ana),
        chat_in(internet, name="First"),
        chat_in(internet, name="Second"),
    )
    looked(desk, ana)
    desk.keyboard.press("j")
    expect(message_of(desk)).to_have_attribute("placeholder", "Write to Own")
    desk.keyboard.press("j")
    expect(accept_of(desk)).to_be_visible()
    expect(task_of(desk, "First")).to_be_focused()
    desk.keyboard.press("j")
    expect(task_of(desk, "Second")).to_be_focused()
    desk.keyboard.press("k")
    expect(task_of(desk, "First")).to_have_attribute("aria-current", "true")
    expect(region(desk, "Communication").get_by_role("button", name="First")).to_be_visible()
    at_rest(desk)
    desk.keyboard.press("F8")
    expect(task_of(desk, "First", "In progress")).to_be_visible()
    expect(message_of(desk)).to_be_focused()


@pytest.mark.rule("R2", "R20")
def test_more_who_wait_come_when_asked_for_and_stay(desk, internet, ana):
    for number in range(52):
        chat_in(internet, name=f"Number {number}")
    looked(desk, ana)
    desk.get_by_role("button", name="and 2 more waiting").click()
    expect(task_of(desk, "Number 50")).to_be_focused()
    chat_in(internet, name="Somebody else")
    expect(task_of(desk, "Somebody else")).to_be_visible()
    task_of(desk, "Number 51").click()
    expect(accept_of(desk)).to_be_visible()
    assert "shown" not in desk.url


def test_letters_are_letters_in_a_field_and_can_be_switched_off(desk, internet, ana):
    held(chat_in(internet, name="Own"), ana), chat_in(internet, name="Other")
    task_of(desk, "Own", "In progress").click()
    message_of(desk).press_sequentially("jk?")
    expect(message_of(desk)).to_have_value("jk?")
    assert task_of(desk, "Own", "In progress").get_attribute("aria-current") == "true"
    message_of(desk).press("Escape")
    expect(task_of(desk, "Own", "In progress")).to_be_focused()
    desk.keyboard.press("?")
    keys = desk.get_by_role("region", name="Keys")
    expect(keys).to_be_visible()
    keys.get_by_role("checkbox").uncheck()
    desk.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    task_of(desk, "Own", "In progress").focus()
    desk.keyboard.press("j")
    desk.keyboard.press("?")
    expect(keys).to_be_hidden()
    desk.reload()
    assert not desk.locator("[data-keys]").is_checked()


# --- the reader's own menu


def test_colours_are_kept_by_browser_and_server_and_one_press_logs_out(desk, new_page):
    new_page.allow("401")  # what a list is told that looks while its reader logs out
    desk.get_by_role("button", name="Ana Kovač").click()
    desk.get_by_role("radio", name="Dark").check(force=True)
    expect(desk.locator("html")).to_have_attribute("data-theme", "dark")
    desk.reload()
    expect(desk.locator("html")).to_have_attribute("data-theme", "dark")
    desk.get_by_role("button", name="Ana Kovač").click()
    desk.get_by_role("radio", name="System").check(force=True)
    assert desk.locator("html").get_attribute("data-theme") is None
    desk.get_by_role("button", name="Log out").click()
    expect(desk.get_by_role("textbox", name="Username")).to_be_visible()


def test_a_disabled_agent_is_sent_to_the_log_in(desk, ana, new_page):
    new_page.allow("401")
    expect(list_of(desk, "Queue")).to_be_attached()
    agents.disable(ana.user, by=None)
    expect(desk.get_by_role("textbox", name="Username")).to_be_visible()


# --- sizes


SIZES = {"wide": (1440, 900), "narrow": (1280, 720), "phone": (390, 844)}


@pytest.fixture
def sized(server, internet, ana, new_page):
    """sized("phone") → Ana's desk on a screen of that size, with the task selected if one is given."""

    def open_desk(name, task=None):
        width, height = SIZES[name]
        page = new_page(viewport={"width": width, "height": height})
        return let_in(page, "ana", f"/desk/{task.pk}/" if task else "/desk/")

    return open_desk


def test_three_columns_share_one_between_details_and_journey(sized, internet, ana):
    page = sized("narrow", held(chat_in(internet), ana))
    expect(region(page, "Request details")).to_be_visible()
    expect(region(page, "Customer journey")).to_be_hidden()
    page.get_by_role("button", name="Customer journey", exact=True).click()
    expect(region(page, "Customer journey")).to_be_visible()
    expect(region(page, "Request details")).to_be_hidden()
    page.get_by_role("button", name="Details", exact=True).click()
    expect(region(page, "Request details")).to_be_visible()


def test_a_phone_shows_one_part_and_where_to_go(sized, internet, ana):
    page = sized("phone")
    held(chat_in(internet, name="Jelena"), ana)
    task_of(page, "Jelena", "In progress").click()
    expect(message_of(page)).to_be_visible()
    expect(page.get_by_role("navigation", name="Tasks")).to_be_hidden()
    dock = page.get_by_role("navigation", name="Parts of the desk")
    for part, name in (
        ("Journey", "Customer journey"),
        ("Details", "Request details"),
        ("Chat", "Communication"),
    ):
        dock.get_by_role("button", name=part).click()
        expect(region(page, name)).to_be_visible()
    page.get_by_role("button", name="Back to the tasks").click()
    expect(page.get_by_role("navigation", name="Tasks")).to_be_visible()


def test_a_phone_says_who_took_it(sized, internet, marko, new_page):
    new_page.allow("404")
    page = sized("phone")
    task = chat_in(internet, name="Noor")
    task_of(page, "Noor").click()
    expect(accept_of(page)).to_be_visible()
    accept(task.pk, by=marko)
    expect(page.get_by_role("status", name="Notices")).to_contain_text("Marko Babić took it.")


def test_nothing_on_a_narrow_desk_bars_anybody(sized, internet, ana):
    """Of wide ones and phones test_whole_way.py asks."""
    page = sized("narrow")
    assert_accessible_day_and_night(page)
    task = held(chat_in(internet, name="Jelena"), ana)
    chats.hear(task.activity, text="Hello?", uuid=uuid.uuid4())
    waiting = chat_in(internet, name="Noor")
    for shown in (task, waiting):
        page.goto(f"/desk/{shown.pk}/")
        expect(page.get_by_role("log", name="Messages")).to_be_visible()
        assert_accessible_day_and_night(page)


def test_a_selected_task_is_seen_when_it_is_on_the_screen(desk, internet, ana):
    task = held(chat_in(internet, name="Jelena"), ana)
    row = task_of(desk, "Jelena", "In progress")
    expect(row).to_have_class(re.compile(r"\bunread\b"))
    row.click()
    expect(row).not_to_have_class(re.compile(r"\bunread\b"))
    eventually(lambda: type(task.activity).objects.get(pk=task.activity_id).unread == 0)
