"""A large sheet through the import that people use: received, matched, checked row by row, confirmed, written."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path
from time import perf_counter

from bench.table import Results, Row

HEADS = ("机构名称", "乡镇", "统一社会信用代码", "办学许可证号", "联系电话", "地址", "证照情况")
FIRST_NUMBER = 5_000_000


def measure(results: Results, *, rows: int, folder: Path) -> None:
    """Write the sheet, import it in a process of its own, and report speed and peak memory."""
    path = folder / "sheet.xlsx"
    write_sheet(path, rows)
    megabytes = path.stat().st_size / 1e6
    done = subprocess.run(
        [sys.executable, "-m", "bench.sheets", str(path)], check=True, stdout=subprocess.PIPE, text=True
    )
    path.unlink()
    found = json.loads(done.stdout.strip().splitlines()[-1])
    for key, label in (("checked", "checking"), ("written", "writing")):
        results.add(
            Row("import", f"{label} {rows:,} rows ({megabytes:.1f} MB)", f"{rows / found[key]:,.0f} rows/s")
        )
    total = found["received"] + found["checked"] + found["written"]
    words = ", ".join(f"{kind} {count:,}" for kind, count in sorted(found["counts"].items()))
    results.add(Row("import", "whole import", f"{total:.0f} s, {rows / total:,.0f} rows/s", words))
    results.add(
        Row("import", "peak memory", f"{found['peak_mb']:.0f} MB", f"{found['base_mb']:.0f} MB before")
    )


def write_sheet(path: Path, rows: int) -> None:
    """New licensed institutions, each with a name, a code and an address of its own."""
    import xlsxwriter

    from accounts.models import Region
    from bench.world import institution_name, uscc

    towns = list(Region.objects.filter(level="TOWNSHIP").order_by("code").values_list("name", flat=True))
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet("机构")
        sheet.write_row(0, 0, HEADS)
        for index in range(1, rows + 1):
            number = FIRST_NUMBER + index
            town = towns[index % len(towns)]
            name = f"{institution_name(number)}{number}店"
            licence = f"教民15002379{index:07d}号"
            cells = (
                name,
                town,
                uscc(number),
                licence,
                f"139{index:08d}",
                f"{town}新建路{index}号",
                "证照齐全",
            )
            sheet.write_row(index, 0, cells)


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def import_sheet(path: Path) -> dict[str, object]:
    """Each step as a person takes it; background steps run in this process."""
    import django

    django.setup()
    from django.core.files.base import ContentFile

    from accounts.models import User
    from institutions import services
    from institutions.models import ImportBatch

    actor = User.objects.get(username="head")
    base, begun = _megabytes(), perf_counter()
    batch = services.import_receive(actor=actor, upload=ContentFile(path.read_bytes()), name=path.name)
    received = perf_counter()
    targets = {index: target for index, _, target in batch.mapping["columns"]}
    services.import_match(actor=actor, batch=batch, targets=targets)
    checked = perf_counter()
    services.import_confirm(actor=actor, batch=ImportBatch.objects.get(pk=batch.pk))
    written = perf_counter()
    batch = ImportBatch.objects.get(pk=batch.pk)
    if batch.state != "APPLIED":
        raise RuntimeError(f"the import ended as {batch.state}: {batch.message} {batch.counts}")
    return {
        "received": received - begun,
        "checked": checked - received,
        "written": written - checked,
        "counts": batch.counts,
        "base_mb": base,
        "peak_mb": _megabytes(),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(import_sheet(Path(sys.argv[1])), ensure_ascii=False) + "\n")
