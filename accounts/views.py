"""Signing in and out, changing the password."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpResponse
from django.urls import reverse_lazy

from accounts import services


class SignInForm(AuthenticationForm):
    """User name and password with Chinese labels."""

    error_messages = {
        "invalid_login": "账号或密码不正确。连续输错 5 次将锁定 30 分钟。",
        "inactive": "账号已停用，请联系系统管理员。",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "账号"
        self.fields["password"].label = "密码"


class SignInView(auth_views.LoginView):
    """The login page of a bureau."""

    template_name = "accounts/login.html"
    form_class = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(is_idle=bool(self.request.GET.get("idle")), **kwargs)


class SignOutView(auth_views.LogoutView):
    """Ends the session (POST only)."""

    http_method_names = ["post", "options"]


class ChangePasswordView(auth_views.PasswordChangeView):
    """Sets an own password."""

    template_name = "accounts/password_change.html"
    success_url = reverse_lazy("home")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        must_change = self.request.user.must_change_password  # type: ignore[union-attr]
        return super().get_context_data(must_change=must_change, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        services.password_changed(actor=self.request.user)  # type: ignore[arg-type]
        messages.success(self.request, "密码已修改。")
        return response
