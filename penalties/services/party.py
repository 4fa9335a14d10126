"""What the party does itself through the portal: its statement and its application for a hearing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction as database

from accounts.models import User
from casework import audit
from casework.errors import NotAllowed, Unlawful, WrongState
from casework.evidence.services import evidence_receive
from casework.steps import lock, require
from penalties import clock, party
from penalties.models import Case, Hearing, StatementPoint
from penalties.services.base import add_row, local
from penalties.services.serving import Upload

MAX_FILES = 20


def _own(actor: User, case: Case) -> Case:
    """The locked case of the actor's own institution. Raises NotAllowed."""
    require(actor, "penalties.party_answer")
    lock(case)
    found = party.cases_of_party(actor).filter(pk=case.pk).first()
    if found is None:
        raise NotAllowed("这件案件的当事人不是您所在的机构，不能办理。")
    return found


@database.atomic
def statement_hand_in(
    *, actor: User, case: Case, text: str, uploads: Sequence[Upload] = (), at: datetime | None = None
) -> StatementPoint:
    """The party argues in writing, with files; never refused for being late before the decision (行政处罚法 第四十五条)."""
    with clock.acting_at(at) as moment:
        locked = _own(actor, case)
        if not party.may_state(locked):
            raise WrongState("现在不能提交陈述申辩：事先告知书尚未送达，或者处罚决定已经作出。")
        if not text.strip():
            raise Unlawful("请写明陈述申辩意见。")
        if len(uploads) > MAX_FILES:
            raise Unlawful(f"一次最多上传 {MAX_FILES} 个文件，请分次提交。")
        row = StatementPoint(case=locked, text=text.strip(), made_on=local(moment))
        made = add_row(row, actor=actor, verb="penalties.statement_hand_in", at=moment)
        for upload in uploads:
            evidence_receive(actor=actor, subject=made, upload=upload, caption="陈述申辩材料", at=moment)
        return made


@database.atomic
def hearing_ask(*, actor: User, case: Case, at: datetime | None = None) -> Hearing:
    """The party asks for a hearing within its term (行政处罚法 第六十四条). Raises WrongState when late or asked already."""
    with clock.acting_at(at) as moment:
        locked = _own(actor, case)
        if not party.may_ask_hearing(locked, local(moment)):
            until = (
                f"期限至 {locked.hearing_until:%Y-%m-%d}"
                if locked.hearing_until
                else "本案没有送达听证告知书"
            )
            raise WrongState(f"现在不能申请听证：{until}，已经申请的不需要重复申请。")
        row = Hearing(case=locked, requested_on=local(moment))
        return add_row(row, actor=actor, verb="penalties.hearing_ask", at=moment)


audit.verb("penalties.statement_hand_in", "当事人提交陈述申辩")
audit.verb("penalties.hearing_ask", "当事人申请听证")
