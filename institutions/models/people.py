"""Natural persons."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import RootModel


class Person(RootModel):
    """A natural person whom the bureau's records name: sponsor, legal person, head, teacher, operator
    of an unlicensed place. Each lives once per bureau.

    The identity number and the telephone are sealed; the digest finds equal numbers without opening
    them. Opening is `institutions.services.person_reveal`, an audited step.
    """

    name = models.CharField("姓名", max_length=40)
    id_number_sealed = models.BinaryField(default=bytes, editable=False)
    id_number_digest = models.CharField(max_length=32, blank=True, default="", editable=False)
    id_number_tail = models.CharField("证件号码末四位", max_length=4, blank=True, default="", editable=False)
    phone_sealed = models.BinaryField(default=bytes, editable=False)
    phone_digest = models.CharField(max_length=32, blank=True, default="", editable=False)
    phone_tail = models.CharField("电话末四位", max_length=4, blank=True, default="", editable=False)

    scope_paths: ClassVar[ScopePaths] = ScopePaths()
    objects = ScopedQuerySet["Person"].as_manager()

    class Meta:
        verbose_name = "人员"
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="institutions_person_named"),
            models.UniqueConstraint(
                fields=["bureau", "id_number_digest"],
                condition=~Q(id_number_digest=""),
                name="institutions_person_once",
            ),
        ]
        indexes = [models.Index(fields=["bureau", "name"], name="institutions_person_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def id_number_masked(self) -> str:
        """The identity number as screens show it: last four characters only."""
        return f"**************{self.id_number_tail}" if self.id_number_tail else ""

    @property
    def phone_masked(self) -> str:
        """The telephone as screens show it."""
        return f"*******{self.phone_tail}" if self.phone_tail else ""
