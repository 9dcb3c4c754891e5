"""Who is logged in: the user and their agent in one query, since every page of the desk needs both."""

from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend


class DeskBackend(ModelBackend):
    def get_user(self, user_id):
        user = get_user_model().objects.select_related("agent__chosen_reason").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None
