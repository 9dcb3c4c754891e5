from django.core.management.base import BaseCommand

from activities.models import Activity
from customers.models import Customer
from queues.demo import load
from queues.models import Task
from requests_app.models import CareRequest


class Command(BaseCommand):
    help = (
        "Load the demo: queues, agents, and sixty days of customers with their chats, calls and e-mails, some of "
        "them waiting now. For trying things out: the passwords are public. Loaded once, it changes nothing."
    )

    def handle(self, *args, **options):
        if not load():
            self.stdout.write("The demo is loaded already. Nothing was changed.")
            return
        self.stdout.write(
            f"The demo is loaded: {Customer.objects.count()} customers, {CareRequest.objects.count()} requests, "
            f"{Activity.objects.count()} activities, {Task.objects.waiting().count()} chats waiting."
        )
