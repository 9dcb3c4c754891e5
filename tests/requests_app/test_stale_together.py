"""Two agents edit one request and its activity in any order: no value is ever overwritten unseen (R52, R53)."""

from functools import partial

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from activities import remarks
from activities.models import Activity, Tag
from caredesk.stale import Stale, unseen
from customers import editing
from customers.models import Customer
from requests_app.editing import save_details
from requests_app.models import CareRequest
from tests.cast import chat_of, held
from tests.racing import race

NAMES = ("ana", "marko")
FIELDS = ("title", "description")
WORDS = st.sampled_from(["", "a", "b", "c"])
TAGS = st.sampled_from(["router", "line", "phone"])


class Page:
    """What one agent's page shows of the request and of its activity, and from which version."""

    def __init__(self, user):
        self.user = user
        self.load()

    def load(self):
        request, activity = CareRequest.objects.get(), Activity.objects.get()
        self.version, self.shown = request.version, {name: getattr(request, name) for name in FIELDS}
        self.activity_version, self.tags = activity.version, set(activity.tags.values_list("name", flat=True))


def tried(verb, *args, **kwargs):
    """What it returns, or the Stale that it raises."""
    try:
        return verb(*args, **kwargs)
    except Stale as stale:
        return stale


class Together(RuleBasedStateMachine):
    """The model knows of each value whose it is and who has seen it; the verbs must never lose one that the writer has
    not seen."""

    @initialize()
    def begin(self):
        self.undone = transaction.atomic()
        self.undone.__enter__()
        self.pages = {name: Page(self.users[name]) for name in NAMES}
        self.author = dict.fromkeys(FIELDS)

    def teardown(self):
        if hasattr(self, "undone"):
            transaction.set_rollback(True)
            self.undone.__exit__(None, None, None)

    @rule(who=st.sampled_from(NAMES), field=st.sampled_from(FIELDS), text=WORDS)
    def save(self, who, field, text):
        page, before = self.pages[who], CareRequest.objects.get()
        standing, mine = getattr(before, field), self.author[field] in (None, who)
        stored = tried(save_details, before, {field: text}, version=page.version, by=page.user)
        if isinstance(stored, Stale):
            assert CareRequest.objects.get().version == before.version
            assert set(stored.fields) == self.foreign(page, before) != set()
            return
        if text != standing:
            assert mine or standing == page.shown[field], "a value that was not seen is lost"
            self.author[field] = who
        if not unseen(stored, page.version, by=page.user):
            page.version = stored.version
            page.shown[field] = text

    @rule(who=st.sampled_from(NAMES))
    def load(self, who):
        self.pages[who].load()

    @rule(who=st.sampled_from(NAMES), field=st.sampled_from(FIELDS), text=WORDS)
    def keep_both(self, who, field, text):
        """As the page does it: over what stands there by now, where that is of another field."""
        page, before = self.pages[who], CareRequest.objects.get()
        news = unseen(before, page.version, by=page.user)
        if news and field in news.fields:
            return
        save_details(before, {field: text}, version=before.version, by=page.user)
        if text != getattr(before, field):
            self.author[field] = who
        page.load()

    @rule(who=st.sampled_from(NAMES), tag=TAGS)
    def add_tag(self, who, tag):
        try:
            remarks.add_tag(Activity.objects.get(), tag, by=self.users[who])
        except remarks.Twin:
            return
        self.pages[who].tags.add(tag)

    @rule(who=st.sampled_from(NAMES), tag=TAGS)
    def remove_tag(self, who, tag):
        page, found = self.pages[who], Tag.objects.filter(name=tag).first()
        if not found or tag not in page.tags:
            return
        version, activity = page.activity_version, Activity.objects.get()
        answer = tried(remarks.remove_tag, activity, found.pk, version=version, by=page.user)
        if isinstance(answer, Stale):
            assert answer.fields == ["tags"]
            assert Tag.objects.filter(pk=found.pk).exists()
        else:
            page.tags.discard(tag)

    @rule()
    def background(self):
        """Nobody's edit: it leaves the version as it is, and warns nobody."""
        CareRequest.objects.update(solved=True)
        CareRequest.objects.update(solved=False)

    @invariant()
    def whoever_is_not_warned_sees_what_there_is(self):
        request, activity = CareRequest.objects.get(), Activity.objects.get()
        for page in getattr(self, "pages", {}).values():
            news = unseen(request, page.version, by=page.user)
            assert set(news.fields if news else ()) == self.foreign(page, request)
            if not unseen(activity, page.activity_version, by=page.user):
                theirs = Tag.objects.exclude(added_by=page.user).values_list("name", flat=True)
                assert set(theirs) <= page.tags

    def foreign(self, page, request):
        """Fields that show something else by now, by somebody else."""
        return {
            field
            for field in FIELDS
            if self.author[field] not in (None, self.name_of(page))
            and getattr(request, field) != page.shown[field]
        }

    def name_of(self, page):
        return next(name for name in NAMES if self.users[name] == page.user)


@pytest.mark.rule("R52", "R53")
def test_no_value_is_overwritten_unseen_in_any_order(internet, ana, marko, jelena):
    held(chat_of(jelena, internet), ana)
    Together.users = {"ana": ana.user, "marko": marko.user}
    run_state_machine_as_test(
        Together,
        settings=settings(
            max_examples=20,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
        ),
    )


@pytest.mark.django_db(transaction=True)
class Test_in_the_same_instant:
    @pytest.fixture
    def request_of_both(self, internet, ana, jelena):
        return held(chat_of(jelena, internet), ana).activity.care_request

    @pytest.mark.rule("R52")
    def test_the_same_field_has_one_winner_and_the_other_is_told(self, request_of_both, ana, marko):
        def save(who, version, turn):
            title = f"{who.shown_name} {turn}"
            return save_details(request_of_both, {"title": title}, version=version, by=who.user)

        for turn in range(5):
            version = CareRequest.objects.get().version
            found = race(partial(save, ana, version, turn), partial(save, marko, version, turn))
            won, lost = sorted(found, key=lambda one: isinstance(one, Stale))
            assert lost.fields == ["title"]
            assert CareRequest.objects.get().title == won.title

    @pytest.mark.rule("R52")
    def test_different_fields_one_is_stale_and_keeps_both(self, request_of_both, ana, marko):
        version = CareRequest.objects.get().version
        texts = {ana: {"title": "Hers"}, marko: {"description": "His"}}

        def save(who, over):
            return save_details(request_of_both, texts[who], version=over, by=who.user)

        found = race(*(lambda who=who: save(who, version) for who in texts))
        assert sum(isinstance(one, Stale) for one in found) == 1
        late = next(who for who, one in zip(texts, found, strict=True) if isinstance(one, Stale))
        save(late, CareRequest.objects.get().version)
        assert CareRequest.objects.values_list("title", "description").get() == ("Hers", "His")

    @pytest.mark.rule("R52")
    def test_addresses_and_fields_of_a_customer(self, jelena, ana, marko):
        changes = {ana: {"emails": ["hers@post.example"]}, marko: {"city": "Niš"}}
        found = race(
            *(lambda who=who: editing.save(jelena, changes[who], version=1, by=who.user) for who in changes)
        )
        assert sum(isinstance(one, Stale) for one in found) == 1
        stored = Customer.objects.get(pk=jelena.pk)
        assert (stored.emails == ["hers@post.example"]) != (stored.city == "Niš")

    @pytest.mark.rule("R52", "R60")
    def test_tags_of_both_are_stored_and_none_is_removed_unseen(self, request_of_both, ana, marko):
        activity = Activity.objects.get()
        mine = remarks.add_tag(activity, "router", by=ana.user)
        version = Activity.objects.get().version
        removed, _added = race(
            lambda: remarks.remove_tag(activity, mine.pk, version=version, by=ana.user),
            lambda: remarks.add_tag(activity, "line", by=marko.user),
        )
        names = set(Tag.objects.values_list("name", flat=True))
        assert names == ({"router", "line"} if isinstance(removed, Stale) else {"line"})

    def test_two_add_at_once(self, request_of_both, ana, marko):
        activity = Activity.objects.get()
        race(
            *(lambda who=who: remarks.add_tag(activity, who.shown_name, by=who.user) for who in (ana, marko))
        )
        assert Tag.objects.count() == 2
        assert Activity.objects.get().version == activity.version + 2
