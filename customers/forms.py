"""The customer information form (R70 to R72): its fields by name, each one text, and what of them is unsaved."""

import json
import re
from dataclasses import dataclass, field

from django.conf import settings
from django.conf.locale import LANG_INFO

from caredesk.sorting import in_order
from caredesk.texts import clean
from customers.models import FIELDS
from customers.phones import parsed_phone

LISTS = {"email": "emails", "phone": "phones"}
NUMBERED = re.compile(r"(email|phone)_(\d{1,2})", re.ASCII)
VERSION = "customer_version"


@dataclass
class CustomerForm:
    """`stored` is what the customer has, or what is known of a new one; `typed` what the agent wrote over it.

    Both by field name: "first_name" …, and "email_1", "email_2" …, "phone_1" … for the lists. `mine` is what stands
    beside a colleague's values, to be used or dropped.
    """

    stored: dict[str, str]
    typed: dict[str, str] = field(default_factory=dict)
    mine: dict[str, str] = field(default_factory=dict)

    @property
    def texts(self):
        return self.stored | {name: text for name, text in self.typed.items() if is_field(name)}

    @property
    def was(self):
        """What stood in the fields before the agent wrote: sent along, so that only what they changed is theirs."""
        return json.dumps(self.stored)

    @property
    def unsaved(self):
        """Names of the fields in which something else stands than what is stored."""
        return [
            name for name, text in self.texts.items() if text.strip() != self.stored.get(name, "").strip()
        ]

    @property
    def own(self):
        """Names of the unsaved fields as a caution has them: "emails" for "email_2"."""
        return list(dict.fromkeys(list_name(name) for name in self.unsaved))

    @property
    def shown_name(self):
        """As the customer would be called with these values; empty without any."""
        texts = self.texts
        name = " ".join(filter(None, (texts["first_name"].strip(), texts["last_name"].strip())))
        return name or texts.get("email_1", "").strip() or texts.get("phone_1", "").strip()

    @property
    def values(self):
        """As customers.editing takes them."""
        return nested(self.texts)

    def list_of(self, kind):
        """[(name, text, mine)] of one list, in its order, the first even when it is empty."""
        texts = dict.fromkeys(self.mine, "") | self.texts
        places = sorted(number(name) for name in texts if name.startswith(f"{kind}_"))
        names = [f"{kind}_{at}" for at in places]
        shown = [name for name in names if texts[name] or name in self.mine or name == f"{kind}_1"]
        return [(name, texts[name], self.mine.get(name, "")) for name in shown]

    @property
    def emails(self):
        return self.list_of("email")

    @property
    def phones(self):
        return self.list_of("phone")


def is_field(name):
    return name in FIELDS or bool(NUMBERED.fullmatch(name))


def list_name(name):
    """The name that an error or a caution has for a field: "emails" for "email_2"."""
    return LISTS.get(name.partition("_")[0], name) if NUMBERED.fullmatch(name) else name


def number(name):
    return int(name.partition("_")[2])


def read(post):
    """The fields that the agent changed, out of what was posted: those that are not as they `was`."""
    was = before(post.get("was", ""))
    typed = {name: clean(text) for name, text in post.items() if is_field(name)}
    return {name: text for name, text in typed.items() if text != was.get(name, "" if was else None)}


def before(was):
    try:
        values = json.loads(was)
    except (ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}


def flat(values):
    """{"emails": ["a", "b"]} → {"email_1": "a", "email_2": "b"}; all other fields as they are, none missing."""
    texts = {name: values.get(name, "") for name in FIELDS}
    for kind, many in LISTS.items():
        texts |= {f"{kind}_{at}": text for at, text in enumerate(values.get(many, []) or [""], 1)}
    return texts


def nested(texts):
    values = {name: texts[name] for name in FIELDS if name in texts}
    for kind, many in LISTS.items():
        names = sorted((name for name in texts if name.startswith(f"{kind}_")), key=number)
        values[many] = [texts[name] for name in names]
    return values


def of_customer(customer):
    """The stored values of a customer."""
    values = {name: getattr(customer, name) for name in FIELDS}
    return flat(values | {"emails": customer.emails, "phones": customer.phones})


def kept_as_typed(phones, region=None):
    """Those that do not parse as a phone number: stored all the same (R72)."""
    return [phone for phone in phones if phone.strip() and not parsed_phone(phone, region)]


def languages(chosen=""):
    """[(code, own name)] to choose from; what is stored stays a choice even where it is none of them."""
    codes = [code for code, info in LANG_INFO.items() if "name_local" in info]
    named = {code: language_name(code) for code in codes}
    spoken = [code for code, _name in settings.LANGUAGES]
    rest = in_order(set(named) - set(spoken), named.get)
    choices = [("", "")] + [(code, named[code]) for code in [*spoken, *rest]]
    return choices if not chosen or chosen in named else [*choices, (chosen, chosen)]


def language_name(code):
    """Its own name, as a list begins it: "Norsk (bokmål)", "British English"."""
    named = LANG_INFO.get(code, {}).get("name_local", code)
    return named[:1].upper() + named[1:]
