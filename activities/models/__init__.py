from activities.models.activity import Activity
from activities.models.bookkeeping import Draft, Interaction, Merge, OpenCustomer, Outbox, RecentCustomer
from activities.models.contents import Attachment, Call, Email, Message
from activities.models.remarks import Comment, Tag

__all__ = [
    "Activity",
    "Attachment",
    "Call",
    "Comment",
    "Draft",
    "Email",
    "Interaction",
    "Merge",
    "Message",
    "OpenCustomer",
    "Outbox",
    "RecentCustomer",
    "Tag",
]
