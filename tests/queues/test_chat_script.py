"""/chat.js, which other sites put into their pages."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.rule("R100")
def test_is_a_script_that_any_site_may_load(client):
    response = client.get("/chat.js")
    assert response["Content-Type"] == "text/javascript; charset=utf-8"
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response["Cache-Control"] == "public, max-age=300"
    assert "Accept-Language" in response["Vary"]
    assert not response.cookies
    assert response.content.rstrip().endswith(b"});")


def test_is_not_sent_again_when_it_is_the_same(client):
    tag = client.get("/chat.js")["ETag"]
    assert client.get("/chat.js", headers={"if-none-match": tag}).status_code == 304


def test_only_answers_who_asks(client):
    assert client.head("/chat.js").status_code == 200
    assert client.post("/chat.js").status_code == 405


def test_the_chat_may_be_framed_by_anyone_and_its_script_by_nobody(client, internet):
    assert "frame-ancestors *" in client.get("/chat/internet/")["Content-Security-Policy"]
    assert "X-Frame-Options" not in client.get("/chat/internet/")
    assert "frame-ancestors 'none'" in client.get("/chat.js")["Content-Security-Policy"]
