"""Forms of a monitor's life."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import Organisation, Region, User
from accounts.models.organisations import COUNTERPARTS
from casework.web import give_rows
from casework.web.fields import DayField, area
from institutions.models import Institution
from institutions.selectors import institutions_visible, public_institutions
from monitors import services
from monitors.models import Category, Grade, Manual, Monitor, Source, Squad, SquadKind, TieKind
from monitors.selectors import growth, monitors

PROPOSED = [(code, label) for code, label in Source.choices if code != Source.RENEWAL]


class GoneField(forms.ModelChoiceField[Monitor]):
    """A monitor who left, with the rest of the term."""

    def label_from_instance(self, obj: Monitor) -> str:
        return f"{obj.name}（{obj.get_status_display()}，原任期至 {obj.term_planned_until:%Y-%m-%d}）"


class NominationForm(forms.Form):
    """A proposal."""

    source = forms.ChoiceField(label="产生方式", choices=PROPOSED)
    replaces = GoneField(
        label="接替哪一名监督员",
        queryset=Monitor.objects.none(),
        required=False,
        empty_label="（不是补选）",
        help_text="只有补选需要选择。",
    )
    name = forms.CharField(label="姓名", max_length=40)
    id_number = forms.CharField(
        label="身份证号", max_length=18, help_text="加密保存，页面只显示末四位；出生日期和性别由号码得出。"
    )
    phone = forms.CharField(label="手机号", max_length=20, required=False, help_text="加密保存。")
    region = forms.ModelChoiceField(label="所在乡镇（街道）", queryset=Region.objects.none())
    category = forms.ChoiceField(label="身份类别", choices=Category.choices)
    unit_name = forms.CharField(label="工作单位", max_length=100, required=False)
    post = forms.CharField(label="职务", max_length=60, required=False)
    recommended_by = forms.ModelChoiceField(
        label="推荐单位",
        queryset=Organisation.objects.none(),
        required=False,
        empty_label="（不在列表，下面填写）",
    )
    recommender = forms.CharField(label="推荐单位名称", max_length=100, required=False)
    statement = forms.CharField(label="推荐理由", max_length=500, required=False, widget=area(3))
    nominated_on = DayField(label="推荐（报名）日期")

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bodies = Organisation.objects.visible_to(actor).filter(bureau=actor.bureau_id, is_active=True)
        gone = monitors.monitors_visible(actor).filter(status__in=["DISMISSED", "RESIGNED"])
        give_rows(
            self,
            region=monitors.towns_of(actor),
            recommended_by=bodies.exclude(kind__in=COUNTERPARTS).order_by("kind", "name"),
            replaces=gone,
        )
        self.fields["nominated_on"].initial = timezone.localdate()

    def clean(self) -> dict[str, Any]:
        """A by-election names whom it replaces."""
        values: dict[str, Any] = super().clean() or {}
        if values.get("source") == Source.BY_ELECTION and not values.get("replaces"):
            self.add_error("replaces", "补选须选择接替哪一名监督员。")
        if values.get("source") != Source.BY_ELECTION:
            values["replaces"] = None
        return values


class NoteForm(forms.Form):
    """An opinion."""

    note = forms.CharField(label="审核意见", max_length=300, widget=area(3))


class ReasonForm(forms.Form):
    """A reason."""

    reason = forms.CharField(label="理由", max_length=300, widget=area(3))


class LeavingForm(forms.Form):
    """Why and when a monitor leaves."""

    reason = forms.CharField(label="原因", max_length=300, widget=area(3))
    on = DayField(label="最后在任日期")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = timezone.localdate()


class TermForm(forms.Form):
    """The term of an appointment."""

    number = forms.IntegerField(label="届次", min_value=1, max_value=99, help_text="例如第 1 届填 1。")
    starts_on = DayField(label="任期第一日")
    ends_on = DayField(label="任期最后一日")

    def __init__(self, *args: Any, monitor: Monitor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        first = (
            max(today, monitor.previous.term_until + timedelta(days=1))
            if monitor.previous and monitor.previous.term_until
            else today
        )
        self.fields["starts_on"].initial = first
        gone = monitor.replaces
        if gone is not None:
            self.fields["ends_on"].initial = gone.term_planned_until
            self.fields["ends_on"].help_text = "补选的任期到原任期届满为止。"
            self.fields["number"].initial = gone.term_no


class StatementForm(forms.Form):
    """Why a further term."""

    statement = forms.CharField(label="续聘理由", max_length=500, widget=area(3))


class PhotoForm(forms.Form):
    """A photo for the card."""

    upload = forms.FileField(
        label="证件照片", widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png"})
    )


class SquadField(forms.ModelChoiceField[Squad]):
    """A squad."""


class SquadPickForm(forms.Form):
    """Into which squad."""

    squad = SquadField(
        label="巡查小分队", queryset=Squad.objects.none(), required=False, empty_label="（暂不编队）"
    )

    def __init__(self, *args: Any, actor: User, monitor: Monitor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        give_rows(self, squad=Squad.objects.visible_to(actor).filter(is_active=True))
        self.fields["squad"].initial = monitor.squad_id


class PlaceField(forms.ModelChoiceField[Institution]):
    """An institution with its township."""

    def label_from_instance(self, obj: Institution) -> str:
        return f"{obj.name}（{obj.region.name}）"


class TieForm(forms.Form):
    """A tie with an institution."""

    institution = PlaceField(label="机构", queryset=Institution.objects.none())
    kind = forms.ChoiceField(label="关系", choices=TieKind.choices)
    note = forms.CharField(label="说明", max_length=200, required=False)

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = (
            public_institutions(actor.bureau)
            if actor.is_counterpart and actor.bureau
            else institutions_visible(actor)
        )
        give_rows(self, institution=places.order_by("name"))


class AccountForm(forms.Form):
    """The name to sign in with."""

    username = forms.RegexField(
        r"^[A-Za-z0-9][A-Za-z0-9._-]{2,39}$",
        label="账号",
        help_text="3 至 40 位字母、数字、点或横线，建立后不能改。",
        error_messages={"invalid": "账号只能用字母、数字、点、下划线和横线，至少 3 位。"},
    )


class ObjectionForm(forms.Form):
    """An objection during the notice."""

    received_on = DayField(label="收到日期")
    way = forms.CharField(
        label="提出方式", max_length=60, help_text="例如实名来信、单位盖章材料。提出人信息留在纸质卷。"
    )
    content = forms.CharField(label="异议内容", max_length=1000, widget=area(4))


class FindingForm(forms.Form):
    """What the bureau found."""

    is_upheld = forms.TypedChoiceField(
        label="结论", choices=[("no", "异议不成立"), ("yes", "异议成立")], coerce=lambda value: value == "yes"
    )
    finding = forms.CharField(label="调查情况和结论", max_length=1000, widget=area(4))


class EditForm(forms.Form):
    """Facts that decide nothing."""

    category = forms.ChoiceField(label="身份类别", choices=Category.choices)
    unit_name = forms.CharField(label="工作单位", max_length=100, required=False)
    post = forms.CharField(label="职务", max_length=60, required=False)
    recommender = forms.CharField(label="推荐单位名称", max_length=100, required=False)
    statement = forms.CharField(label="推荐理由", max_length=500, required=False, widget=area(3))


class AssessForm(forms.Form):
    """The result of a year."""

    year = forms.IntegerField(label="年度", min_value=2000, max_value=2100)
    grade = forms.ChoiceField(label="等次", choices=Grade.choices)
    note = forms.CharField(label="考核意见", max_length=300, widget=area(3))
    reward = forms.CharField(
        label="奖惩", max_length=100, required=False, help_text="例如颁发荣誉证书。奖励不与罚款挂钩。"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].initial = timezone.localdate().year


class ManualPickForm(forms.Form):
    """Which version was confirmed on paper."""

    manual = forms.ModelChoiceField(label="工作手册", queryset=Manual.objects.none())

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        give_rows(self, manual=Manual.objects.filter(pk__in=growth.manuals(actor).values("pk")))


class CandidatesField(forms.ModelMultipleChoiceField[Monitor]):
    """Candidates with where they come from."""

    def label_from_instance(self, obj: Monitor) -> str:
        return f"{obj.name}（{obj.region.name}，{obj.get_category_display()}）"


class NoticeForm(forms.Form):
    """A public notice of candidates."""

    title = forms.CharField(label="标题", max_length=120, initial="校外培训社会监督员拟聘人选公示")
    candidates = CandidatesField(
        label="公示人选", queryset=Monitor.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    text = forms.CharField(label="公示内容", max_length=2000, required=False, widget=area(4))
    contact = forms.CharField(label="异议受理电话、地址", max_length=200)
    starts_on = DayField(label="公示日期", help_text="公示期从次日起算，天数按“政策参数”。")

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        give_rows(self, candidates=monitors.qualified(actor))
        self.fields["starts_on"].initial = timezone.localdate()
        if actor.bureau is not None:
            self.fields["contact"].initial = f"{actor.bureau.name} {actor.bureau.hotline}".strip()

    def clean_starts_on(self) -> date:
        """Not in the past: nobody can read a notice yesterday."""
        day: date = self.cleaned_data["starts_on"]
        if day < timezone.localdate():
            raise forms.ValidationError("公示日期不能早于今天。")
        return day


class SquadForm(forms.Form):
    """A squad and its area."""

    kind = forms.ChoiceField(label="类别", choices=SquadKind.choices, initial=SquadKind.SQUAD, required=False)
    association = forms.CharField(
        label="协会名称", max_length=80, required=False, help_text="行业协会组织的联盟填写，其他不填。"
    )
    name = forms.CharField(label="名称", max_length=60, help_text="例如城区片区小分队。")
    towns = forms.ModelMultipleChoiceField(
        label="负责的乡镇（街道）", queryset=Region.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    is_active = forms.BooleanField(label="启用", required=False, initial=True)

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        give_rows(self, towns=monitors.towns_of(actor))

    def clean_kind(self) -> str:
        """A plain squad unless told otherwise."""
        return self.cleaned_data["kind"] or SquadKind.SQUAD


class ManualForm(forms.Form):
    """A new version of the manual."""

    title = forms.CharField(label="名称", max_length=100, initial="校外培训社会监督员工作手册")
    text = forms.CharField(label="内容", max_length=20000, widget=area(14))
    effective_on = DayField(label="施行日期")


class ScoresForm(forms.Form):
    """One line for each monitor in office: present or not, and the points."""

    def __init__(self, *args: Any, people: list[Monitor], known: dict[int, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {f"m{person.pk}": person for person in people}
        for name, person in self.people.items():
            before = known.get(person.pk)
            self.fields[name] = forms.CharField(
                label=f"{person.name}（{person.region.name}）",
                required=False,
                max_length=4,
                initial="" if before is None else "到" if before.score is None else str(before.score),
            )

    def clean(self) -> dict[str, Any]:
        """Points of 100, or 到 for presence without a test."""
        values: dict[str, Any] = super().clean() or {}
        found: dict[Monitor, services.Result] = {}
        for name, person in self.people.items():
            text = (values.get(name) or "").strip()
            if text == "到":
                found[person] = services.Result(None)
            elif text.isdecimal() and int(text) <= 100:
                found[person] = services.Result(int(text))
            elif text:
                self.add_error(name, "填 0 至 100 的整数；没有测试的填“到”；没有参加的留空。")
        if not found and not self.errors:
            raise forms.ValidationError("还没有填写任何人的成绩。")
        return {"results": found}
