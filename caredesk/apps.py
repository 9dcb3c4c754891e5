from django.apps import AppConfig


class CareDeskConfig(AppConfig):
    name = "caredesk"
    label = "caredesk"
