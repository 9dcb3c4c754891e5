from django.urls import path

from queues.views import (
    accept,
    canned,
    changes,
    close,
    desk,
    drafts,
    load,
    offer,
    sign_out,
    state,
    tasks,
    transfer,
    why,
)
from queues.views.chat import chat, chat_end, chat_messages, chat_rate, chat_return
from queues.views.chat_script import chat_script
from queues.views.cti import cti
from queues.views.missed_calls import call_back, missed_calls

urlpatterns = [
    path("desk/", desk.desk, name="desk"),
    path("desk/tasks/", tasks.tasks, name="tasks"),
    path("desk/drafts/", drafts.drafts, name="drafts"),
    path("desk/state/", state.state, name="state"),
    path("desk/state/ready/", state.ready, name="ready"),
    path("desk/state/not_ready/", state.not_ready, name="not_ready"),
    path("desk/offers/<int:offer_id>/accept/", offer.accept_offer, name="accept_offer"),
    path("desk/offers/<int:offer_id>/decline/", offer.decline_offer, name="decline_offer"),
    path("desk/queues/<int:queue_id>/why/", why.why_waiting, name="why_waiting"),
    path("desk/sign_out/", sign_out.sign_out, name="sign_out"),
    path("desk/missed_calls/", missed_calls, name="missed_calls"),
    path("desk/missed_calls/<int:task_id>/call_back/", call_back, name="call_back"),
    path("desk/<int:task_id>/", desk.task, name="task"),
    path("desk/<int:task_id>/accept/", accept.accept, name="accept"),
    path("desk/<int:task_id>/canned/", canned.canned, name="canned"),
    path("desk/<int:task_id>/close/", close.close, name="close"),
    path("desk/<int:task_id>/why/", why.why_task, name="why_task"),
    path("desk/<int:task_id>/transfer/", transfer.transfer, name="transfer"),
    path("desk/<int:task_id>/transfer/back/", transfer.take_back, name="take_back"),
    path("desk/<int:task_id>/changes/<str:record>/", changes.changes, name="changes"),
    path("desk/<int:task_id>/load/", load.load, name="load"),
    path("api/v1/cti/<str:token>", cti, name="cti"),
    path("chat.js", chat_script, name="chat_script"),
    path("chat/<slug:queue>/", chat, name="chat"),
    path("chat/<slug:queue>/messages/", chat_messages, name="chat_messages"),
    path("chat/<slug:queue>/end/", chat_end, name="chat_end"),
    path("chat/<slug:queue>/return/", chat_return, name="chat_return"),
    path("chat/<slug:queue>/rate/", chat_rate, name="chat_rate"),
]
