"""The catalogue of papers of a case: each kind has a builder, a preview with the watermark, and prints."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from accounts.models import User
from casework.data import document_kinds
from casework.documents.preview import WATERMARK
from casework.documents.services import document_file, document_issue
from casework.errors import Unlawful
from casework.models import EvidenceFile, IssuedNumber, OfficialDocument
from casework.typesetting import from_dict, render_pdf, to_dict
from inspections.models import Visit
from measures.services import talk_invite
from penalties import services as s
from penalties import volumes
from penalties.models import Case
from tests.conftest import World
from tests.inspections import making as visits
from tests.measures import making as measures
from tests.penalties import making
from tests.penalties.making import day

BESIDE = {"SUSPENSION_NOTICE", "BAN_NOTICE", "SITE_ASSIGNMENT", "SUPERVISION_LETTER", "REMINDER_LETTER"}
KINDS = {row["code"]: row for row in document_kinds() if row["catalogue_no"] or row["code"] in BESIDE}
Shown = dict[str, Any]


class Desk:
    """Clients by person, and previews as a person sees them."""

    def __init__(self, sign_in: Callable[[User], Any]) -> None:
        self.sign_in = sign_in

    def get(self, person: User, url: str) -> Shown:
        """The paper of a preview page."""
        return self._paper(self.sign_in(person).get(url), url)

    def case(self, person: User, case: Case, name: str) -> Shown:
        """A paper whose words follow from the case."""
        return self.get(person, reverse("penalties:case_preview", args=[case.uid, name]))

    def step(self, person: User, case: Case, name: str, given: Shown, row: Any = None) -> Shown:
        """The first paper of a step, from its form."""
        view, extra = ("penalties:row_action", [row.uid]) if row else ("penalties:case_action", [])
        return self.form(person, reverse(view, args=[case.uid, name, *extra]), given)

    def form(self, person: User, url: str, given: Shown) -> Shown:
        """The first paper of any form."""
        client = self.sign_in(person)
        pdf = client.post(url, {**given, "preview": "pdf"})
        assert pdf.content[:5] == b"%PDF-", (url, pdf.context["form"].errors)
        return self._paper(client.post(url, {**given, "preview": "page"}), url)

    def _paper(self, answer: Any, url: str) -> Shown:
        body = answer.content.decode()
        assert answer.status_code == 200, (url, getattr(answer.context.get("form"), "errors", body[:2000]))
        assert f'data-watermark="{WATERMARK}"' in body, (
            url,
            getattr(answer.context.get("form"), "errors", body[:2000]),
        )
        assert "还缺：" not in body, (url, answer.context.get("lacks"))
        paper: Shown = answer.context.get("papers", [answer.context.get("paper")])[0]
        return paper


def moment(days: int = 0) -> str:
    return f"{timezone.localtime() + timedelta(days=days):%Y-%m-%dT%H:%M}"


def inquiry_papers(law: World, desk: Desk) -> dict[str, Shown]:
    case = making.draft(law)
    found = {
        "CASE_SOURCE": desk.case(law.officer, case, "source"),
        "CASE_FILING_APPROVAL": desk.case(law.leader, case, "filing"),
    }
    case = making.file(law, case)
    officers = [row.pk for row in case.caseofficers.all()]
    interview = {
        "person_name": "张某", "identity": "负责人", "place": "示例路9号", "started_at": moment(-1),
        "ended_at": moment(-1), "officers": officers, "recorder": "执法乙", "is_identified": "on",
        "is_rights_told": "on", "is_recusal_told": "on", "talk": "问：有许可证吗？\n答：没有。", "signature": "SIGNED",
    }  # fmt: skip
    sampling = {
        "samples": "数学讲义，2 册，2026 春季版", "place": "示例路9号", "sampled_at": moment(-1),
        "reason": "查明培训内容", "signature": "REFUSED", "refusal_note": "拒签，见证人王某",
    }  # fmt: skip
    hold = s.hold_request(
        actor=law.officer, case=case, items="账簿2册", place="本机关", reason="可能灭失", at=day(3)
    )
    found |= {
        "INTERVIEW_RECORD": desk.step(law.officer, case, "interview", interview),
        "SAMPLING_NOTICE": desk.step(law.officer, case, "sampling", sampling),
        "CASE_TRANSFER_LETTER": desk.step(
            law.leader, case, "transfer", {"to": "巫山县公安局", "reason": "涉嫌犯罪"}
        ),
        "SERVICE_ADDRESS": desk.step(
            law.officer, case, "address", {"phone": "023-57000000", "signed_on": f"{timezone.localdate()}"}
        ),
        "AGENT_AUTHORISATION": desk.step(law.officer, case, "agent", agent()),
    }
    url = reverse("penalties:row_preview", args=[case.uid, "hold", hold.uid])
    page = desk.sign_in(law.leader).get(url)
    assert page.context["lacks"] == ["负责人批准"]
    held = s.hold_approve(actor=law.leader, hold=hold, at=day(3))
    found["EVIDENCE_HOLD_NOTICE"] = desk.get(
        law.leader, reverse("penalties:row_preview", args=[case.uid, "hold", held.uid])
    )
    return found


def agent() -> Shown:
    today = timezone.localdate()
    return {
        "agent_name": "赵律师", "agent_identity": "某律师事务所律师", "matters": "代为陈述申辩、参加听证",
        "since": f"{today}", "until": f"{today + timedelta(days=60)}", "signed_on": f"{today}",
    }  # fmt: skip


def decision_papers(law: World, desk: Desk) -> dict[str, Shown]:
    fine = s.MeasureInput("FINE", 20_000_000, times=200)
    case = making.ended(law, fine, fee_rows=((10_000_000, 0),), party_name="示例听证公司")
    review = s.review_request(actor=law.officer, case=case, at=day(11))
    opinions = {f"on_{key}": "无异议" for key in making.OPINIONS}
    discussion = {
        "held_at": moment(-1), "place": "会议室", "chair": "局长", "members": "局长、副局长", "recorder": "文书",
        "opinions": "均同意", "conclusion": "同意",
    }  # fmt: skip
    found = {
        "INVESTIGATION_REPORT": desk.case(law.officer, case, "report"),
        "PENALTY_PRIOR_NOTICE": desk.case(law.officer, case, "prior"),
        "HEARING_RIGHTS": desk.case(law.officer, case, "hearing"),
        "LEGAL_REVIEW": desk.step(
            law.legal, case, "review-give",
            {**opinions, "passed": "1", "conclusion": "同意", "qualification": "法律职业资格"}, review,
        ),
        "COLLECTIVE_DISCUSSION": desk.step(law.head, case, "discussion", discussion),
    }  # fmt: skip
    case = making.told(law, case)
    point = s.statement_add(
        actor=law.officer, case=case, text="已主动退费", made_on=day(12).date(), at=day(12)
    )
    found["STATEMENT_RECORD"] = desk.step(
        law.officer, case, "statement-answer", {"is_accepted": "0", "answer": "裁量时已考虑。"}, point
    )
    hearing = s.hearing_request(actor=law.officer, case=case, requested_on=day(14).date(), at=day(14))
    plan = {
        "held_at": moment(20),
        "place": "会议室",
        "chair": law.head.pk,
        "recorder": "文书",
        "is_public": "on",
    }
    found["HEARING_NOTICE"] = desk.step(law.head, case, "hearing-schedule", plan, hearing)
    hearing = s.hearing_schedule(
        actor=law.head, hearing=hearing, plan=s.HearingPlan(day(30), "会议室", law.head, "文书"), at=day(15)
    )
    found["HEARING_RECORD"] = desk.step(
        law.head,
        case,
        "hearing-hold",
        {"record": "陈述、质证", "opinion": "维持", "signature": "SIGNED"},
        hearing,
    )
    found["PENALTY_APPROVAL"] = desk.case(law.leader, case, "approval")
    found["PENALTY_DECISION"] = desk.case(law.leader, case, "decision")
    return found


def ending_papers(law: World, desk: Desk) -> dict[str, Shown]:
    free = making.ended(
        law, party_name="示例免罚公司",
        weighing={"no_penalty_ground": "FIRST", "first_offence": "APPLIES", "education_given": "当面教育"},
    )  # fmt: skip
    found = {"NO_PENALTY_DECISION": desk.case(law.leader, free, "no-penalty")}
    spot = making.draft(law, kind="SIMPLE", code="DISGUISED_SUBJECT", party_name="示例当场公司")
    s.discretion_set(
        actor=law.officer, case=spot, at=day(0), measures=[s.MeasureInput("WARNING")],
        values={"first_offence": "NOT_APPLIES", "first_offence_note": "经提醒仍未改正"},
    )  # fmt: skip
    found["ON_SPOT_PENALTY_DECISION"] = desk.step(law.officer, spot, "decide_on_spot", {"place": "示例路9号"})
    case = making.decided(law, making.ended(law, party_name="示例履行公司"))
    receipt = {
        "document": case.decision.pk, "method": "PUBLICATION", "served_at": moment(-1), "place": "县政府网站",
        "server_one": law.officer.pk, "server_two": law.officer2.pk, "publication_place": "县政府网站公告栏",
    }  # fmt: skip
    found["SERVICE_RECEIPT"] = desk.step(law.officer, case, "serve", receipt)
    case = making.serve(law, case, "PENALTY_DECISION", day(26))
    later = timezone.localdate() + timedelta(days=30)
    found["PAYMENT_EXTENSION"] = desk.step(
        law.leader, case, "deferral", {"reason": "经营困难", "plan": f"{later} 6000"}
    )
    found["URGE_NOTICE"] = desk.case(law.officer, case, "urge")
    case = s.case_urge(actor=law.officer, case=case, at=day(60))
    case = making.serve(law, case, "URGE_NOTICE", day(60, 11))
    found["COURT_APPLICATION"] = desk.case(law.leader, case, "court")
    done = s.case_withdraw(
        actor=law.leader, case=making.file(law, making.draft(law, party_name="示例撤案公司")), reason="不存在", at=day(5)
    )  # fmt: skip
    found["CASE_CLOSE_APPROVAL"] = desk.case(law.leader, done, "close")
    draft = desk.sign_in(law.officer).get(reverse("penalties:case_volume", args=[done.uid, "main"]))
    cover = PdfReader(io.BytesIO(draft.content)).pages[0].extract_text()
    assert WATERMARK in cover.replace(" ", "")
    found["ARCHIVE_COVER"] = to_dict(volumes.cover(done, volumes.MAIN, 12))
    return found


def field_papers(law: World, desk: Desk) -> dict[str, Shown]:
    place = visits.make_place(law, organisation=law.institution_user.organisation)
    visit = visits.start(law, visits.make_plan(law, place))
    Visit.objects.filter(pk=visit.pk).update(**visits.RECORD)
    found = {
        "SITE_RECORD": desk.get(law.officer, reverse("inspections:visit_preview", args=[visit.uid, "record"]))
    }
    notice = visits.draft_notice(law, visit)
    found["RECTIFICATION_NOTICE"] = desk.get(
        law.officer, reverse("inspections:notice_preview", args=[notice.uid])
    )
    notice = visits.serve(law, visits.issue(law, notice))
    visits.answer(law, notice)
    given: Shown = {"method": "ON_SITE", "officers": [law.officer.pk, law.officer2.pk], "conclusion": ""}
    for item in notice.items.all():
        given |= {f"result_{item.pk}": "DONE", f"note_{item.pk}": ""}
    found["RECHECK_RECORD"] = desk.form(
        law.officer, reverse("inspections:notice_recheck", args=[notice.uid]), given
    )
    for kind in BESIDE:
        row = measures.directive(
            law, kind, None if kind in {"SITE_ASSIGNMENT", "SUPERVISION_LETTER"} else place
        )
        found[kind] = desk.get(law.officer, reverse("measures:directive_preview", args=[row.uid]))
    talk = talk_invite(actor=law.officer, talk=measures.talk(law, place))
    party = talk.parties.get()
    held = {
        "held_at": moment(), "requirements": "归集", f"attendance_{party.pk}": "HEAD", f"attendee_{party.pk}": "王负责",
        f"title_{party.pk}": "校长", f"promise_{party.pk}": "月底前归集", f"due_{party.pk}": f"{timezone.localdate() + timedelta(days=9)}",
    }  # fmt: skip
    found["TALK_RECORD"] = desk.form(
        law.officer, reverse("measures:talk_step", args=[talk.uid, "hold"]), held
    )
    return found


WALKS: dict[Callable[[World, Desk], dict[str, Shown]], set[str]] = {
    inquiry_papers: {
        "CASE_SOURCE", "CASE_FILING_APPROVAL", "INTERVIEW_RECORD", "SAMPLING_NOTICE", "CASE_TRANSFER_LETTER",
        "SERVICE_ADDRESS", "AGENT_AUTHORISATION", "EVIDENCE_HOLD_NOTICE",
    },
    decision_papers: {
        "INVESTIGATION_REPORT", "PENALTY_PRIOR_NOTICE", "HEARING_RIGHTS", "LEGAL_REVIEW", "COLLECTIVE_DISCUSSION",
        "STATEMENT_RECORD", "HEARING_NOTICE", "HEARING_RECORD", "PENALTY_APPROVAL", "PENALTY_DECISION",
    },
    ending_papers: {
        "NO_PENALTY_DECISION", "ON_SPOT_PENALTY_DECISION", "SERVICE_RECEIPT", "PAYMENT_EXTENSION", "URGE_NOTICE",
        "COURT_APPLICATION", "CASE_CLOSE_APPROVAL", "ARCHIVE_COVER",
    },
    field_papers: {"SITE_RECORD", "RECTIFICATION_NOTICE", "RECHECK_RECORD", "TALK_RECORD", *BESIDE},
}  # fmt: skip


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.__name__)
def test_each_kind_has_a_builder_a_preview_and_prints(law: World, sign_in: Any, walk: Any) -> None:
    found = walk(law, Desk(sign_in))
    assert set(found) == WALKS[walk]
    case = making.draft(law, party_name="示例印制公司")
    for code, paper in found.items():
        prints(law, case, code, paper)


def test_the_walks_cover_the_whole_catalogue() -> None:
    """The 28 kinds, the five beside them, and the two papers of a hearing that stand under number 13."""
    walked = set().union(*WALKS.values())
    assert walked == set(KINDS) | {"HEARING_RIGHTS", "HEARING_RECORD"}
    assert {row["catalogue_no"] for row in KINDS.values() if row["catalogue_no"]} == set(range(1, 29))


def prints(law: World, case: Case, code: str, paper: Shown) -> None:
    """The paper takes its number, becomes PDF, and has the places to sign that the catalogue names."""
    content = {**paper, "number": "", "qr": None}
    kind = KINDS.get(code) or next(row for row in document_kinds() if row["code"] == code)
    is_numbered = bool(kind["number_template"])
    document = document_issue(
        actor=law.officer, organ=law.education, kind=code, subject=case, content=content, title=paper["title"],
        number=None if is_numbered else "",
    )  # fmt: skip
    assert bool(document.number) is is_numbered
    if is_numbered:
        word = kind["number_template"].split("{organ}")[1].split("〔")[0]
        assert document.number.startswith(f"巫教培{word}〔")
    data, _ = document_file(document=document, suffix="pdf")
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)
    assert paper["title"].replace("\n", "")[:4] in text.replace("\n", ""), code
    blocks = {block["kind"]: block for block in content["blocks"]}
    if "ORGAN_SEAL_BOX" in kind["signatures"]:
        assert "signature" in blocks, code
    if {"RECEIPT", "PARTY", "OFFICERS_2", "RECEIVER"} & set(kind["signatures"]):
        assert "签" in text or "signature_lines" in blocks, code
    assert render_pdf(from_dict(content))[:5] == b"%PDF-"


def test_what_goes_to_the_party_can_be_served_as_the_catalogue_says(law: World) -> None:
    """留置 and 公告 are open for what the catalogue says, and for nothing else."""
    decisions = {"PENALTY_DECISION", "NO_PENALTY_DECISION"}
    lien = {
        code for code, row in KINDS.items()
        if row["group"] == "PENALTY" and {"LIEN", "PUBLICATION"} <= set(row["service_methods"])
    }  # fmt: skip
    assert lien <= set(volumes.TO_PARTY) | decisions
    case = making.file(law, making.draft(law))
    case = s.case_transfer(actor=law.leader, case=case, to="巫山县公安局", reason="涉嫌犯罪", at=day(5))
    letter = OfficialDocument.objects.get(subject_uid=case.uid, kind="CASE_TRANSFER_LETTER")
    lien_service = making.service(law, method="LIEN", refusal_reason="拒收", witness="王某")
    with pytest.raises(Unlawful, match="不能留置送达"):
        s.paper_serve(
            actor=law.officer, case=case, document=letter, service=lien_service, served_at=day(6), at=day(6)
        )


def test_a_preview_leaves_nothing_behind(law: World, sign_in: Any) -> None:
    case = making.decided(law)
    before = (OfficialDocument.objects.count(), IssuedNumber.objects.count(), EvidenceFile.objects.count())
    given = {
        "document": case.decision.pk, "method": "LIEN", "served_at": moment(-1), "place": "示例路9号",
        "server_one": law.officer.pk, "server_two": law.officer2.pk, "refusal_reason": "拒收",
    }  # fmt: skip
    url = reverse("penalties:case_action", args=[case.uid, "serve"])
    client = sign_in(law.officer)
    page = client.post(url, {**given, "proof": visits.photo(), "preview": "page"})
    assert "有照片、录像" in page.content.decode()
    refused = client.post(url, {**given, "preview": "page"})
    assert refused.status_code == 422
    assert "见证人或照片" in refused.content.decode()
    assert client.post(url, {**given, "witness": "王某", "preview": "page"}).status_code == 200
    assert before == (
        OfficialDocument.objects.count(), IssuedNumber.objects.count(), EvidenceFile.objects.count()
    )  # fmt: skip
    assert sign_in(law.clerk).post(url, {**given, "preview": "page"}).status_code == 403
