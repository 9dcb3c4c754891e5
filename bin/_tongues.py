"""bin/screenshots --languages [FOLDER]: what must be looked at in every language, at 1280 pixels and on a phone."""

import os
from pathlib import Path

from playwright.sync_api import expect

LANGUAGES = ("en", "sr-latn", "nl", "pl", "tr")
WIDE, WIDGET, PHONE = (1280, 800), (352, 608), (390, 844)
AGENT, SUPERVISOR = "ana", "sonja"


def draw(browser, address, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for language in LANGUAGES:
        Tongue(browser, address, folder, language).draw()


class Tongue:
    """Finds its way by what is named alike in all languages."""

    def __init__(self, browser, address, folder, language):
        self.browser, self.address, self.folder, self.language = browser, address, folder, language

    def draw(self):
        self.door()
        for size in (WIDE, PHONE):
            self.desk(size)
        self.gadget()
        self.administration()
        self.chat()

    def page(self, size, **options):
        viewport = {"width": size[0], "height": size[1]}
        options |= {"base_url": self.address, "locale": self.language, "timezone_id": "Europe/Amsterdam"}
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

    def gadget(self):
        page = self.page(WIDGET, storage_state=self.session)
        page.goto("/gadget/")
        for tab in ("open", "recent", "search"):
            page.click(f"#tab_{tab}")
            expect(page.locator(f"#tab_{tab}")).to_have_attribute("aria-selected", "true")
            self.picture(page, f"gadget-{tab}")
        page.context.close()

    def administration(self):
        page = self.page(WIDE)
        self.log_in(page, SUPERVISOR)
        page.goto("/admin/queues/queue/")
        self.picture(page, "administration")
        page.goto("/admin/queues/queue/1/change/")
        self.picture(page, "administration-queue")
        page.context.close()

    def chat(self):
        page = self.page(WIDGET)
        page.goto("/chat/internet/")
        self.picture(page, "chat-start")
        page.click("[popovertarget=tongues]")
        self.picture(page, "chat-languages")
        page.keyboard.press("Escape")
        page.fill("#name", "Tom Baker")
        page.fill("#email", "tom.baker@post.example")
        page.fill("#text", "My router restarts every ten minutes.")
        page.click(".btn.go")
        page.wait_for_selector(".place")
        self.picture(page, "chat-waiting")
        page.click("[data-part=end] button")
        page.wait_for_selector(".over")
        self.picture(page, "chat-left")
        page.context.close()
