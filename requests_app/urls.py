from django.urls import path

from requests_app.views import add_request, reopen, request_details, settle_request, solved

urlpatterns = [
    path("<place:task_id>/request_details/", request_details.request_details, name="request_details"),
    path("<place:task_id>/request_details/settle/", settle_request.settle_request, name="settle_request"),
    path("<place:task_id>/add_request/", add_request.add_request, name="add_request"),
    path("<place:task_id>/reopen/", reopen.reopen, name="reopen"),
    path("<place:task_id>/mark_solved/", solved.mark_solved, name="mark_solved"),
    path("<place:task_id>/keep_open/", solved.keep_open, name="keep_open"),
]
