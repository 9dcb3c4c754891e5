from django.urls import path

from requests_app.views import add_request, request_details

urlpatterns = [
    path("desk/<int:task_id>/request_details/", request_details.request_details, name="request_details"),
    path("desk/<int:task_id>/add_request/", add_request.add_request, name="add_request"),
]
