"""bin/screenshots --languages [FOLDER [dark]]: what must be looked at in every language, wide and narrow."""

import json
import os
from pathlib import Path

from playwright.sync_api import expect

LANGUAGES = ("en", "sr-latn", "nl", "pl", "tr")
WIDE, WIDGET, PHONE = (1280, 800), (352, 608), (390, 844)
GADGET, NARROW = (720, 560), (380, 676)
AGENT, COLLEAGUE, SUPERVISOR = "ana", "marko", "sonja"
TOLD = {"type": "caredesk:interaction", "event": "started"}
REPORTED = [
    TOLD | {"id": "1", "medium": "chat", "name": "Vera Check", "email": "vera.check@post.example"},
    TOLD | {"id": "2", "medium": "email", "email": "noor.vandijk@post.example", "subject": "Factuur 7"},
    TOLD | {"id": "3", "medium": "call", "phone": "+381115550134"},
]
REPORT = """words => fetch(document.body.dataset.interaction, {
  method: "POST",
  body: new URLSearchParams({interaction: words}),
  headers: JSON.parse(document.body.getAttribute("hx-headers")),
})"""


def draw(browser, address, folder: Path, scheme="light") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for language in LANGUAGES:
        Tongue(browser, address, folder, language, scheme).draw()


class Tongue:
    """Finds its way by what is named alike in all languages."""

    def __init__(self, browser, address, folder, language, scheme):
        self.browser, self.address, self.folder = browser, address, folder
        self.language, self.scheme = language, scheme

    def draw(self):
        self.door()
        for size in (WIDE, PHONE):
            self.desk(size)
        self.offer()
        self.gadget()
        self.administration()
        self.chat()

    def page(self, size, **options):
        viewport = {"width": size[0], "height": size[1]}
        options |= {"base_url": self.address, "locale": self.language, "timezone_id": "Europe/Amsterdam"}
        options |= {"color_scheme": self.scheme}
        return self.browser.new_context(viewport=viewport, **options).new_page()

    def picture(self, page, name):
        page.mouse.move(0, 0)
        page.wait_for_timeout(500)  # what moves has come to rest
        path = self.folder / f"{name}-{self.language}.png"
        page.screenshot(path=path)
        print(os.path.relpath(path), flush=True)

    def door(self):
        page = self.page(WIDE)
        page.goto("/desk/")
        self.picture(page, "log-in")
        self.log_in(page, AGENT)
        self.session = page.context.storage_state()
        page.context.close()

    def log_in(self, page, name):
        page.goto("/desk/")
        page.fill("[name=username]", name)
        page.fill("[name=password]", "caredesk-demo")
        page.press("[name=password]", "Enter")
        page.wait_for_selector("#tasks")

    def desk(self, size):
        page = self.page(size, storage_state=self.session)
        ending = "" if size == WIDE else "-phone"
        page.goto("/desk/")
        self.picture(page, f"tasks{ending}")
        page.click("[popovertarget=me]")
        self.picture(page, f"menu{ending}")
        page.keyboard.press("Escape")
        self.select(page, "#in_progress", "Jelena Marković")
        self.picture(page, f"desk{ending}")
        if size == PHONE:
            for side in ("journey", "details"):
                page.click(f".dock [data-go={side}]")
                self.picture(page, f"{side}{ending}")
        if size == WIDE:
            self.dialogs(page)
            self.select(page, "#queue", "Noor van Dijk")
            self.picture(page, "preview")
        page.context.close()

    def dialogs(self, page):
        page.click("[popovertarget=keys]")
        self.picture(page, "keys")
        page.keyboard.press("Escape")
        page.click("[hx-get$='/transfer/']")
        page.wait_for_selector("#dialog dialog")
        self.picture(page, "transfer")
        page.keyboard.press("Escape")
        expect(page.locator("#dialog dialog")).to_have_count(0)
        stranger = page.locator("#in_progress .task:not([data-records])").first
        stranger.click()
        expect(stranger).to_have_attribute("aria-current", "true")
        self.picture(page, "stranger")
        page.click("#close_button")
        page.wait_for_selector("#close_question")
        self.picture(page, "close")
        page.keyboard.press("Escape")
        expect(page.locator("#close_question")).to_have_count(0)

    def select(self, page, where, name):
        task = page.locator(f"{where} .task", has_text=name)
        task.click()
        expect(page.locator("#communication")).to_contain_text(name)
        expect(task).to_have_attribute("aria-current", "true")

    def offer(self):
        page = self.page(WIDE)
        self.log_in(page, COLLEAGUE)
        self.select(page, "#in_progress", "Hannah Brooks")
        page.click("#state_ready")
        offer = page.locator("[role=alertdialog]")
        offer.wait_for()
        self.picture(page, "offer")
        offer.locator("button").last.click()
        expect(offer).to_have_count(0)
        self.picture(page, "declined")
        page.context.close()

    def gadget(self):
        page = self.page(GADGET, storage_state=self.session)
        page.goto("/gadget/")
        for words in REPORTED:
            page.evaluate(REPORT, json.dumps(words))
        for size, ending in ((GADGET, ""), (NARROW, "-narrow")):
            page.set_viewport_size({"width": size[0], "height": size[1]})
            page.goto("/gadget/")
            self.picture(page, f"gadget-nobody{ending}")
            for name in ("Vera Check", "Jelena Marković"):
                page.locator("#customers .task", has_text=name).click()
                expect(page.locator("#customer_details")).to_contain_text(name)
                self.picture(page, f"gadget-{name.split()[0].lower()}{ending}")
            if size == NARROW:
                page.click(".side-tabs [data-go=journey]")
                self.picture(page, f"gadget-journey{ending}")
            self.gadget_lists(page, ending)
        page.context.close()

    def gadget_lists(self, page, ending):
        page.click("[popovertarget=request_information]" if not ending else "[popovertarget=me]")
        self.picture(page, f"gadget-menu{ending}")
        page.keyboard.press("Escape")
        for tab in ("recent", "search"):
            page.click(f"#tab_{tab}")
            expect(page.locator(f"#tab_{tab}")).to_have_attribute("aria-selected", "true")
        page.fill("#customers [name=q]", "van")
        page.press("#customers [name=q]", "Enter")
        page.locator("#customers_found .task").first.wait_for()
        self.picture(page, f"gadget-search{ending}")
        page.click("#create_customer")
        page.locator("#dialog [role=dialog], #dialog dialog").first.wait_for()
        self.picture(page, f"gadget-form{ending}")

    def administration(self):
        page = self.page(WIDE)
        self.log_in(page, SUPERVISOR)
        pages = {
            "": "queues/queue/",
            "-queue": "queues/queue/1/change/",
            "-index": "",
            "-events": "customers/customerevent/",
            "-history": "queues/agent/1/history/",
        }
        for ending, path in pages.items():
            page.goto(f"/admin/{path}")
            self.picture(page, f"administration{ending}")
        page.context.close()

    def chat(self):
        page = self.page(WIDGET)
        page.goto("/chat/internet/")
        self.picture(page, "chat-start")
        page.click("[popovertarget=tongues]")
        self.picture(page, "chat-languages")
        page.keyboard.press("Escape")
        name = f"Tom Baker {self.language.upper()}"
        page.fill("#name", name)
        page.fill("#email", "tom.baker@post.example")
        page.fill("#text", "My router restarts every ten minutes.")
        page.click(".btn.go")
        page.wait_for_selector(".place")
        self.picture(page, "chat-waiting")
        self.answer(name)
        expect(page.locator("#messages")).to_contain_text("Which colour")
        self.picture(page, "chat-talk")
        page.click("[data-part=end] button")
        page.wait_for_selector(".over")
        page.locator("[name=rating]").nth(3).check(force=True)
        self.picture(page, "chat-left")
        page.context.close()

    def answer(self, name):
        desk = self.page(WIDE, storage_state=self.session)
        desk.goto("/desk/")
        self.select(desk, "#queue", name)
        desk.click("[data-accept]")
        desk.fill("#message", "Which colour is the light before it restarts?")
        desk.press("#message", "Enter")
        expect(desk.locator("#messages")).to_contain_text("Which colour")
        desk.context.close()
