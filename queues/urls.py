from django.urls import path

from queues.views import accept, canned, close, desk, drafts, tasks
from queues.views.chat import chat, chat_end, chat_messages, chat_rate, chat_return
from queues.views.chat_script import chat_script
from queues.views.cti import cti

urlpatterns = [
    path("desk/", desk.desk, name="desk"),
    path("desk/tasks/", tasks.tasks, name="tasks"),
    path("desk/drafts/", drafts.drafts, name="drafts"),
    path("desk/<int:task_id>/", desk.task, name="task"),
    path("desk/<int:task_id>/accept/", accept.accept, name="accept"),
    path("desk/<int:task_id>/canned/", canned.canned, name="canned"),
    path("desk/<int:task_id>/close/", close.close, name="close"),
    path("api/v1/cti/<str:token>", cti, name="cti"),
    path("chat.js", chat_script, name="chat_script"),
    path("chat/<slug:queue>/", chat, name="chat"),
    path("chat/<slug:queue>/messages/", chat_messages, name="chat_messages"),
    path("chat/<slug:queue>/end/", chat_end, name="chat_end"),
    path("chat/<slug:queue>/return/", chat_return, name="chat_return"),
    path("chat/<slug:queue>/rate/", chat_rate, name="chat_rate"),
]
