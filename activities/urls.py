from django.urls import path

from activities.views import (
    activity_details,
    attachments,
    comments,
    communication,
    find_customers,
    journey,
    merge,
    move,
    move_to_customer,
)

urlpatterns = [
    path("desk/attachments/<uuid:key>/", attachments.attachment, name="attachment"),
    path("desk/<task:task_id>/attach/", attachments.attach, name="attach"),
    path("desk/<task:task_id>/communication/", communication.communication, name="communication"),
    path("desk/<task:task_id>/messages/", communication.messages, name="messages"),
    path("<place:task_id>/journey/", journey.journey, name="journey"),
    path("<place:task_id>/card/<str:record>/", journey.card, name="card"),
    path("<place:task_id>/move/undo/", move.undo_move, name="undo_move"),
    path("<place:task_id>/move/<int:activity_id>/", move.move, name="move"),
    path(
        "<place:task_id>/move/<int:activity_id>/customer/",
        move_to_customer.move_to_customer,
        name="move_to_customer",
    ),
    path("<place:task_id>/merge/", merge.merge, name="merge"),
    path("<place:task_id>/merge/<int:customer_id>/", merge.merge_with, name="merge_with"),
    path("<place:task_id>/unmerge/<int:merge_id>/", merge.unmerge, name="unmerge"),
    path("<place:task_id>/customers/", find_customers.find_customers, name="find_customers"),
    path("<place:task_id>/customers/new/", find_customers.new_customer, name="new_customer"),
    path(
        "<place:task_id>/customers/<int:customer_id>/",
        find_customers.found_customer,
        name="found_customer",
    ),
    path("<place:task_id>/activity_details/", activity_details.activity_details, name="activity_details"),
    path("<place:task_id>/tags/", activity_details.add_tag, name="add_tag"),
    path("<place:task_id>/tags/suggestions/", activity_details.tag_suggestions, name="tag_suggestions"),
    path("<place:task_id>/tags/<int:tag_id>/remove/", activity_details.remove_tag, name="remove_tag"),
    path("<place:task_id>/comments/", comments.comments, name="comments"),
    path("<place:task_id>/call_comment/", comments.call_comment, name="call_comment"),
    path("<place:task_id>/comments/<int:comment_id>/", comments.edit_comment, name="edit_comment"),
]
