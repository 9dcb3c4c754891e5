"""Desk page and task switch: server time, queries, bytes and CPU.

Floor: a bare view with one query through the same stack. Targets: task switch ≤ 5 × the bare view and ≤ 12
queries; desk page ≤ 20 queries however many tasks there are.
"""

from asgiref.sync import sync_to_async

from bench import people
from bench.figures import Figure

ROUNDS, WARM, TASKS = 200, 20, 12


async def run(server):
    for figure in await sync_to_async(measure)(server):
        yield figure


def measure(server):
    where = people.queue("bench-desk")
    agent = people.make_agent("bench-desk", where)
    tasks = [people.accepted_chat(where, agent, number)[0] for number in range(TASKS)]
    for number in range(TASKS):
        people.start_chat(where, number)
    browser = people.Browser(server, people.log_in(agent))
    asked = {
        "bare view": lambda n: browser.get("/bench/view/"),
        "task switch": lambda n: browser.get(f"/desk/{tasks[n % TASKS]}/", **{"HX-Request": "true"}),
        "task list": lambda n: browser.get("/desk/tasks/", **{"HX-Request": "true"}),
        "desk page": lambda n: browser.get(f"/desk/{tasks[n % TASKS]}/"),
    }
    answers = {name: [] for name in asked}
    for number in range(ROUNDS + WARM):
        for name, ask in asked.items():
            answers[name].append(ask(number))
    return figures({name: rows[WARM:] for name, rows in answers.items()})


def figures(answers):
    made = []
    for measure_name, header in (("server time", "X-Server-Ms"), ("CPU", "X-Cpu-Ms")):
        floor = None
        for name, rows in answers.items():
            figure = Figure(
                f"{name}, {measure_name}", [float(headers[header]) for _s, headers, _b in rows], floor=floor
            )
            figure.extra = facts(rows)
            floor = floor or figure
            made.append(figure)
    return made


def facts(rows):
    wrong = [status for status, _headers, _body in rows if status != 200]
    if wrong:
        raise SystemExit(f"The desk answered {wrong[0]}.")
    return {
        "queries": max(int(headers["X-Queries"]) for _status, headers, _body in rows),
        "bytes": max(len(body) for _status, _headers, body in rows),
    }
