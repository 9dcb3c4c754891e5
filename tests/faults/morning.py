"""A busy morning at a product that loses its parts, and what must be true of it all the same."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time

import psycopg

from caredesk import parts, processes
from caredesk.engine_room import ROOT
from caredesk.engines import Valkey
from tests.faults.pages import Agent, Customer
from tests.faults.wire import Wire
from tests.house.up import Up, environment, processes_of
from tests.waiting import eventually

QUEUE, PASSWORD, OFFER_SECONDS = "line", "right battery horse", 4
BACK_SECONDS = 15
FORGIVEN = """SELECT count(*) FROM queues_offer offer JOIN queues_offerevent event ON event.pgh_obj_id = offer.id
              WHERE offer.outcome = 'connection_lost' AND event.outcome = 'no_answer'"""
WORDS = {
    "web": "daphne",
    "worker": " worker ",
    "beat": " beat ",
    "dispatcher": "dispatch",
    "postgres": "postgres -D",
}


class Product:
    """bin/up with a Valkey of our own, which can be gone for longer, and with a second web process."""

    def __init__(self, folder):
        self.data, self.valkey = folder / "var", Valkey(folder, fast=True)
        self.valkey.spawn()
        self.valkey.wait()
        more = {"REDIS_URL": self.valkey.url, "CAREDESK_CHAT_STARTS_PER_MINUTE": "100000"}
        more["CAREDESK_CHAT_MESSAGES_PER_MINUTE"] = "100000"
        self.up, self.port, self.second = Up(self.data, **more), processes.free_port(), None
        self.more = more

    def start(self):
        self.database = self.up.ready().urls["DATABASE_URL"]
        self.env = environment(self.data, DATABASE_URL=self.database, CAREDESK_EMBEDDED="1", **self.more)
        self.start_second()

    def start_second(self):
        command = parts.command(
            "web", host="127.0.0.1", port=self.port, data=str(self.data), python=sys.executable
        )
        self.second = processes.spawn(command, log=self.data / "log/second.log", cwd=ROOT, env=self.env)

    def end(self):
        """The runner is killed, and nobody it has started outlives it."""
        processes.stop(self.second)
        self.up.end(signal.SIGKILL)
        eventually(lambda: processes_of(self.data) == [])
        self.valkey.stop()

    def set_up(self, names):
        queue = ["--mode", "automatic", "--offer-seconds", str(OFFER_SECONDS)]
        self.manage("createqueue", QUEUE, *queue)
        self.manage("createagent", *names, "--queue", QUEUE, "--password-env", "PASSWORD", PASSWORD=PASSWORD)
        self.ask("UPDATE queues_agent SET max_chats = 1000")

    def manage(self, *words, **more):
        command = [sys.executable, "manage.py", *words]
        subprocess.run(command, cwd=ROOT, env=self.env | more, check=True, timeout=120)

    def ask(self, query):
        """Rows, or [] of what gives none."""
        with psycopg.connect(self.database, connect_timeout=5, autocommit=True) as line:
            found = line.execute(query)
            return found.fetchall() if found.description else []

    def kill(self, part):
        """kill -9. Who is not the runner's is started again here."""
        if part == "second":
            self.second.send_signal(signal.SIGKILL)
            self.second.wait()
            self.start_second()
        elif part == "valkey":
            self.cut_valkey()
            self.bring_valkey_back()
        else:
            before = self.up.text.count("has ended")
            os.kill(self.up.pid_of(WORDS[part]), signal.SIGKILL)
            eventually(lambda: self.up.text.count("has ended") > before)

    def cut_valkey(self):
        self.valkey.process.send_signal(signal.SIGKILL)
        self.valkey.process.wait()

    def bring_valkey_back(self):
        self.valkey.spawn(self.valkey.port)
        self.valkey.wait()

    def is_back(self, part, gone):
        """Whether the part takes connections again, or works, having been gone at this moment."""
        if part in ("web", "second"):
            port = self.up.port if part == "web" else self.port
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                return True
            return False
        if part == "valkey":
            return self.valkey.answers()
        with contextlib.suppress(psycopg.Error):
            if part == "postgres":
                return bool(self.ask("SELECT 1"))
            query = f"SELECT 1 FROM caredesk_heartbeat WHERE part = '{part}' AND at > to_timestamp({gone})"
            return bool(self.ask(query))
        return False


class Morning:
    """Agents and customers at both web processes; one agent lets everything pass, so that offers end all the time."""

    def __init__(self, product, agents=5, every=1.0):
        names = [f"agent{number}" for number in range(agents)]
        product.set_up([*names, "lazy"])
        self.product, self.every, self.running = product, every, []
        ports = [product.up.port, product.port]
        self.lazy = Agent(ports[0], "lazy", is_lazy=True)
        self.agents = [Agent(ports[number % 2], name) for number, name in enumerate(names)]
        self.customers = [Customer(ports[number % 2], QUEUE) for number in range(agents)]
        self.started, self.told = [], []

    async def begin(self):
        await until(lambda: self.product.is_back("second", 0), "the second web process")
        far = self.agents[-1]
        self.wire = Wire(far.address[1])
        far.address = ("127.0.0.1", await self.wire.lay())
        for agent in [*self.agents, self.lazy]:
            await agent.log_in(PASSWORD)
            self.run(agent.stay_open(), agent.work())
        await until(lambda: all(page.socket for page in self.agents), "desks")
        for customer in self.customers:
            self.started.append((await customer.start()).email)
            self.run(customer.stay_open(), customer.talk())
        for agent in self.agents:
            self.run(agent.talk(), agent.look_at_talk())
        self.run(self.arrivals())
        await until(lambda: all(agent.task for agent in self.agents), "accepted chats")
        await self.is_well_since(time.monotonic())

    def run(self, *jobs):
        self.running += [asyncio.ensure_future(job) for job in jobs]

    async def arrivals(self):
        """One chat after the other that nobody says anything in."""
        while True:
            customer = Customer(self.agents[len(self.started) % 2].address[1], QUEUE)
            self.started.append((await customer.start()).email)
            await asyncio.sleep(self.every)

    async def lose(self, part):
        """Kill the part; when it is there again, everything must go on within the time."""
        gone, before = time.time(), time.monotonic()
        await asyncio.to_thread(self.product.kill, part)
        await until(lambda: self.product.is_back(part, gone), f"{part} to be back", seconds=60)
        back = time.monotonic()
        await self.is_well_since(back)
        told = f"{part}: away {back - before:.1f} s, all live {time.monotonic() - back:.1f} s after that"
        self.told.append(told)

    async def cut_off(self):
        """Between one agent and their web process nothing arrives any more, until it has noticed that."""
        far, before = self.agents[-1], time.monotonic()
        here = f"""SELECT 1 FROM queues_presence JOIN queues_agent agent ON agent.id = agent_id
                   JOIN auth_user ON auth_user.id = user_id WHERE username = '{far.name}'"""
        self.wire.cut()
        await until(lambda: not self.product.ask(here), "the cut line to be noticed")
        noticed = time.monotonic()
        self.wire.mend()
        await self.is_well_since(time.monotonic())
        forgiven = self.product.ask(FORGIVEN)[0][0]
        self.told.append(
            f"one agent's line: cut for {noticed - before:.1f} s, all live {time.monotonic() - noticed:.1f} s after, "
            f"{forgiven} offers booked as connection lost and no longer as no answer"
        )

    async def is_well_since(self, moment):
        """Each page said something and was answered, the others heard it, and a chat that came was accepted."""
        self.raise_what_failed()
        accepted = sum(len(agent.accepted) for agent in self.agents)

        def all_live():
            self.raise_what_failed()
            pages = [*self.agents, *self.customers]
            return all(max(page.said.values(), default=0) > moment for page in pages) and all(
                max((agent.heard[mark] for mark in agent.heard.keys() & self.sent_since(moment)), default=0)
                for agent in self.agents
            )

        await until(all_live, "all pages to be live", seconds=BACK_SECONDS)
        await until(
            lambda: sum(len(agent.accepted) for agent in self.agents) > accepted,
            "offers",
            seconds=BACK_SECONDS,
        )

    def sent_since(self, moment):
        return {mark for page in self.customers for mark, sent in page.sent.items() if sent > moment}

    def raise_what_failed(self):
        for job in self.running:
            if job.done() and not job.cancelled():
                job.result()

    async def end(self):
        """Nothing is said any more, and what was said is settled."""
        for job in self.running:
            if job.get_coro().__name__ in ("talk", "arrivals"):
                job.cancel()
        pages = [*self.agents, *self.customers]
        await until(
            lambda: not any(page.unsaid for page in pages), "all words to be taken", seconds=BACK_SECONDS
        )
        self.raise_what_failed()
        for job in self.running:
            job.cancel()

    # --- what must be true

    def lost_or_doubled(self):
        """The acknowledged words that are not there exactly once."""
        there = [str(mark) for (mark,) in self.product.ask("SELECT uuid FROM activities_message")]
        said = {mark for page in [*self.agents, *self.customers] for mark in page.said}
        return [mark for mark in said if there.count(mark) != 1]

    def chats_doubled_or_lost(self):
        """E-mail addresses that started one chat each, and have not one."""
        query = "SELECT source_email, count(*) FROM activities_activity GROUP BY source_email"
        there = dict(self.product.ask(query))
        lost = [email for email in self.started if email not in there]
        return lost + [email for email, count in there.items() if count != 1]

    def wrongly_missed(self):
        """Offers booked as no answer by agents who accept whatever they see."""
        query = """SELECT offer.id, username, offered_at, expires_at FROM queues_offer offer
                   JOIN queues_agent agent ON agent.id = agent_id JOIN auth_user ON auth_user.id = user_id
                   WHERE outcome = 'no_answer' AND username <> 'lazy'"""
        return self.product.ask(query)

    def late_ends(self, since):
        """Seconds between the deadline and the end of what was missed since then (by time.time())."""
        query = f"""SELECT extract(epoch FROM ended_at - expires_at)::float FROM queues_offer
                    WHERE outcome = 'no_answer' AND offered_at > to_timestamp({since})"""
        return sorted(seconds for (seconds,) in self.product.ask(query))

    def delays(self, since):
        """Seconds from a customer's Send to the agent's page, of all said since then (by time.monotonic())."""
        heard = {mark: at for agent in self.agents for mark, at in agent.heard.items()}
        sent = {mark: at for page in self.customers for mark, at in page.sent.items() if at > since}
        return sorted(heard.get(mark, time.monotonic()) - at for mark, at in sent.items())


async def until(found, what, seconds=30):
    end = time.monotonic() + seconds
    while not await asyncio.to_thread(found):
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        await asyncio.sleep(0.1)
