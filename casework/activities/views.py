"""Desk pages of the activity register."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_filters
from django import forms
from django.contrib import messages
from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.models.organisations import COUNTERPARTS
from casework.activities import services
from casework.evidence.selectors import evidence_of
from casework.models import Activity, ActivityAudience, ActivityKind, ActivityLevel, ActivityWay
from casework.web import (
    AuthedRequest,
    Column,
    ListPage,
    desk_page,
    fresh_key,
    get_visible,
    give_rows,
    guarded,
    run_transition,
    submit_once,
)

COLUMNS = (
    Column("名称", lambda row: row.title, 32),
    Column("类别", lambda row: row.get_kind_display()),
    Column("级别", lambda row: row.get_level_display()),
    Column("对象", lambda row: row.get_audience_display()),
    Column("日期", lambda row: row.held_on),
    Column("方式", lambda row: row.get_way_display()),
    Column("场次", lambda row: row.session_count),
    Column("参加人次", lambda row: row.head_count),
    Column("发放份数", lambda row: row.copy_count),
    Column("阅读、覆盖人次", lambda row: row.reach_count),
    Column("学时", lambda row: float(row.hours)),
    Column("组织单位", lambda row: row.organiser, 24),
    Column("地点", lambda row: row.place, 24),
    Column("登记人员（人）", lambda row: row.people_count),
)


def activities_visible(actor: User) -> QuerySet[Activity]:
    """Activities that the actor reaches, newest first, with how many people are entered."""
    rows = Activity.objects.visible_to(actor).select_related("region", "created_by")
    return rows.annotate(people_count=Count("attendees", distinct=True)).order_by("-held_on", "-pk")


def people_choices(actor: User) -> QuerySet[User]:
    """People of the bureau's authorities."""
    rows = User.objects.visible_to(actor).filter(bureau=actor.bureau_id, is_active=True, is_system=False)
    chosen: QuerySet[User] = rows.exclude(organisation__kind__in=COUNTERPARTS).select_related("organisation")
    return chosen.order_by("organisation__kind", "organisation__name", "name")


class ActivityFilter(django_filters.FilterSet):
    """Activities by words, kind, audience, level, way and days."""

    q = django_filters.CharFilter(method="words", label="查活动", help_text="名称、组织单位、地点")
    kind = django_filters.ChoiceFilter(choices=ActivityKind.choices, label="类别", empty_label="全部类别")
    level = django_filters.ChoiceFilter(choices=ActivityLevel.choices, label="级别", empty_label="全部级别")
    audience = django_filters.ChoiceFilter(
        choices=ActivityAudience.choices, label="对象", empty_label="全部对象"
    )
    way = django_filters.ChoiceFilter(choices=ActivityWay.choices, label="方式", empty_label="全部方式")
    year = django_filters.NumberFilter(field_name="held_on", lookup_expr="year", label="年度")
    since = django_filters.DateFilter(
        field_name="held_on",
        lookup_expr="gte",
        label="日期从",
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    until = django_filters.DateFilter(
        field_name="held_on", lookup_expr="lte", label="到", widget=forms.DateInput(attrs={"type": "date"})
    )

    class Meta:
        model = Activity
        fields = ["q", "kind", "audience", "level", "way", "year", "since", "until"]

    def words(self, rows: QuerySet[Activity], name: str, value: str) -> QuerySet[Activity]:
        """By name, organiser or place."""
        return rows.filter(
            Q(title__icontains=value) | Q(organiser__icontains=value) | Q(place__icontains=value)
        )


class PeopleField(forms.ModelMultipleChoiceField[User]):
    """People with their organisation."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}（{obj.organisation.short_name}）"


class ActivityForm(forms.ModelForm[Activity]):
    """One activity."""

    people = PeopleField(
        label="参加的工作人员",
        queryset=None,
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 8}),
        help_text="学时记到每个人名下；外单位人员只填参加人数。",
    )

    class Meta:
        model = Activity
        fields = (
            "kind",
            "level",
            "audience",
            "way",
            "title",
            "held_on",
            "organiser",
            "place",
            "session_count",
            "head_count",
            "copy_count",
            "reach_count",
            "hours",
            "summary",
        )
        widgets = {
            "held_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "summary": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        give_rows(self, people=people_choices(actor))
        if self.instance.pk:
            self.initial["people"] = list(self.instance.attendees.values_list("user", flat=True))

        for name in ("session_count", "way"):
            self.fields[name].required = False
        for name, words in HELP.items():
            self.fields[name].help_text = words

    def _post_clean(self) -> None:
        """The service validates the row."""

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        given = {name: self.cleaned_data[name] for name in self.Meta.fields}
        given["session_count"] = given["session_count"] or 1
        given["way"] = given["way"] or ActivityWay.ONSITE
        return given


HELP = {
    "session_count": "同一天同样的活动分班、分片开的，填场次，不必逐场登记。",
    "head_count": "各场相加。不写学生、家长姓名。",
    "copy_count": "告知书、一封信、海报等发放或张贴的份数。",
    "reach_count": "公众号、群推送的阅读人次。",
}


class PaperForm(forms.Form):
    """One paper."""

    file = forms.FileField(label="文件")
    caption = forms.CharField(label="说明", max_length=80, required=False)


def _url(activity: Activity) -> str:
    return reverse("casework:activity_detail", args=[activity.uid])


def _get(request: AuthedRequest, uid: UUID) -> Activity:
    rows: Any = activities_visible(request.user)
    found: Activity = get_visible(rows, request.user, uid)
    return found


def _crumbs(*more: tuple[str, str]) -> list[dict[str, str]]:
    pairs = (("活动登记", reverse("casework:activity_list")), *more)
    return [{"label": label, "url": url} for label, url in pairs]


@desk_page("casework.activity_view")
def activity_list(request: AuthedRequest) -> HttpResponse | StreamingHttpResponse:
    """The register of activities."""
    rows = activities_visible(request.user)
    filters = ActivityFilter(request.GET or None, queryset=Activity.objects.visible_to(request.user))
    sums = filters.qs.order_by().aggregate(
        sessions=Sum("session_count"), heads=Sum("head_count"), copies=Sum("copy_count")
    )
    return ListPage(
        request=request,
        rows=rows,
        template="casework/activity_list.html",
        title="活动登记",
        columns=COLUMNS,
        filterset=ActivityFilter,
        unit="条",
        context={"may_edit": request.user.may("casework.activity_edit"), "sums": sums},
    ).response()


@desk_page("casework.activity_view")
def activity_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One activity: facts, who took part, papers."""
    activity = _get(request, uid)
    files = [
        {
            "url": reverse("casework:evidence_file", args=[item.uid]),
            "thumb_url": reverse("casework:evidence_file", args=[item.uid]) if item.is_image else "",
            "name": str(item),
            "size": item.size,
            "sha256": item.sha256,
        }
        for item in evidence_of(actor=request.user, subject=activity)
    ]
    facts = [
        {"label": "类别", "value": activity.get_kind_display()},
        {"label": "级别", "value": activity.get_level_display()},
        {"label": "对象", "value": activity.get_audience_display()},
        {"label": "日期", "value": f"{activity.held_on:%Y-%m-%d}"},
        {"label": "学时", "value": f"{activity.hours} 学时"},
        {"label": "组织单位", "value": activity.organiser},
        {"label": "地点", "value": activity.place},
        {"label": "方式", "value": activity.get_way_display()},
        {"label": "场次", "value": f"{activity.session_count} 场"},
        *[
            {"label": label, "value": f"{count:,} {unit}"}
            for label, count, unit in (
                ("参加人次", activity.head_count, "人次"),
                ("发放份数", activity.copy_count, "份"),
                ("阅读、覆盖人次", activity.reach_count, "人次"),
            )
            if count
        ],
    ]
    context = {
        "activity": activity,
        "facts": facts,
        "people": list(activity.attendees.select_related("user", "organisation")),
        "files": files,
        "paper_form": PaperForm(auto_id="paper_%s"),
        "may_edit": services.may_change(request.user, activity),
        "crumbs": _crumbs((activity.title, "")),
    }
    return render(request, "casework/activity_detail.html", context)


def _form(
    request: AuthedRequest, form: ActivityForm, work: Any, heading: str, activity: Activity | None = None
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        with guarded(form):
            url = submit_once(
                actor=request.user,
                key=request.POST.get("idempotency_key", ""),
                work=lambda: _url(work(form)),
            )
            messages.success(request, "已保存。")
            return redirect(url)
    context = {
        "form": form,
        "heading": heading,
        "submit": "保存",
        "two_columns": True,
        "version": activity.version if activity else None,
        "idempotency_key": request.POST.get("idempotency_key") or fresh_key(),
        "cancel_url": _url(activity) if activity else reverse("casework:activity_list"),
        "crumbs": _crumbs((heading, "")),
    }
    return render(
        request, "casework/user_form.html", context, status=422 if request.method == "POST" else 200
    )


@desk_page("casework.activity_edit")
def activity_create(request: AuthedRequest) -> HttpResponse:
    """Enter an activity."""
    organiser = request.user.organisation.name if request.user.organisation else ""
    form = ActivityForm(request.POST or None, actor=request.user, initial={"organiser": organiser})

    def work(given: ActivityForm) -> Activity:
        return services.activity_register(
            actor=request.user,
            region=request.bureau.region,
            values=given.values(),
            people=given.cleaned_data["people"],
        )

    return _form(request, form, work, "登记活动")


@desk_page("casework.activity_edit")
def activity_edit(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Correct an activity."""
    activity = _get(request, uid)
    form = ActivityForm(request.POST or None, actor=request.user, instance=activity)
    raw = request.POST.get("version", "")

    def work(given: ActivityForm) -> Activity:
        return services.activity_edit(
            actor=request.user,
            activity=activity,
            values=given.values(),
            people=given.cleaned_data["people"],
            version=int(raw) if raw.isdecimal() else None,
        )

    return _form(request, form, work, "修改活动", activity)


@require_POST
@desk_page("casework.activity_edit")
def paper_add(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Keep one more paper."""
    activity = _get(request, uid)
    form = PaperForm(request.POST, request.FILES)
    if form.is_valid():
        run_transition(
            request,
            lambda: services.paper_receive(
                actor=request.user,
                activity=activity,
                upload=form.cleaned_data["file"],
                caption=form.cleaned_data["caption"],
            ),
            "材料已上传。",
        )
    else:
        messages.error(request, "请选择要上传的文件。")
    return redirect(_url(activity))
