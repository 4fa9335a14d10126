"""The product's addresses and the bare view."""

from __future__ import annotations

from django.urls import path

from bench.bare import bare
from config.urls import urlpatterns as product

urlpatterns = [path("bench/bare/<slug:public_id>/", bare), *product]
