"""This morning: who talks with whom, who waits, and since how many minutes."""

from queues.demo.cast import CUSTOMERS, Customer
from queues.demo.stories import Interaction

KNOWN = {customer.name: customer for customer in CUSTOMERS}
DIMITRI = Customer("Dimitri", "Verhoeven", "Delft", "+31 15 794 0897", "nl", "Netherlands")
MARTA = Customer("Marta", "Wrona", "Opole", "+48 77 307 1288", "pl", "Poland")


def chat(queue, *lines, tags=()):
    """A chat that begins now, told line by line."""
    return Interaction(0, "chat", queue, lines=[(line[0], line[2:]) for line in lines], tags=list(tags))


# agent, customer, minutes, chat, title of the request
IN_PROGRESS = [
    (
        "ana",
        KNOWN["Tomasz Wójcik"],
        31,
        chat(
            "internet",
            "< Dzień dobry, od rana nie mam internetu.",
            "> Dzień dobry, już sprawdzam Państwa łącze.",
            "> Proszę wyłączyć router na minutę i włączyć ponownie.",
            "< Dzięki, sprawdzę teraz i dam znać.",
            tags=["router"],
        ),
        "",
    ),
    (
        "ana",
        KNOWN["Jelena Marković"],
        22,
        chat(
            "internet",
            "< Zdravo, ruter se od sinoć opet restartuje svakih deset minuta.",
            "> Zdravo Jelena, žao mi je. Vidim vašu liniju odavde, samo trenutak.",
            "> Koje je boje lampica pre restarta?",
            "< Prvo narandžasta, pa se ugasi.",
            "> Linija je čista, mislim da je do adaptera.",
            "< Već sam dva puta vadila utikač.",
            "< Mogu li da dobijem nov adapter u radnji na Terazijama?",
            tags=["hardware", "router"],
        ),
        "Ruter se opet restartuje",
    ),
    (
        "ana",
        DIMITRI,
        14,
        chat(
            "internet",
            "< Goedemorgen, ik wil overstappen. Wat kost 500 bij mij?",
            "> Goedemorgen! Wat is uw postcode en huisnummer?",
            "< 2611 CA 14",
        ),
        "",
    ),
    (
        "marko",
        KNOWN["Hannah Brooks"],
        18,
        chat(
            "internet",
            "< Morning, the TV box says no signal since the update.",
            "> Good morning Hannah, let me look at the box from here.",
            "> I have sent it a restart, it takes about two minutes.",
            "< OK, waiting. The light blinks now.",
            tags=["TV"],
        ),
        "TV box without signal",
    ),
]

# customer, minutes, queue, first words
WAITING = [
    (
        KNOWN["Piotr Zieliński"],
        11,
        "internet",
        "Od rana nie mam sygnału. Czy ktoś może sprawdzić moją linię?",
    ),
    (KNOWN["Noor van Dijk"], 8, "internet", "Hallo, de wifi op zolder valt steeds weg, ook met de mesh."),
    (KNOWN["Owen Hughes"], 6, "internet", "Hello, we are moving next month. Can I keep my number?"),
    (KNOWN["Elif Koç"], 4, "internet", "Merhaba, akşamdan beri görüntü donuyor, bakabilir misiniz?"),
    (MARTA, 2, "internet", "Dzień dobry, chcę zamówić internet pod nowym adresem."),
    (KNOWN["Mehmet Demir"], 7, "billing", "Faturamı göremiyorum, sayfa boş geliyor."),
    (KNOWN["Nikola Petrović"], 3, "billing", "Dobar dan, na računu mi piše stara adresa."),
]

# agent, customer, minutes ago, queue, minutes, comment
CALLS = [
    ("marko", KNOWN["Owen Hughes"], 95, "internet", 4, "Wants to keep his number when he moves in December."),
    ("sonja", KNOWN["Nikola Petrović"], 70, "billing", 6, "Stara adresa na računu, poslaće dokaz mejlom."),
]

# phone, minutes ago, queue
MISSED = [
    (KNOWN["Samuel Okafor"].phone, 46, "internet"),
    ("+31 70 794 0831", 35, "billing"),
    ("+31 70 794 0831", 24, "billing"),
]

# customer, days, queue, first words
GAVE_UP = [
    ("Liam Byrne", 9, "internet", "Hello? Is anybody there?"),
    ("Zeynep Şahin", 16, "internet", "Merhaba, bir sorum vardı."),
    ("Bram Jansen", 21, "billing", "Kan ik een kopie van mijn factuur krijgen?"),
    ("Milica Jovanović", 27, "internet", "Dobar dan, imam jedno pitanje."),
    ("Jelena Marković", 33, "internet", "Dobar dan, da li radi podrška?"),
    ("Ewa Szymańska", 38, "billing", "Dzień dobry, mam pytanie o fakturę."),
    ("Samuel Okafor", 44, "internet", "Hi, quick question about my plan."),
    ("Lotte Smit", 49, "internet", "Goedemiddag, bent u er?"),
]
