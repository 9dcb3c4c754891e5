"""Files in a conversation: what may be sent, how it is called, where it is kept (R100)."""

import os
import uuid

import pytest

from activities import attaching, chat
from activities.models import Activity, Attachment, Message
from caredesk import files
from queues import chats
from queues.models import Task
from tests.cast import chat_in, held
from tests.files import PDF, data, opened, picture, upload  # noqa: F401 (data: fixture)
from tests.racing import race

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R100"), pytest.mark.usefixtures("data")]


@pytest.fixture
def waiting(internet):
    return chat_in(internet)


@pytest.fixture
def task(waiting, ana):
    return held(waiting, ana)


def send(task, sent=None, mark=None):
    """By the customer."""
    return chats.hear_file(task.activity, upload=sent or upload(), uuid=mark or uuid.uuid4())


def refusal(do):
    with pytest.raises(chat.Refused) as caught:
        do()
    return caught.value.code


def on_disk():
    return sorted(path.name for path in files.folder().glob("*/*"))


def test_a_picture_is_a_message_with_its_name_and_two_files(waiting):
    message = send(waiting, upload(picture("JPEG", size=(800, 600)), "IMG 01.JPG"))
    kept = Attachment.objects.get(message=message)
    assert (message.text, message.kind, message.side) == ("IMG 01.JPG", "text", "customer")
    assert (kept.name, kept.content_type, kept.width, kept.height) == ("IMG 01.JPG", "image/jpeg", 800, 600)
    assert on_disk() == [kept.key.hex, f"{kept.key.hex}-small"]
    path = files.path_of(kept.key)
    assert kept.size == path.stat().st_size
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_pdf_stays_as_it_came(task, ana):
    message = chats.answer_file(task.pk, upload=upload(PDF, "Bill.pdf"), uuid=uuid.uuid4(), by=ana)
    kept = Attachment.objects.get(message=message)
    assert (message.side, message.author, kept.content_type, kept.width) == (
        "agent",
        ana.user,
        "application/pdf",
        None,
    )
    assert files.path_of(kept.key).read_bytes() == PDF


def test_it_is_numbered_unread_and_told_like_every_message(task, monkeypatch):
    told = []
    monkeypatch.setattr(chat, "publish", lambda group, event: told.append(event))
    last = Activity.objects.get(pk=task.activity_id).last_seq
    message = send(task)
    activity = Activity.objects.get(pk=task.activity_id)
    assert (message.seq, activity.last_seq, activity.unread) == (last + 1, last + 1, 2)
    assert told[0]["file"] == Attachment.objects.get().facts
    assert chat.since(activity, last)[0].file == told[0]["file"]


def test_sent_again_it_is_stored_once(task):
    mark = uuid.uuid4()
    first = send(task, mark=mark)
    assert send(task, mark=mark) == first
    assert (Attachment.objects.count(), len(on_disk())) == (1, 2)


@pytest.mark.django_db(transaction=True)
def test_sent_twice_at_the_same_moment_it_is_stored_once(task):
    mark = uuid.uuid4()
    race(lambda: send(task, mark=mark), lambda: send(task, mark=mark))
    assert Message.objects.filter(uuid=mark).count() == Attachment.objects.count() == 1
    assert len(on_disk()) == 2


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "empty.png", "empty"),
        (b"%PDF-" + bytes(10 << 20), "long.pdf", "too_large"),
        (b"<html><script>", "page.png", "other_kind"),
        (b"MZ\x90\x00", "picture.png", "other_kind"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "drawing.svg", "other_kind"),
        (picture("BMP"), "picture.bmp", "other_kind"),
        (picture()[:60], "half.png", "broken"),
    ],
)
def test_what_is_refused_leaves_nothing(task, content, name, code):
    assert refusal(lambda: send(task, upload(content, name))) == code
    assert not Attachment.objects.exists()
    assert on_disk() == []


def test_ten_megabytes_are_not_too_many(task):
    content = PDF + bytes((10 << 20) - len(PDF))
    assert send(task, upload(content, "scan.pdf")).file["size"] == 10 << 20


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("lamp.png", "lamp.png"),
        ("LAMP.PNG", "LAMP.PNG"),
        ("lamp.exe", "lamp.exe.png"),
        ("lamp", "lamp.png"),
        (".png", "png.png"),
        ("C:\\Users\\vera\\lamp.png", "lamp.png"),
        ("Lamp\u202egnp.exe", "Lampgnp.exe.png"),
        ("şema.png", "şema.png"),
        ("x" * 300 + ".png", "x" * 150 + ".png"),
        ("\x07", "file.png"),
    ],
)
def test_its_name_is_true_and_hides_nothing(given, kept):
    assert attaching.named(given, "image/png") == kept


def test_only_who_holds_the_task_sends(task, marko):
    with pytest.raises(Task.DoesNotExist):
        chats.answer_file(task.pk, upload=upload(), uuid=uuid.uuid4(), by=marko)
    assert on_disk() == []


def test_not_into_a_conversation_that_is_over(task):
    Activity.objects.filter(pk=task.activity_id).update(state="ended", ended_at=task.activity.started_at)
    assert refusal(lambda: send(task)) == "over"
    assert on_disk() == []


def test_only_so_many_a_conversation_and_side(task, ana, settings):
    settings.CHAT_ATTACHMENTS = 1
    send(task)
    assert refusal(lambda: send(task)) == "too_many"
    chats.answer_file(task.pk, upload=upload(), uuid=uuid.uuid4(), by=ana)
    assert len(on_disk()) == 4


def test_who_left_comes_back_by_sending(waiting):
    chats.leave(waiting.activity_id)
    send(waiting)
    assert Activity.objects.get(pk=waiting.activity_id).state == "waiting"


def test_what_belongs_to_nobody_is_swept(task):
    kept, gone = send(task), send(task)
    Attachment.objects.filter(message=gone).delete()
    assert attaching.sweep() == 0
    for path in files.folder().glob("*/*"):
        os.utime(path, (1, 1))
    (files.folder() / "aa").mkdir(exist_ok=True)
    (files.folder() / "aa" / "notes.txt").write_text("not ours")
    os.utime(files.folder() / "aa" / "notes.txt", (1, 1))
    assert attaching.sweep() == 1
    key = Attachment.objects.get(message=kept).key.hex
    assert on_disk() == sorted([key, f"{key}-small", "notes.txt"])
    assert opened(files.path_of(Attachment.objects.get().key).read_bytes()).size == (40, 30)
