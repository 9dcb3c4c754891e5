from django.urls import include, path

from bench import bare

urlpatterns = [
    path("bench/view/", bare.view),
    path("bench/write/", bare.write),
    path("", include("caredesk.urls")),
]
