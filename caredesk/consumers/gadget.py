"""An agent's gadget in another desktop: a desk's socket of which offers know nothing, since nobody sees one there.

The words are those of desk.py; `task` is the number of an open customer, and of lists there is only "gadget-3".
"""

from caredesk.consumers.desk import DeskConsumer
from queues import watching_gadget


class GadgetConsumer(DeskConsumer):
    watching = watching_gadget

    async def sit_down(self):
        """An agent with only the gadget before them is not at their desk (R37); that they may not be here any more is
        said to their desks."""
        await self.channel_layer.group_add(f"desk-{self.agent.user_id}", self.channel_name)

    async def stand_up(self, code):
        pass

    @property
    def own_lists(self):
        return f"gadget-{self.agent.user_id}"

    async def record_changed(self, event):
        """Closed in another tab, it is not to be seen here any more either."""
        if event["name"] == self.own_lists:
            await self.still_there()
        await super().record_changed(event)
