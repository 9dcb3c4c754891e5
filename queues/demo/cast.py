"""Who takes part: the demo's agents and their customers. Numbers and addresses are nobody's."""

from dataclasses import dataclass

PASSWORD = "caredesk-demo"  # noqa: S105 (printed by bin/up and in the README)

QUEUES = {"internet": ("Internet", "pick"), "billing": ("Billing", "automatic")}

AGENTS = {
    "ana": ("Ana", "Kovač"),
    "marko": ("Marko", "Babić"),
    "petar": ("Petar", "Simić"),
    "sonja": ("Sonja", "de Wit"),
}

# Who has three chats and can be offered more: whoever tries the desk as Ana and presses Ready sees an offer at once.
CHATS_AT_ONCE = {"ana": 6}
SUPERVISOR = "sonja"
REASONS = ["Lunch", "Break", "Training", "After-work"]
REPLIES = [
    ("hello", None, "Good morning, how can I help you?"),
    ("moment", None, "One moment please, I am looking into it."),
    ("bye", None, "You are welcome. Have a good day!"),
    ("reboot", "internet", "Please switch your router off, wait half a minute and switch it on again."),
    ("line", "internet", "I am measuring your line now. This takes about two minutes."),
    ("invoice", "billing", "You find your invoices under “My account”, “Invoices”."),
    ("refund", "billing", "The amount is on your account within five working days."),
]


@dataclass(frozen=True)
class Customer:
    first_name: str
    last_name: str
    city: str
    phone: str
    language: str
    country: str
    company: str = ""

    @property
    def name(self):
        return f"{self.first_name} {self.last_name}"

    @property
    def email(self):
        return f"{ascii_of(self.first_name)}.{ascii_of(self.last_name)}@post.example"

    @property
    def stored(self):
        """What the agent types into the customer's form."""
        return {
            "first_name": self.first_name,
            "last_name": self.last_name,
            "emails": [self.email],
            "phones": [self.phone],
            "city": self.city,
            "country": self.country,
            "language": LANGUAGES[self.language],
            "company": self.company,
        }


LANGUAGES = {"en": "English", "sr": "Srpski", "nl": "Nederlands", "pl": "Polski", "tr": "Türkçe"}
LETTERS = str.maketrans("čćđšžłńóśźąęöüçğış", "ccdszlnoszaeoucgis", " '&")


def ascii_of(name):
    return name.lower().translate(LETTERS)


def people(language, country, rows):
    return [Customer(*row[:4], language, country, *row[4:]) for row in rows]


CUSTOMERS = [
    *people(
        "sr",
        "Serbia",
        [
            ("Jelena", "Marković", "Belgrade", "+381 11 555 0134"),
            ("Nikola", "Petrović", "Novi Sad", "+381 21 555 0117"),
            ("Milica", "Jovanović", "Niš", "+381 18 555 0152"),
            ("Stefan", "Ilić", "Belgrade", "+381 64 555 0108"),
            ("Dragana", "Stojanović", "Kragujevac", "+381 34 555 0161"),
            ("Đorđe", "Nikolić", "Subotica", "+381 24 555 0149", "Pekara Nikolić"),
            ("Ivana", "Đurić", "Zemun", "+381 63 555 0175"),
            ("Luka", "Pavlović", "Čačak", "+381 32 555 0120"),
        ],
    ),
    *people(
        "nl",
        "Netherlands",
        [
            ("Noor", "van Dijk", "Utrecht", "+31 30 794 0811"),
            ("Daan", "de Boer", "Amsterdam", "+31 20 794 0825"),
            ("Sanne", "de Vries", "Amsterdam", "+31 20 794 0832"),
            ("Bram", "Jansen", "Groningen", "+31 50 794 0844", "Jansen Fietsen"),
            ("Femke", "Bakker", "Leiden", "+31 71 794 0850"),
            ("Thijs", "Visser", "Rotterdam", "+31 10 794 0863"),
            ("Lotte", "Smit", "Haarlem", "+31 23 794 0878"),
            ("Ruben", "Mulder", "Eindhoven", "+31 40 794 0886"),
        ],
    ),
    *people(
        "pl",
        "Poland",
        [
            ("Tomasz", "Wójcik", "Kraków", "+48 12 307 1201"),
            ("Agnieszka", "Kowalczyk", "Warszawa", "+48 22 307 1218"),
            ("Piotr", "Zieliński", "Gdańsk", "+48 58 307 1226"),
            ("Katarzyna", "Lewandowska", "Łódź", "+48 42 307 1233"),
            ("Michał", "Dąbrowski", "Wrocław", "+48 71 307 1247", "Dąbrowski Meble"),
            ("Ewa", "Szymańska", "Poznań", "+48 61 307 1259"),
            ("Łukasz", "Woźniak", "Lublin", "+48 81 307 1264"),
            ("Zofia", "Kamińska", "Katowice", "+48 32 307 1270"),
        ],
    ),
    *people(
        "tr",
        "Türkiye",
        [
            ("Ayşe", "Yılmaz", "İstanbul", "+90 212 555 0103"),
            ("Mehmet", "Demir", "Ankara", "+90 312 555 0119"),
            ("Zeynep", "Şahin", "İzmir", "+90 232 555 0126"),
            ("Emre", "Çelik", "Bursa", "+90 224 555 0138", "Çelik Otomotiv"),
            ("Elif", "Koç", "İstanbul", "+90 216 555 0141"),
            ("Burak", "Öztürk", "Antalya", "+90 242 555 0157"),
            ("Gül", "Işık", "Eskişehir", "+90 222 555 0164"),
            ("Can", "Aydın", "Adana", "+90 322 555 0172"),
        ],
    ),
    *people(
        "en",
        "United Kingdom",
        [
            ("Alice", "Whitaker", "London", "+44 20 7946 0123"),
            ("George", "Hammond", "Leeds", "+44 113 496 0135"),
            ("Priya", "Nair", "Birmingham", "+44 121 496 0148"),
            ("Owen", "Hughes", "Cardiff", "+44 29 2018 0157"),
            ("Fiona", "MacLeod", "Glasgow", "+44 141 496 0166", "MacLeod & Daughters"),
            ("Samuel", "Okafor", "Bristol", "+44 117 496 0174"),
            ("Hannah", "Brooks", "Sheffield", "+44 114 496 0189"),
            ("Liam", "Byrne", "Liverpool", "+44 151 496 0192"),
        ],
    ),
]
