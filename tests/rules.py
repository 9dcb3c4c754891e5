"""The table of rules and the tests that prove them."""

import re
from collections import defaultdict


def table(items) -> str:
    """One line for each rule and test, in the order of the rules' numbers."""
    proofs = defaultdict(list)
    for item in items:
        for mark in item.iter_markers("rule"):
            for number in mark.args:
                proofs[number].append(item.nodeid.split("[")[0])
    lines = [
        f"{number:<6}{test}" for number in sorted(proofs, key=order) for test in dict.fromkeys(proofs[number])
    ]
    return "\n" + "\n".join(lines) + f"\n{len(proofs)} rules, {len(lines)} proofs"


def order(number: str) -> tuple:
    return int(re.sub(r"\D", "", number) or 0), number
