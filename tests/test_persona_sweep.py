"""Every address × every persona: nobody meets an error page, and nobody reads beyond their scope.

The home county's people crawl their pages; every address found is then opened by everybody else, the
officer of the neighbouring county included. Nobody opens an address twice. `make prove` opens every
address; in the ordinary run each person takes two of each URL pattern that they reach and one that they do
not, only the neighbours try all that was found.
"""

from __future__ import annotations

import logging
import re
from collections import defaultdict
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve

from accounts import demo as accounts
from accounts.models import User

AT_THE_COUNTER = ("institution", "monitor", "school", "bank")
HOME, NEIGHBOUR, CITY = accounts.FULL_COUNTY, accounts.SMALL_COUNTY, accounts.CITY
PUBLIC_PREFIXES = ("/accounts/", "/api/", "/healthz", "/home/", "/static/")
# The officers' door on a page that everyone reads: refused to others by design.
DOORS = ("/desk/scan/",)
PRIVATE = re.compile(r"^/(desk|portal)/")
UID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
SHARED_PATTERNS = {
    # Rows that hold for every county: the same page for everyone who may use the desk.
    "casework:calendar",
    "fieldwork:checklist_version",
    "fieldwork:checklist_compare",
    "fieldwork:checklist_export",
    "fieldwork:checklist_paper",
}
# A removed list entry answers so, with the reason of its removal.
GONE = 410
PER_PATTERN = 2
LIMIT = 1500


@pytest.fixture(autouse=True)
def _refusals_are_not_kept(caplog: pytest.LogCaptureFixture) -> None:
    """Ten thousand refusals would stay in memory with their requests, a gigabyte in all."""
    caplog.set_level(logging.ERROR, "django.request")


class Links(HTMLParser):
    """Collects where a page leads to: links, and GET addresses that htmx loads."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.posts: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        for name in ("href", "src", "hx-get"):
            if value := values.get(name):
                self.found.add(value)
        if tag == "form" and (values.get("method") or "").lower() == "post" and values.get("action"):
            self.posts.add(str(values["action"]))


def strip(address: str, slug: str) -> str:
    """The path inside the bureau, without query and fragment; empty for addresses elsewhere."""
    path = address.split("#")[0].split("?")[0]
    prefix = f"/b/{slug}"
    if path.startswith(prefix + "/"):
        return path[len(prefix) :]
    return ""


def pattern_of(path: str) -> str:
    """The URL pattern's name, or the path for addresses that match none."""
    try:
        return resolve(path).view_name
    except Resolver404:
        return path


def client_of(username: str) -> Client:
    """A signed-in client."""
    client = Client()
    user = User.objects.get(username=username)
    client.force_login(user, backend="accounts.backends.ActiveUserBackend")
    return client


def crawl(
    client: Client, slug: str, starts: tuple[str, ...], per_pattern: int
) -> Iterator[tuple[str, int, str]]:
    """(path, status, page that links to it), reachable from `starts`, at most `per_pattern` of each pattern."""
    seen: set[str] = set()
    taken: dict[str, int] = defaultdict(int)
    queue = [(start, "") for start in starts]
    while queue and len(seen) < LIMIT:
        path, source = queue.pop(0)
        name = pattern_of(path)
        if path in seen or taken[name] >= per_pattern:
            continue
        seen.add(path)
        taken[name] += 1
        response = client.get(f"/b/{slug}{path}")
        is_html = response.headers.get("Content-Type", "").startswith("text/html")
        body = response.content.decode() if is_html and not response.streaming else ""
        yield path, response.status_code, source
        links = Links()
        links.feed(body)
        inside = {found for link in links.found if (found := strip(link, slug))}
        queue.extend(
            (found, path) for found in sorted(inside) if not found.startswith(PUBLIC_PREFIXES + DOORS)
        )


def home_accounts() -> list[str]:
    return [accounts.username(HOME, account.suffix) for account in accounts.accounts_of(HOME)]


def map_of_the_house(per_pattern: int) -> tuple[dict[str, set[str]], set[tuple[str, str]]]:
    """Addresses by pattern, found by every home persona, and who opened which; no page fails on the way."""
    found: dict[str, set[str]] = defaultdict(set)
    opened: set[tuple[str, str]] = set()
    dead: list[str] = []
    for username in home_accounts():
        client = client_of(username)
        start = "/portal/" if username.endswith(AT_THE_COUNTER) else "/desk/"
        for path, status, source in crawl(client, HOME, (start, "/"), per_pattern):
            if status >= 400 and status != GONE:
                dead.append(f"{username} follows {path} from {source} and meets {status}")
            found[pattern_of(path)].add(path)
            opened.add((username, path))
    assert not dead, "\n".join(dead)
    return found, opened


def sweep(per_pattern: int, strange: int) -> None:
    """`per_pattern` addresses that people reach, `strange` ones that others found."""
    house, opened = map_of_the_house(per_pattern)
    assert len(house) > 40
    neighbours = {
        accounts.username(NEIGHBOUR, "officer"),
        accounts.username(NEIGHBOUR, "leader"),
        accounts.username(NEIGHBOUR, "institution"),
        accounts.username(NEIGHBOUR, "school"),
        accounts.username(NEIGHBOUR, "monitor"),
    }
    everybody = [*home_accounts(), *neighbours, accounts.username(CITY, "supervisor")]
    for username in everybody:
        client, slug = client_of(username), username.split("-")[0]
        for name, paths in house.items():
            fresh = [path for path in sorted(paths) if (username, path) not in opened]
            for path in fresh if username in neighbours else fresh[:strange]:
                response = client.get(f"/b/{slug}{path}")
                assert response.status_code < 500, f"{username} {path}"
                is_foreign = username in neighbours and PRIVATE.match(path) and UID.search(path)
                if is_foreign and name not in SHARED_PATTERNS:
                    assert response.status_code in {403, 404}, f"{username} reads {path}"
                    written = client.post(f"/b/{slug}{path}", {})
                    assert written.status_code in {403, 404, 405}, f"{username} writes {path}"
    anonymous = Client()
    for paths in house.values():
        for path in sorted(paths):
            response = anonymous.get(f"/b/{HOME}{path}")
            expected = {302} if PRIVATE.match(path) else {200, 302, 304, 410}
            assert response.status_code in expected, f"nobody {path} {response.status_code}"


def test_every_persona_on_every_kind_of_page(demo: None) -> None:
    sweep(PER_PATTERN, 1)


@pytest.mark.prove
def test_every_persona_on_every_page(demo: None) -> None:
    sweep(40, 40)


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry, f"{prefix}{entry.namespace}:" if entry.namespace else prefix)
        elif entry.name:
            yield f"{prefix}{entry.name}", entry


def test_every_private_view_asks_who_is_there() -> None:
    """A desk or portal view that was not wrapped by an access decorator would be open to all."""
    for name, pattern in patterns(get_resolver()):
        room = name.split(":")[0]
        is_private = ":" in name and not room.endswith(("_public", "_api")) and room != "accounts"
        if is_private:
            assert getattr(pattern.callback, "permission", None) is not None, (
                f"{name} has no access decorator"
            )
