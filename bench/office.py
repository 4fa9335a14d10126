"""Paper and audit: a notice as PDF, 500 in a batch, one audit event, sealing and verifying the chain."""

from __future__ import annotations

import resource
from dataclasses import replace
from statistics import median
from time import perf_counter

from django.db import transaction

from accounts.models import Bureau, Organisation, User
from bench.table import Results, Row
from casework.audit import chain, events
from casework.documents.services import document_file, document_issue
from casework.models import AuditPending, OfficialDocument
from casework.typesetting import DocumentContent, ItemList, Paragraph, render_docx, render_pdf, to_dict
from institutions.models import Institution

PAPERS = 20
BATCH = 5000
NOTICES = 500


def measure(results: Results, *, events: int) -> None:
    """All figures of this part."""
    _papers(results)
    _batch(results)
    actor = User.objects.get(username="head")
    place = Institution.objects.filter(bureau=actor.bureau).order_by("pk")[0]
    _one_event(results, actor, place)
    _many_events(results, actor, place, events)


def notice(number: int) -> DocumentContent:
    """A rectification notice of ordinary length."""
    return DocumentContent(
        form="letter",
        organ="巫山县教育委员会",
        title="责令限期整改通知书",
        number=f"巫教培整改〔2026〕{number}号",
        date="2026-11-22",
        addressee="巫山县青柚子艺术培训有限公司",
        blocks=(
            Paragraph("经查，2026年11月20日，本机关执法人员对你单位进行检查，发现存在下列问题："),
            *(
                Paragraph(f"{sign}是未在显著位置公示收费项目、收费标准和退费办法；")
                for sign in "一二三四五六"
            ),
            Paragraph(
                "依据《中华人民共和国行政处罚法》第二十八条第一款，责令你单位于2026年12月7日前完成以下整改："
            ),
            ItemList(tuple(f"公示第{index}项内容并报送照片；" for index in range(1, 7))),
            Paragraph("如不服本通知，可以依法申请行政复议或者提起行政诉讼。"),
        ),
    )


def _papers(results: Results) -> None:
    render_pdf(notice(0))
    for label, render in (("PDF", render_pdf), ("DOCX", render_docx)):
        times = []
        for number in range(1, PAPERS + 1):
            begun = perf_counter()
            render(notice(number))
            times.append((perf_counter() - begun) * 1000)
        results.add(
            Row("office", f"notice as {label}", f"{median(times):.0f} ms, slowest {max(times):.0f} ms")
        )


def _batch(results: Results) -> None:
    """A campaign's notices: issued with number, signature and audit in one go, then rendered one by one."""
    actor = User.objects.filter(organisation__kind="EDUCATION", role_assignments__role="SECTION_HEAD")[0]
    organ = actor.organisation
    assert organ is not None
    places = list(Institution.objects.filter(bureau=organ.bureau).order_by("pk")[:NOTICES])
    subjects = [places[number % len(places)] for number in range(NOTICES)]
    begun = perf_counter()
    with transaction.atomic():
        documents = [_issued(actor, organ, place, number) for number, place in enumerate(subjects, 1)]
    issuing = (perf_counter() - begun) / NOTICES * 1000
    before, times, size = _resident(), [], 0
    for document in documents:
        started = perf_counter()
        size += len(document_file(document=document, suffix="pdf")[0])
        times.append((perf_counter() - started) * 1000)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    name = f"{NOTICES} notices in a batch as PDF"
    value = f"{median(times):.0f} ms each, slowest {max(times):.0f} ms, {sum(times) / 1000:.1f} s"
    note = f"{size / NOTICES / 1024:.0f} KB each, process {before:,.0f} MB before, {peak:,.0f} MB at most"
    results.add(Row("office", name, value, f"issuing {issuing:.1f} ms each", note))


def _issued(actor: User, organ: Organisation, place: Institution, number: int) -> OfficialDocument:
    return document_issue(
        actor=actor,
        organ=organ,
        kind="RECTIFICATION_NOTICE",
        subject=place,
        content=to_dict(replace(notice(number), number="")),
        title="责令限期整改通知书",
        party=place.name,
    )


def _resident() -> float:
    """Resident memory of this process now, MB."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 1024 / 1024


def _record(actor: User, place: Institution, number: int) -> None:
    events.record(
        actor=actor,
        verb="institutions.institution_edit",
        target=place,
        about=place.uid,
        changes={"phone": ["", str(number)], "capacity": [number, number + 1]},
    )


def _one_event(results: Results, actor: User, place: Institution, count: int = 400) -> None:
    """A small transaction with an audit event in turn with the same one without."""
    bare: list[float] = []
    audited: list[float] = []
    for number in range(count):
        for times, is_audited in ((bare, False), (audited, True)):
            begun = perf_counter()
            with transaction.atomic():
                Institution.objects.filter(pk=place.pk).update(capacity=number)
                if is_audited:
                    _record(actor, place, number)
            times.append((perf_counter() - begun) * 1000)
    with_event, without = median(audited), median(bare)
    value, beside = f"{with_event:.2f} ms", f"{without:.2f} ms without"
    results.add(
        Row("office", "one change with its audit event", value, beside, f"+{with_event - without:.2f} ms")
    )


def _many_events(results: Results, actor: User, place: Institution, count: int) -> None:
    chain.seal_pending(limit=1_000_000)
    begun = perf_counter()
    for start in range(0, count, BATCH):
        with transaction.atomic():
            for number in range(start, min(start + BATCH, count)):
                _record(actor, place, number)
    recorded = perf_counter() - begun
    results.add(Row("office", "audit events in one transaction", f"{recorded / count * 1000:.2f} ms each"))
    begun, sealed = perf_counter(), 0
    while AuditPending.objects.exists():
        sealed += chain.seal_pending()
    results.add(Row("office", "sealing", f"{sealed / (perf_counter() - begun):,.0f} events/s"))
    begun = perf_counter()
    problem = chain.verify(Bureau.objects.get(slug="wushan").pk)
    if problem is not None:
        raise RuntimeError(problem.sentence)
    results.add(Row("office", "verifying the chain", f"{sealed / (perf_counter() - begun):,.0f} events/s"))
