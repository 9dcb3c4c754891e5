"""Files of the customer's chat: sent and seen by the browser that holds its cookie (R100)."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from activities.models import Activity, Attachment
from caredesk.cookies import FRAMED
from tests.files import PDF, data, upload  # noqa: F401 (data: fixture)

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R100"), pytest.mark.usefixtures("data")]

CHAT = "/chat/internet/"
TYPED = {"name": "Vera Check", "email": "vera@post.example", "text": "Is anybody there?"}


@pytest.fixture
def vera(internet):
    """The browser of a customer who waits."""
    browser = Client()
    assert browser.post(CHAT, TYPED).status_code == 302
    return browser


def send(browser, **values):
    return browser.post(f"{CHAT}attach/", {"uuid": str(uuid.uuid4()), "file": upload()} | values)


def address(kept):
    return reverse("chat_attachment", args=["internet", kept.key])


@pytest.fixture
def kept(vera):
    assert send(vera).status_code == 200
    return Attachment.objects.get()


class Test_sending:
    def test_before_anybody_has_accepted(self, vera):
        mark = str(uuid.uuid4())
        assert send(vera, uuid=mark).json() == {"said": mark, "seq": 3}
        assert send(vera, uuid=mark).json() == {"said": mark, "seq": 3}
        assert Attachment.objects.get().message.activity == Activity.objects.get()

    def test_refused_in_words(self, vera):
        answer = send(vera, file=upload(b"GIF89a"))
        assert answer.status_code == 409
        assert answer.json()["why"] == "This picture is broken, so it cannot be sent."

    def test_only_posted(self, vera):
        assert vera.get(f"{CHAT}attach/").status_code == 405

    def test_not_by_strangers(self, vera):
        assert send(Client()).status_code == 403

    def test_bad_words(self, vera):
        assert send(vera, uuid="1").status_code == 400
        assert send(vera, file="").status_code == 400

    def test_without_a_script_along_with_words(self, vera):
        once = str(uuid.uuid4())
        for _again in range(2):
            answer = vera.post(CHAT, {"text": "My bill", "once": once, "file": upload(PDF, "bill.pdf")})
            assert answer.status_code == 302
        said = Activity.objects.get().messages.filter(kind="text").order_by("seq")
        assert list(said.values_list("text", flat=True)) == [TYPED["text"], "bill.pdf", "My bill"]

    def test_without_a_script_the_words_stay_when_the_file_is_refused(self, vera):
        answer = vera.post(CHAT, {"text": "My bill", "once": "", "file": upload(b"x", "a.txt")})
        assert answer.status_code == 422
        assert "My bill" in answer.content.decode()
        assert "Only pictures" in answer.content.decode()


class Test_seeing:
    def test_by_the_cookie_of_the_conversation(self, vera, kept):
        answer = vera.get(address(kept))
        assert answer["Content-Disposition"] == 'attachment; filename="lamp.png"'
        assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert vera.get(address(kept) + "?small")["Content-Type"] == "image/webp"

    def test_in_the_page_and_in_what_its_script_asks_for(self, vera, kept):
        assert f'src="{address(kept)}?small"' in vera.get(CHAT).content.decode()
        assert address(kept) in vera.get(f"{CHAT}messages/?after=2").json()["messages"][0]["html"]

    def test_also_by_that_of_a_frame(self, vera, kept):
        framed = Client()
        framed.cookies[FRAMED + "chat-internet"] = vera.cookies["chat-internet"].value
        framed.cookies["chat-internet"] = "of another conversation"
        assert framed.get(address(kept)).status_code == 200

    def test_not_by_strangers_or_from_another_conversation(self, vera, kept):
        assert Client().get(address(kept)).status_code == 403
        tom = Client()
        tom.post(CHAT, TYPED | {"name": "Tom"})
        assert tom.get(address(kept)).status_code == 404
        assert vera.get(reverse("chat_attachment", args=["billing", kept.key])).status_code == 403

    def test_only_looked_at_and_only_what_there_is(self, vera, kept):
        assert vera.post(address(kept)).status_code == 405
        assert vera.get(reverse("chat_attachment", args=["internet", uuid.uuid4()])).status_code == 404
        assert vera.get(f"{CHAT}attachments/1/").status_code == 404
