"""Where a pane stands, as its address tells: at a task on the desk, or at a customer who is open in the gadget.

    <place:task_id>    desk/12 or gadget/7      the same panes and verbs in both; or desk/customers/5, to read
    <work:task_id>     desk/12 or gadget/7      where there is something to close
    <task:task_id>     12                       only on the desk
    <open:task_id>     7                        only in the gadget
    <look:task_id>     5                        a customer on the desk, of whom the agent has no task

On the desk it is the plain number of the task, else an `Opened` or a `Looked`, which find their way back.
"""

from django.urls import register_converter

NUMBER = "[0-9]{1,18}"


class Opened(int):
    """The number of a customer who is open in the gadget; 0 is nobody yet: a customer who is being created."""


class Looked(int):
    """The number of a customer who is looked at on the desk."""


class TaskConverter:
    regex = NUMBER

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        if isinstance(value, Opened | Looked):
            raise ValueError("No task.")
        return str(int(value))


class OpenConverter:
    regex = NUMBER

    def to_python(self, value: str) -> Opened:
        return Opened(value)

    def to_url(self, value: Opened) -> str:
        if not isinstance(value, Opened):
            raise ValueError("Not in the gadget.")
        return str(int(value))


class LookConverter:
    regex = NUMBER

    def to_python(self, value: str) -> Looked:
        return Looked(value)

    def to_url(self, value: Looked) -> str:
        if not isinstance(value, Looked):
            raise ValueError("Nobody to look at.")
        return str(int(value))


class WorkConverter:
    regex = f"(?:desk|gadget)/{NUMBER}"

    def to_python(self, value: str) -> int:
        where, _slash, number = value.rpartition("/")
        return WHERE[where](number)

    def to_url(self, value: int) -> str:
        if isinstance(value, Looked):
            raise ValueError("Nothing to work on.")
        return f"{'gadget' if isinstance(value, Opened) else 'desk'}/{int(value)}"


class PlaceConverter(WorkConverter):
    regex = f"(?:desk|gadget|desk/customers)/{NUMBER}"

    def to_url(self, value: int) -> str:
        return f"desk/customers/{int(value)}" if isinstance(value, Looked) else super().to_url(value)


WHERE = {"desk": int, "gadget": Opened, "desk/customers": Looked}


register_converter(TaskConverter, "task")
register_converter(OpenConverter, "open")
register_converter(LookConverter, "look")
register_converter(WorkConverter, "work")
register_converter(PlaceConverter, "place")
