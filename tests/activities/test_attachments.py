"""Files at the desk: sent by the agent, served to those who may see the conversation (R100)."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from activities.models import Attachment, Message
from caredesk import files
from queues import chats, closing
from tests.beside import at_desk
from tests.cast import chat_in, held
from tests.files import PDF, data, opened, upload  # noqa: F401 (data: fixture)

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R100"), pytest.mark.usefixtures("data")]


@pytest.fixture
def task(internet, ana):
    return held(chat_in(internet), ana)


@pytest.fixture
def her(task, ana):
    return at_desk(ana, task)


@pytest.fixture
def sent(task):
    """What the customer sent."""
    message = chats.hear_file(task.activity, upload=upload(), uuid=uuid.uuid4())
    return Attachment.objects.get(message=message)


def body(response):
    return b"".join(response.streaming_content)


def address(sent):
    return reverse("attachment", args=[sent.key])


def send(desk, **values):
    return desk.post("attach", **{"uuid": str(uuid.uuid4()), "file": upload()} | values)


class Test_attach:
    def test_sends_and_says_its_number(self, her):
        mark = str(uuid.uuid4())
        answer = send(her, uuid=mark)
        message = Message.objects.get(uuid=mark)
        assert answer.json() == {"said": mark, "seq": message.seq}
        assert answer.status_code == 200
        assert send(her, uuid=mark).json() == answer.json()

    def test_refuses_in_words(self, her):
        mark = str(uuid.uuid4())
        answer = send(her, uuid=mark, file=upload(b"MZ", "tool.exe"))
        assert answer.status_code == 409
        assert answer.json() == {
            "refused": mark,
            "why": "Only pictures (PNG, JPEG, GIF, WebP) and PDF files can be sent.",
            "code": "other_kind",
        }

    def test_only_posted(self, her):
        assert her.get("attach").status_code == 405

    def test_not_without_log_in(self, her):
        her.client = Client()
        assert send(her).status_code == 401
        assert not Attachment.objects.exists()

    def test_not_into_somebody_elses_task(self, her, marko):
        assert send(at_desk(marko, her.task)).status_code == 404

    def test_not_into_one_that_waits(self, internet, ana):
        answer = send(at_desk(ana, chat_in(internet)))
        assert (answer.status_code, answer.json()["code"]) == (409, "not_yours")

    @pytest.mark.parametrize("values", [{"uuid": "x"}, {"uuid": ""}, {"file": ""}])
    def test_not_without_a_uuid_and_a_file(self, her, values):
        assert send(her, **values).status_code == 400

    def test_not_two_at_once(self, her):
        assert send(her, file=[upload(), upload()]).status_code == 400


class Test_attachment:
    def test_is_served_as_a_file_that_runs_nothing(self, her, sent):
        answer = her.client.get(address(sent))
        assert body(answer) == files.path_of(sent.key).read_bytes()
        assert answer["Content-Type"] == "image/png"
        assert answer["Content-Disposition"] == 'attachment; filename="lamp.png"'
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer["Cache-Control"].startswith("private")

    def test_its_small_picture(self, her, sent):
        answer = her.client.get(address(sent) + "?small")
        assert answer["Content-Type"] == "image/webp"
        assert opened(body(answer)).format == "WEBP"

    def test_a_pdf_has_none(self, her, task):
        message = chats.hear_file(task.activity, upload=upload(PDF, "a.pdf"), uuid=uuid.uuid4())
        answer = her.client.get(address(Attachment.objects.get(message=message)) + "?small")
        assert answer["Content-Type"] == "application/pdf"
        assert body(answer) == PDF

    def test_stands_in_the_transcript_and_comes_by_push(self, her, sent):
        page = her.get("task").content.decode()
        assert f'href="{address(sent)}"' in page
        assert f'src="{address(sent)}?small"' in page
        assert "lamp.png" in page
        assert address(sent) in her.get("messages", after=sent.message.seq - 1).content.decode()

    def test_seen_while_it_waits_by_who_may_pick_it(self, internet, ana, marko):
        waiting = chat_in(internet)
        message = chats.hear_file(waiting.activity, upload=upload(), uuid=uuid.uuid4())
        kept = Attachment.objects.get(message=message)
        assert at_desk(marko, waiting).client.get(address(kept)).status_code == 200

    def test_only_looked_at(self, her, sent):
        assert her.client.post(address(sent)).status_code == 405
        assert her.client.head(address(sent)).status_code == 200

    def test_not_without_log_in(self, sent):
        assert Client().get(address(sent)).status_code == 302

    def test_not_by_somebody_else(self, sent, task, marko, mallory):
        assert at_desk(marko, task).client.get(address(sent)).status_code == 404
        stranger = Client()
        stranger.force_login(mallory)
        assert stranger.get(address(sent)).status_code == 403

    def test_not_after_the_close_but_by_supervisors(self, her, sent, task, ana, sonja):
        closing.close(task.pk, closing.Leftovers(), choice=closing.DISCARD, by=ana)
        assert her.client.get(address(sent)).status_code == 404
        assert at_desk(sonja, task).client.get(address(sent)).status_code == 200

    def test_unknown_or_gone(self, her, sent):
        assert her.client.get(reverse("attachment", args=[uuid.uuid4()])).status_code == 404
        files.remove(sent.key)
        assert her.client.get(address(sent)).status_code == 404
