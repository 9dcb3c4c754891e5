"""What another desktop reports: whose it is, what it joins, and that it is one interaction for good (R110)."""

import pytest
from django.core.exceptions import ValidationError

from activities import identity, interactions, moving, opening
from activities.interactions import read
from activities.models import Activity, Interaction, OpenCustomer, RecentCustomer
from customers import editing
from customers.models import Customer
from requests_app.models import CareRequest
from tests.racing import race


def told(name="7", event="started", medium="call", **known):
    return read({"id": name, "event": event, "medium": medium, **known})


def begin(agent, name="7", medium="call", **known):
    return interactions.started(told(name, medium=medium, **known), by=agent.user)


def recent(agent):
    return [row.customer for row in RecentCustomer.objects.filter(agent=agent.user).order_by("-at", "-pk")]


class Test_started:
    @pytest.mark.rule("R110", "R72", "R41")
    @pytest.mark.parametrize("medium", ["chat", "call", "email"])
    def test_opens_the_one_customer_who_is_known_so(self, ana, jelena, medium):
        opened = begin(ana, medium=medium, phone="+381115550134", subject="Router")
        activity = opened.activity
        assert opened.customer == activity.customer == jelena
        assert (activity.medium, activity.state, activity.subject) == (medium, "active", "Router")
        assert activity.care_request == CareRequest.objects.get(customer=jelena)
        assert activity.verified is (medium != "chat")

    @pytest.mark.rule("R110")
    def test_the_same_id_again_does_nothing(self, ana, jelena):
        first = begin(ana, email="jelena@post.example")
        again = begin(ana, email="somebody.else@post.example", medium="email")
        assert again == first
        assert Activity.objects.count() == Interaction.objects.count() == 1

    @pytest.mark.rule("R110")
    def test_an_id_is_its_agents_own(self, ana, marko, jelena):
        begin(ana, email="jelena@post.example")
        assert begin(marko, email="jelena@post.example").agent == marko.user
        assert Activity.objects.count() == 2

    @pytest.mark.rule("R110")
    @pytest.mark.django_db(transaction=True)
    def test_two_tabs_that_are_told_the_same_make_it_once(self, ana, jelena):
        done = race(*[lambda: begin(ana, phone="+381115550134")] * 2)
        assert done[0] == done[1]
        assert Activity.objects.count() == OpenCustomer.objects.count() == 1

    @pytest.mark.rule("R72")
    def test_of_several_the_agent_chooses(self, ana, jelena):
        editing.create(
            {"first_name": "Her", "last_name": "Brother", "phones": ["+381115550134"]}, by=ana.user
        )
        opened = begin(ana, phone="+381115550134")
        assert opened.customer is None
        assert opened.activity.source_phone == "+381115550134"

    @pytest.mark.rule("R72")
    def test_the_hosts_own_id_of_the_customer_is_our_external_id(self, ana):
        vera = editing.create({"first_name": "Vera", "external_id": "C-1"}, by=ana.user)
        assert begin(ana, customer="C-1").customer == vera

    @pytest.mark.rule("R40", "R110")
    def test_the_host_decides_how_many_calls_there_are(self, ana, jelena):
        begin(ana, "1", phone="+381115550134")
        begin(ana, "2", phone="+31201112233")
        assert Activity.objects.filter(state="active", medium="call").count() == 2

    @pytest.mark.rule("R111")
    def test_one_who_is_open_is_so_once_and_shows_the_newest(self, ana, jelena):
        first = begin(ana, "1", phone="+381115550134")
        second = begin(ana, "2", medium="email", email="jelena@post.example")
        assert first == second
        assert second.activity.medium == "email"


class Test_ended:
    @pytest.mark.rule("R110")
    def test_marks_it_ended_and_leaves_the_customer_open(self, ana, jelena):
        opened = begin(ana, phone="+381115550134")
        interactions.ended(told(event="ended"), by=ana.user)
        opened.refresh_from_db()
        assert opened.activity.state == "ended"
        was = opened.activity.ended_at
        interactions.ended(told(event="ended"), by=ana.user)
        assert Activity.objects.get().ended_at == was

    def test_what_is_unknown_changes_nothing(self, ana, marko, jelena):
        begin(ana, phone="+381115550134")
        assert interactions.ended(told(event="ended"), by=marko.user) is None
        assert Activity.objects.get().state == "active"


class Test_messages_that_are_none:
    @pytest.mark.parametrize(
        "given",
        [
            None,
            [],
            "started",
            {},
            {"id": "", "event": "started", "medium": "call"},
            {"id": "x" * 251, "event": "started", "medium": "call"},
            {"id": "\0 ", "event": "started", "medium": "call"},
            {"id": True, "event": "started", "medium": "call"},
            {"id": {"a": 1}, "event": "started", "medium": "call"},
            {"id": "1", "event": "paused", "medium": "call"},
            {"id": "1", "event": ["started"], "medium": "call"},
            {"id": "1", "event": "started"},
            {"id": "1", "event": "started", "medium": "fax"},
            {"id": "1", "event": "started", "medium": ["call"]},
            {"id": "1", "event": "started", "medium": "call", "name": 7},
            {"id": "1", "event": "started", "medium": "call", "name": "x" * 2001},
        ],
    )
    def test_are_refused_in_words(self, given):
        with pytest.raises(ValidationError) as refused:
            read(given)
        assert refused.value.messages[0]

    def test_a_number_is_an_id_as_well(self):
        assert told(7).id == "7"

    def test_fields_may_be_left_out_or_null(self):
        assert told(name="1", email=None).email == ""


class Test_creating:
    @pytest.mark.rule("R113", "R115", "R41")
    def test_links_the_current_interaction_and_stands_first_in_recent(self, ana):
        opened = begin(ana, email="vera@post.example")
        values = {"first_name": "Vera", "emails": ["vera@post.example"]}
        again = interactions.create_customer(opened.activity, values, by=ana.user)
        vera = Customer.objects.get(first_name="Vera")
        assert again == opened
        assert again.customer == Activity.objects.get().customer == vera
        assert CareRequest.objects.get(customer=vera).activities.get() == opened.activity
        assert recent(ana) == [vera]

    @pytest.mark.rule("R113")
    def test_without_an_interaction_it_is_only_a_customer(self, ana):
        opened = interactions.create_customer(None, {"first_name": "Vera"}, by=ana.user)
        assert (opened.customer.first_name, opened.activity) == ("Vera", None)
        assert recent(ana) == [opened.customer]


class Test_recent:
    @pytest.mark.rule("R112")
    def test_keeps_the_last_twenty_each_once_newest_first(self, ana, marko):
        made = [editing.create({"first_name": str(number)}, by=ana.user) for number in range(22)]
        for customer in [*made, made[3]]:
            opening.remember(customer, by=ana.user)
        assert recent(ana) == [made[3], *reversed(made[4:]), made[2]][:20]
        assert recent(marko) == []


class Test_following:
    @pytest.mark.rule("R81", "R115")
    def test_an_interaction_that_is_moved_takes_its_place_along(self, ana, jelena):
        vera = editing.create({"first_name": "Vera"}, by=ana.user)
        opening.reopen(vera, by=ana.user)
        opened = begin(ana, phone="+381115550134")
        moving.to_customer(opened.activity, vera, version=opened.activity.version, by=ana.user)
        entry = OpenCustomer.objects.get()
        assert (entry.pk, entry.customer, entry.activity) == (opened.pk, vera, opened.activity)

    @pytest.mark.rule("R72")
    def test_not_this_customer(self, ana, jelena):
        opened = begin(ana, medium="chat", email="jelena@post.example")
        identity.unlink(opened.activity, by=ana.user)
        opened.refresh_from_db()
        assert opened.customer is None
