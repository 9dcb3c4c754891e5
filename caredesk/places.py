"""Where a pane stands, as its address tells: at a task on the desk, or at a customer who is open in the gadget.

    <place:task_id>    desk/12 or gadget/7      the same panes and verbs in both
    <task:task_id>     12                       only on the desk
    <open:task_id>     7                        only in the gadget

On the desk it is the plain number of the task; in the gadget an `Opened`, which finds its way back into addresses.
"""

from django.urls import register_converter

NUMBER = "[0-9]{1,18}"


class Opened(int):
    """The number of a customer who is open in the gadget; 0 is nobody yet: a customer who is being created."""


class TaskConverter:
    regex = NUMBER

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        if isinstance(value, Opened):
            raise ValueError("Not on the desk.")
        return str(int(value))


class OpenConverter:
    regex = NUMBER

    def to_python(self, value: str) -> Opened:
        return Opened(value)

    def to_url(self, value: Opened) -> str:
        if not isinstance(value, Opened):
            raise ValueError("Not in the gadget.")
        return str(int(value))


class PlaceConverter:
    regex = f"(?:desk|gadget)/{NUMBER}"

    def to_python(self, value: str) -> int:
        where, _slash, number = value.partition("/")
        return Opened(number) if where == "gadget" else int(number)

    def to_url(self, value: int) -> str:
        return f"{'gadget' if isinstance(value, Opened) else 'desk'}/{int(value)}"


register_converter(TaskConverter, "task")
register_converter(OpenConverter, "open")
register_converter(PlaceConverter, "place")
