"""Nobody overwrites what a colleague stored meanwhile, and nobody is warned of themselves (R52, R53)."""

import pytest

from caredesk.history import acting
from caredesk.stale import Stale
from customers import editing
from customers.models import Customer
from tests.cast import ago

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def changed(jelena, marko):
    """Marko gave her another city since version 1."""
    return editing.save(jelena, {"city": "Niš"}, version=1, by=marko.user)


@pytest.mark.rule("R52")
def test_caution_names_who_when_and_which_fields(changed, ana):
    with pytest.raises(Stale) as caution:
        editing.save(changed, {"city": "Čačak"}, version=1, by=ana.user)
    assert (caution.value.by, caution.value.fields) == ("Marko Babić", ["city"])
    assert ago(minutes=1) < caution.value.at
    assert caution.value.record.version == 2
    assert str(caution.value) == "Marko Babić changed this meanwhile."
    assert Customer.objects.get().city == "Niš"


@pytest.mark.rule("R52")
def test_other_fields_are_stale_too_until_load(changed, ana):
    with pytest.raises(Stale):
        editing.save(changed, {"company": "Post"}, version=1, by=ana.user)
    assert editing.save(changed, {"company": "Post"}, version=2, by=ana.user).version == 3


@pytest.mark.rule("R52")
def test_changed_addresses_are_named(changed, ana, marko):
    editing.save(changed, {"emails": ["new@post.example"]}, version=2, by=marko.user)
    with pytest.raises(Stale) as caution:
        editing.save(changed, {"company": "Post"}, version=1, by=ana.user)
    assert set(caution.value.fields) == {"city", "emails"}


@pytest.mark.rule("R52")
def test_addresses_over_stale_data_are_refused(changed, ana):
    with pytest.raises(Stale):
        editing.save(changed, {"phones": []}, version=1, by=ana.user)
    assert Customer.objects.get().phones == ["+381 11 555 0134"]


@pytest.mark.rule("R52")
def test_last_of_several_colleagues_is_named(changed, ana, sonja):
    editing.save(changed, {"company": "Post"}, version=2, by=sonja.user)
    with pytest.raises(Stale) as caution:
        editing.save(changed, {"notes": "VIP"}, version=1, by=ana.user)
    assert (caution.value.by, caution.value.fields) == ("Sonja de Wit", ["city", "company"])


@pytest.mark.rule("R52", "R53")
def test_what_the_reader_stored_in_another_tab_is_not_named(changed, ana):
    editing.save(changed, {"company": "Post"}, version=2, by=ana.user)
    with pytest.raises(Stale) as caution:
        editing.save(changed, {"notes": "VIP"}, version=1, by=ana.user)
    assert (caution.value.by, caution.value.fields) == ("Marko Babić", ["city"])


@pytest.mark.rule("R53")
def test_own_addresses_of_another_tab_are_not_named(changed, ana):
    editing.save(changed, {"emails": ["own@post.example"]}, version=2, by=ana.user)
    with pytest.raises(Stale) as caution:
        editing.save(changed, {"notes": "VIP"}, version=1, by=ana.user)
    assert caution.value.fields == ["city"]


@pytest.mark.rule("R53")
def test_only_own_addresses_are_no_caution(jelena, ana):
    stored = editing.save(jelena, {"emails": ["own@post.example"]}, version=1, by=ana.user)
    assert editing.save(stored, {"notes": "VIP"}, version=1, by=ana.user).notes == "VIP"


@pytest.mark.rule("R53")
@pytest.mark.parametrize(("there", "back"), [({"city": "Niš"}, {"city": ""}), ({"emails": []}, None)])
def test_what_a_colleague_took_back_is_no_caution(jelena, ana, marko, there, back):
    back = back or {"emails": ["jelena@post.example"]}
    editing.save(jelena, there, version=1, by=marko.user)
    editing.save(jelena, back, version=2, by=marko.user)
    assert editing.save(jelena, {"notes": "VIP"}, version=1, by=ana.user).version == 4


@pytest.mark.rule("R53")
def test_what_the_reader_has_overwritten_knowingly_is_no_caution(changed, ana):
    editing.save(changed, {"city": "Čačak"}, version=2, by=ana.user)
    assert editing.save(changed, {"city": "Zemun"}, version=1, by=ana.user).city == "Zemun"


@pytest.mark.rule("R52")
def test_change_by_hand_in_the_database_is_nobodys(jelena, ana):
    with acting(None):
        Customer.objects.update(city="Niš", version=2)
    with pytest.raises(Stale, match="The system"):
        editing.save(jelena, {"city": "Čačak"}, version=1, by=ana.user)


@pytest.mark.rule("R53")
def test_own_earlier_save_is_no_caution(changed, marko):
    assert editing.save(changed, {"city": "Čačak"}, version=1, by=marko.user).version == 3


@pytest.mark.rule("R53")
def test_same_value_over_an_old_version_is_no_caution(changed, ana):
    assert editing.save(changed, {"city": "Niš"}, version=1, by=ana.user).version == 2


@pytest.mark.rule("R53")
def test_work_in_the_background_is_no_edit(jelena, ana):
    Customer.objects.update(notes="imported")
    assert editing.save(jelena, {"city": "Niš"}, version=1, by=ana.user).version == 2


@pytest.mark.rule("R53")
def test_work_in_the_background_after_ones_own_edit_is_no_edit_either(jelena, ana):
    editing.save(jelena, {"city": "Niš"}, version=1, by=ana.user)
    Customer.objects.update(notes="imported")
    assert editing.save(jelena, {"city": "Čačak"}, version=1, by=ana.user).version == 3
