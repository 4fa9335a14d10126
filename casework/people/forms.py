"""Forms of users and certificates."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import Organisation, User
from accounts.roles import Role
from casework.people import selectors
from casework.people.rules import misfits
from casework.web import give_rows

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class UserForm(forms.Form):
    """A person's facts and roles; the account name is fixed once given."""

    username = forms.RegexField(
        r"^[A-Za-z0-9][A-Za-z0-9._-]{2,39}$",
        label="账号",
        help_text="3 至 40 位字母、数字、点或横线，建立后不能改。",
        error_messages={"invalid": "账号只能用字母、数字、点、下划线和横线，至少 3 位。"},
    )
    name = forms.CharField(label="姓名", max_length=40)
    organisation = forms.ModelChoiceField(
        queryset=Organisation.objects.none(), label="单位", empty_label="请选择"
    )
    title = forms.CharField(label="职务", max_length=40, required=False)
    phone = forms.CharField(label="办公电话", max_length=40, required=False)
    roles = forms.MultipleChoiceField(
        label="角色",
        choices=Role.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="角色须与单位相符：乡镇（街道）人员选“乡镇（街道）工作人员”，机构人员选“机构负责人”。",
    )

    def __init__(self, *args: Any, actor: User, person: User | None = None, **kwargs: Any) -> None:
        if person is not None:
            kwargs.setdefault("initial", initial_of(person))
        super().__init__(*args, **kwargs)
        give_rows(self, organisation=selectors.organisations_of(actor))
        if person is not None:
            del self.fields["username"]

    def clean(self) -> dict[str, Any]:
        """Roles that fit the organisation."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        organisation, roles = data.get("organisation"), data.get("roles")
        if organisation and roles and (wrong := misfits(organisation, roles)):
            self.add_error("roles", f"{organisation.name}的人员不能担任“{'”“'.join(wrong)}”。")
        return data

    def values(self) -> dict[str, Any]:
        """The person's facts as the service takes them."""
        return {name: self.cleaned_data[name] for name in ("name", "title", "phone", "organisation")}


def initial_of(person: User) -> dict[str, Any]:
    """A person's present facts."""
    return {
        "name": person.name,
        "title": person.title,
        "phone": person.phone,
        "organisation": person.organisation_id,
        "roles": list(person.role_codes),
    }


class CertificateForm(forms.Form):
    """One enforcement certificate of the person's own organ."""

    number = forms.CharField(label="执法证号", max_length=30)
    starts_on = forms.DateField(label="有效期自", widget=DAY)
    ends_on = forms.DateField(label="有效期至", widget=DAY, help_text="含当日。")


class RevokeForm(forms.Form):
    """Taking a certificate back."""

    revoked_on = forms.DateField(label="收回日期", widget=DAY, initial=timezone.localdate)
    reason = forms.CharField(label="原因", max_length=200, widget=forms.Textarea(attrs={"rows": 2}))
