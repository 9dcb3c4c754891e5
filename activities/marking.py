"""What of a text was asked for, so that it can be marked where finds are shown (R114)."""

from customers.words import folded, plain, spans

BEFORE, AROUND = 24, 80
OTHERS = ("company", "address", "country", "external_id", "notes")


def pieces(text, question):
    """[(piece, is_marked), …], which make up the text; what only a space divides is one mark."""
    made, end = [], 0
    for start, stop in joined(text, sorted({*word_marks(text, question), *digit_marks(text, question)})):
        made += [(text[end:start], False), (text[start:stop], True)]
        end = stop
    return [piece for piece in [*made, (text[end:], False)] if piece[0]]


def word_marks(text, question):
    words = [(start, stop, folded(plain(text[start:stop]))) for start, stop in spans(text)]
    for term in question.terms:
        sought = [word.folded for word in term.words]
        runs = [[one] for one in sought] if term.is_number else [sought]
        for run in runs:
            for place in range(len(words) - len(run) + 1):
                yield from marks_of(text, words[place : place + len(run)], run)


def marks_of(text, words, run):
    """All but the last must be the same; the last one may go on, and then only its beginning is marked."""
    same = [word for _start, _stop, word in words[:-1]] == run[:-1]
    start, stop, last = words[-1]
    if not same or not (last == run[-1] or (len(run[-1]) > 1 and last.startswith(run[-1]))):
        return
    yield from ((first, end) for first, end, _word in words[:-1])
    yield start, stop if last == run[-1] else reaching(text, start, stop, len(run[-1]))


def reaching(text, start, stop, length):
    """Where in the text its first letters, of this many when folded, end."""
    for end in range(start + 1, stop):
        if len(folded(plain(text[start:end]))) >= length:
            return end
    return stop


def digit_marks(text, question):
    places = [place for place, character in enumerate(text) if character.isdecimal()]
    digits = "".join(text[place] for place in places)
    for spellings in question.numbers.values():
        for spelling in spellings:
            at = digits.find(spelling)
            if at >= 0:
                yield places[at], places[at + len(spelling) - 1] + 1
                break


def joined(text, marks):
    """Those that touch, or that only spaces divide, are one."""
    made = []
    for start, stop in marks:
        if made and not text[made[-1][1] : start].strip():
            made[-1] = (made[-1][0], max(made[-1][1], stop))
        else:
            made.append((start, stop))
    return made


def shown(customer):
    """What the second line of a find says: an address and the city, and wherever else there is a mark."""
    question = customer.question
    addresses = [*customer.emails, *customer.phones]
    named = customer.shown_name
    usual = [*[address for address in addresses if address != named][:1], customer.city]
    more = [text for text in addresses if text not in [*usual, named]]
    more += [excerpt(getattr(customer, field), question) for field in OTHERS]
    return [text for text in usual if text] + [text for text in more if is_marked(text, question)]


def is_marked(text, question):
    return any(marked for _piece, marked in pieces(text, question))


def excerpt(text, question):
    """Of a long one what stands about the first mark."""
    line = " ".join(text.split())
    if len(line) <= AROUND:
        return line
    first = pieces(line, question)[0]
    start = 0 if first[1] else max(0, len(first[0]) - BEFORE)
    cut = line[start : start + AROUND]
    return f"{'…' if start else ''}{cut}{'…' if start + AROUND < len(line) else ''}"
