from django.urls import path

from activities.views import activity_details, comments, communication, journey

urlpatterns = [
    path("desk/<int:task_id>/communication/", communication.communication, name="communication"),
    path("desk/<int:task_id>/messages/", communication.messages, name="messages"),
    path("desk/<int:task_id>/journey/", journey.journey, name="journey"),
    path("desk/<int:task_id>/card/<str:record>/", journey.card, name="card"),
    path("desk/<int:task_id>/activity_details/", activity_details.activity_details, name="activity_details"),
    path("desk/<int:task_id>/tags/", activity_details.add_tag, name="add_tag"),
    path("desk/<int:task_id>/tags/suggestions/", activity_details.tag_suggestions, name="tag_suggestions"),
    path("desk/<int:task_id>/tags/<int:tag_id>/remove/", activity_details.remove_tag, name="remove_tag"),
    path("desk/<int:task_id>/comments/", comments.comments, name="comments"),
    path("desk/<int:task_id>/comments/<int:comment_id>/", comments.edit_comment, name="edit_comment"),
]
