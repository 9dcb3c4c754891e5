"""Pictures of the product with its demo, for README and docs: bin/up in a folder of its own, and Chromium.

`--languages [FOLDER [dark]]` draws, instead, what must be looked at in every language.
"""

import os
import socket
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import _tongues
from playwright.sync_api import expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "screenshots"
FLAGS = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"]
DESK, WIDGET, PHONE = (1440, 900), (352, 608), (390, 844)
SETTINGS = {"locale": "en-GB", "timezone_id": "Europe/Amsterdam"}


def main(arguments):
    if arguments[:1] == ["--languages"]:
        with browser_before_product() as (browser, address):
            folder = arguments[1:2] or [tempfile.gettempdir(), "caredesk-languages"]
            _tongues.draw(browser, address, Path(*folder), *arguments[2:3])
        return
    PICTURES.mkdir(parents=True, exist_ok=True)
    with browser_before_product() as (browser, address):
        signed_in, colleague = log_in(browser, address, "ana"), log_in(browser, address, "marko")
        for scheme, ending in (("light", ""), ("dark", "-dark")):
            draw(browser, address, signed_in, scheme, ending)
            draw_offer(browser, address, colleague, scheme, ending)


@contextmanager
def browser_before_product():
    with product() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium-headless-shell", args=FLAGS)
        yield browser, address
        browser.close()


@contextmanager
def product():
    """The address of a running Care Desk with fresh demo data."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as data:
        env = os.environ | {"CAREDESK_DATA": data, "PORT": str(port), "PYTHONUNBUFFERED": "1"}
        runner = subprocess.Popen(
            [sys.executable, "-m", "caredesk.runner"], env=env, stdout=subprocess.PIPE, text=True
        )
        try:
            for line in runner.stdout:
                print(line, end="")
                if line.startswith("ready "):
                    break
            yield f"http://127.0.0.1:{port}"
        finally:
            runner.terminate()
            runner.communicate()


def log_in(browser, address, name):
    page = open_page(browser, address, DESK)
    page.goto("/desk/")
    picture(page, "log-in")
    page.get_by_role("textbox", name="Username").fill(name)
    page.get_by_role("textbox", name="Password").fill("caredesk-demo")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("navigation", name="Tasks")).to_be_visible()
    return page.context.storage_state()


def draw(browser, address, signed_in, scheme, ending):
    desk = open_page(browser, address, DESK, color_scheme=scheme, storage_state=signed_in)
    desk.goto("/desk/")
    select(desk, "In progress", "Jelena Marković")
    picture(desk, f"desk{ending}")
    select(desk, "Queue", "Noor van Dijk")
    picture(desk, f"preview{ending}")
    visitor = open_page(browser, address, WIDGET, color_scheme=scheme)
    talk(desk, visitor, name=f"Tom Baker{' Junior' if ending else ''}")
    picture(visitor, f"chat{ending}")
    phone = open_page(browser, address, PHONE, color_scheme=scheme, storage_state=signed_in)
    phone.goto("/desk/")
    select(phone, "In progress", "Jelena Marković")
    picture(phone, f"phone{ending}")


def open_page(browser, address, size, **options):
    viewport = {"width": size[0], "height": size[1]}
    context = browser.new_context(base_url=address, viewport=viewport, **SETTINGS, **options)
    return context.new_page()


def select(desk, where, name):
    desk.get_by_role("list", name=where, exact=True).get_by_role("button", name=name, exact=True).click()
    named = desk.get_by_role("region", name="Communication").get_by_role("button", name=name, exact=True)
    expect(named).to_be_visible()


def talk(desk, visitor, name):
    """A short conversation between the demo's Ana and a customer who is really there."""
    visitor.goto("/chat/internet/")
    fields = {
        "Name": name,
        "E-mail": "tom.baker@post.example",
        "How can we help?": "Hello, my router restarts every ten minutes.",
    }
    for label, text in fields.items():
        visitor.get_by_role("textbox", name=label, exact=True).fill(text)
    visitor.get_by_role("button", name="Start chat").click()
    select(desk, "Queue", name)
    desk.get_by_role("button", name="Accept", exact=True).click()
    say(desk, "Hello Tom, sorry about that. Which colour is the light before it restarts?")
    expect(visitor.get_by_role("log", name="Messages")).to_contain_text("Which colour")
    say(visitor, "Orange. I already pulled the plug twice.")
    expect(desk.get_by_role("log", name="Messages")).to_contain_text("Orange")


def draw_offer(browser, address, signed_in, scheme, ending):
    """What is offered to who is Ready; declined again, for the next picture."""
    desk = open_page(browser, address, DESK, color_scheme=scheme, storage_state=signed_in)
    desk.goto("/desk/")
    select(desk, "In progress", "Hannah Brooks")
    state = desk.get_by_role("group", name="State", exact=True)
    state.get_by_role("button", name="Ready", exact=True).click()
    offered = desk.get_by_role("alertdialog", name="New task", exact=True)
    expect(offered).to_be_visible()
    picture(desk, f"offer{ending}")
    offered.get_by_role("button", name="Decline", exact=True).click()
    expect(offered).to_have_count(0)


def say(page, text):
    box = page.get_by_role("textbox", name="Message", exact=True)
    box.fill(text)
    box.press("Enter")


def picture(page, name):
    page.mouse.move(0, 0)
    page.wait_for_timeout(600)  # what moves has come to rest
    page.screenshot(path=PICTURES / f"{name}.png")
    print(f"docs/screenshots/{name}.png")


if __name__ == "__main__":
    main(sys.argv[1:])
