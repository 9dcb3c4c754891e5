"""Reads the stories: what customers wanted, over days, and how it was talked about, in five languages.

= Title | Description         a request, with its interactions:
chat internet                 medium, queue (call: and minutes; email: and subject)
+2d call internet 6           two days after the one before
< … > …                       said or written by the customer, by the agent ({name}: the first name)
~ router, hardware            tags
# …                           comment
* 5 …                         the customer's rating
"""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "stories"


@dataclass
class Interaction:
    days: int
    medium: str
    queue: str
    about: str = ""
    lines: list = field(default_factory=list)
    tags: list = field(default_factory=list)
    comments: list = field(default_factory=list)
    stars: int = 0
    praise: str = ""

    @classmethod
    def read(cls, line):
        days = 0
        if line.startswith("+"):
            gap, line = line[1:].split("d ", 1)
            days = int(gap)
        medium, queue, *about = line.split(" ", 2)
        return cls(days, medium, queue, *about)

    def add(self, sign, text):
        if sign in "<>":
            self.lines.append((sign, text))
        elif sign == "~":
            self.tags = [tag.strip() for tag in text.split(",")]
        elif sign == "#":
            self.comments.append(text)
        elif sign == "*":
            self.stars, self.praise = int(text[0]), text[1:].strip()


@dataclass
class Story:
    title: str
    description: str
    interactions: list = field(default_factory=list)


@cache
def told_in(language):
    """The stories of a language, e.g. "sr"."""
    stories = []
    for line in (FOLDER / f"{language}.txt").read_text(encoding="utf-8").splitlines():
        sign, _space, text = line.partition(" ")
        if sign == "=":
            stories.append(Story(*(part.strip() for part in text.split("|"))))
        elif sign in ("<", ">", "~", "#", "*"):
            stories[-1].interactions[-1].add(sign, text)
        elif line:
            stories[-1].interactions.append(Interaction.read(line))
    return stories
