"""Policy over HTTP: one person proposes, another approves, it takes force ahead, and a newer version takes it back."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from services.dispatch.domain.policies import policies
from services.dispatch.wiring import run
from shared.settings import Settings
from tests.support.builders import fresh
from tests.support.issuer import Issuer
from tests.support.running import begin_now, running
from tests.support.tables import Tables

pytestmark = pytest.mark.integration

PROVINCE, CITY, COUNTY = "150000", "150000.150100", "150000.150100.150102"
OTHER_CITY = "150000.150200"
CAPS = "dispatch.caps"
PEOPLE = {
    "pat": ("province_admin", PROVINCE),
    "pam": ("province_admin", PROVINCE),
    "cid": ("city_admin", CITY),
    "col": ("city_admin", OTHER_CITY),
    "sue": ("county_supervisor", COUNTY),
    "aud": ("auditor", PROVINCE),
    "ops": ("ops", PROVINCE),
    "rep": ("phone_manager", COUNTY),
}


class Hall:
    """People before one service's policy."""

    def __init__(self, client: httpx.AsyncClient, issuer: Issuer) -> None:
        self._client, self._issuer = client, issuer

    async def get(self, who: str, path: str, **asked: Any) -> httpx.Response:
        """Ask as a person."""
        return await self._client.get(f"/policies{path}", params=asked, headers=self._bearer(who))

    async def post(self, who: str, path: str, body: dict[str, Any], key: str = "") -> httpx.Response:
        """Write as a person, under a new key or under `key`."""
        headers = self._bearer(who) | {"Idempotency-Key": key or fresh("key")}
        return await self._client.post(f"/policies{path}", json=body, headers=headers)

    async def propose(self, who: str, scope: str = CITY, **more: Any) -> httpx.Response:
        """Propose other caps."""
        body = {"scope": scope, "fields": {"quiet_days": 14}, "why": "complaints in May"} | more
        return await self.post(who, f"/{CAPS}/proposals", body)

    async def approve(self, who: str, proposed: httpx.Response, key: str = "") -> httpx.Response:
        """Approve what was proposed, as it was shown then."""
        told = proposed.json()
        path = f"/proposals/{told['proposal_id']}/approve"
        return await self.post(who, path, {"looked_at": told["looked_at"]}, key)

    async def set(self, scope: str = CITY, **fields: Any) -> dict[str, Any]:
        """Have two persons set fields, and return the approved proposal."""
        approved = await self.approve("pam", await self.propose("pat", scope, fields=fields))
        assert approved.status_code == 201, approved.text
        told: dict[str, Any] = approved.json()
        return told

    async def roll_back(self, who: str, version: int, why: str = "too many complaints") -> httpx.Response:
        """Undo a version of the caps."""
        return await self.post(who, f"/{CAPS}/rollback", {"version": version, "why": why})

    async def caps(self, region: str, moment: str) -> tuple[int, int]:
        """Return what quiet days hold in a region at a moment, and the version that says so."""
        detail = (await self.get("pat", f"/{CAPS}", region=region, moment=moment)).json()
        return detail["value"]["quiet_days"], detail["version"]

    def _bearer(self, who: str) -> dict[str, str]:
        return self._issuer.bearer(who, *PEOPLE[who])


@pytest.fixture
async def hall(settings: Settings, issuer: Issuer) -> AsyncIterator[Hall]:
    """Run dispatch, whose caps are to be changed."""
    await begin_now(settings, ["dispatch"])
    async with running(run, settings) as client:
        yield Hall(client, issuer)


def later(moment: str, seconds: float) -> str:
    """Return a moment so many seconds after another."""
    return (datetime.fromisoformat(moment) + timedelta(seconds=seconds)).isoformat()


async def test_what_one_proposes_and_another_approves_is_in_force_from_its_moment_on(
    hall: Hall, tables: Tables
) -> None:
    proposed = await hall.propose("sue", COUNTY)
    assert proposed.status_code == 201, proposed.text
    told = proposed.json()
    assert told["differences"] == [{"field": "quiet_days", "before": 7, "after": 14, "said_here": True}]
    assert (told["state"], told["version"], told["standing"], told["obstacle"]) == ("proposed", None, None, None)
    assert await tables.count("dispatch.policy") == 0, "a proposal alone changes nothing"

    approved = await hall.approve("cid", proposed)
    assert approved.status_code == 201, approved.text
    made = approved.json()
    assert (made["state"], made["version"], made["standing"], made["decided_by"]) == ("approved", 1, "scheduled", "cid")
    since = made["takes_force_at"]
    ahead = datetime.fromisoformat(since) - datetime.fromisoformat(made["decided_at"])
    assert ahead == timedelta(seconds=10)
    assert await hall.caps(COUNTY, since) == (14, 1)
    assert await hall.caps(COUNTY, later(since, -0.001)) == (7, 0)
    assert await hall.caps(CITY, since) == (7, 0)

    [row] = await tables.rows("SELECT name, scope, fields, set_by, why FROM dispatch.policy")
    assert row == (CAPS, COUNTY, {"quiet_days": 14}, "cid", "complaints in May")
    audited = await tables.rows("SELECT actor, action, subject FROM dispatch.audit ORDER BY id")
    assert audited == [("sue", "policy_proposed", CAPS), ("cid", "policy_approved", CAPS)]


async def test_a_policy_shows_its_default_its_layers_and_how_it_came_to_be(hall: Hall) -> None:
    wide, narrow = await hall.set("", attempts_max=5), await hall.set(CITY, quiet_days=9)
    moment = later(narrow["takes_force_at"], 1)
    detail = (await hall.get("aud", f"/{CAPS}", region=COUNTY, moment=moment)).json()
    assert detail["value"] == {"quiet_days": 9, "attempts_max": 5}
    assert detail["default"] == {"quiet_days": 7, "attempts_max": 3}
    assert [(each["scope"], each["version"]) for each in detail["layers"]] == [("", 1), (CITY, 2)]
    made = [(each["version"], each["proposed_by"], each["set_by"], each["why"]) for each in detail["history"]]
    assert made == [(2, "pat", "pam", "complaints in May"), (1, "pat", "pam", "complaints in May")]
    assert detail["allowed"]["$defs"]["Caps"]["properties"]["quiet_days"]["maximum"] == 3_660
    assert wide["differences"][0]["after"] == 5

    listed = (await hall.get("ops", "", region=COUNTY, moment=moment)).json()
    assert {each["name"]: each["version"] for each in listed["policies"]}[CAPS] == 2
    assert {each["name"] for each in listed["policies"]} == policies().keys()


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"fields": {"quiet_dayz": 3}}, ["body", "fields", "quiet_dayz"]),
        ({"fields": {"quiet_days": "3"}}, ["body", "fields", "quiet_days"]),
        ({"fields": {"quiet_days": -1}}, ["body", "fields", "quiet_days"]),
        ({"fields": {"quiet_days": 10**25}}, ["body", "fields", "quiet_days"]),
        ({"fields": {}}, ["body", "fields"]),
        ({"fields": {"attempts_max": 1}, "unset": ["attempts_max"]}, ["body", "unset", "attempts_max"]),
        ({"scope": "150000.110100"}, ["body", "scope"]),
        ({"scope": "Hohhot"}, ["body", "scope"]),
        ({"why": "  "}, ["body", "why"]),
        ({"because": "I can"}, ["body", "because"]),
        ({"effective_from": "2020-01-01T00:00:00+08:00"}, ["body", "effective_from"]),
        ({"effective_from": "9999-12-31T23:59:59-14:00"}, ["body", "effective_from"]),
        ({"effective_from": "2030-01-01T00:00:00"}, ["body", "effective_from"]),
    ],
)
async def test_what_cannot_be_is_refused_and_names_the_field(
    hall: Hall, tables: Tables, body: dict[str, Any], place: list[str]
) -> None:
    refused = await hall.propose("pat", **({"scope": CITY} | body))
    assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")
    assert [error["loc"] for error in refused.json()["errors"]] == [place]
    assert await tables.count("dispatch.policy_proposal") == 0


async def test_what_is_not_there_is_not_found(hall: Hall) -> None:
    body = {"scope": CITY, "fields": {"quiet_days": 3}, "why": "complaints"}
    unknown = [
        await hall.post("pat", "/points.earning/proposals", body),
        await hall.get("pat", "/points.earning"),
        await hall.get("pat", "/proposals/1"),
        await hall.post("pat", "/proposals/1/approve", {"looked_at": 0}),
        await hall.post("pat", "/proposals/1/reject", {"why": "no"}),
        await hall.roll_back("pat", 1),
    ]
    assert [answer.status_code for answer in unknown] == [404] * 6


async def test_each_role_does_its_own_part_and_within_its_region_only(hall: Hall, tables: Tables) -> None:
    proposed = await hall.propose("sue", COUNTY)
    everywhere = await hall.propose("pat", "")
    refused = {
        "the auditor proposes": await hall.propose("aud"),
        "a caller reads": await hall.get("rep", ""),
        "a supervisor proposes for the city": await hall.propose("sue", CITY),
        "a city proposes for its neighbour": await hall.propose("cid", OTHER_CITY),
        "a city proposes for the province": await hall.propose("cid", PROVINCE),
        "a city proposes for everywhere": await hall.propose("cid", ""),
        "a city approves for everywhere": await hall.approve("cid", everywhere),
        "a supervisor approves": await hall.approve("sue", proposed),
        "the auditor approves": await hall.approve("aud", proposed),
        "whoever proposed approves": await hall.approve("pat", everywhere),
        "a city asks for its neighbour": await hall.get("cid", "", region=OTHER_CITY),
    }
    assert {what: answer.status_code for what, answer in refused.items()} == dict.fromkeys(refused, 403)
    assert (await hall.approve("col", proposed)).status_code == 404, "a neighbour does not even see it"
    assert await tables.count("dispatch.policy") == 0
    assert (await hall.approve("pam", everywhere)).status_code == 201


async def test_a_person_sees_proposals_and_versions_that_reach_their_region(hall: Hall) -> None:
    for scope in ("", CITY, OTHER_CITY):
        await hall.set(scope, quiet_days=9)
    seen = {}
    for who in ("pat", "cid", "col", "sue"):
        listed = (await hall.get(who, "/proposals")).json()["proposals"]
        detail = (await hall.get(who, f"/{CAPS}")).json()
        seen[who] = {each["scope"] for each in listed}
        assert {each["scope"] for each in detail["history"]} == seen[who]
    assert seen == {"pat": {"", CITY, OTHER_CITY}, "cid": {"", CITY}, "col": {"", OTHER_CITY}, "sue": {"", CITY}}


async def test_proposals_come_newest_first_and_page_by_page(hall: Hall) -> None:
    made = [(await hall.propose("pat", fields={"quiet_days": days})).json()["proposal_id"] for days in (1, 2, 3)]
    first = (await hall.get("aud", "/proposals", limit=2)).json()
    second = (await hall.get("aud", "/proposals", limit=2, before=first["before"])).json()
    pages = [[each["proposal_id"] for each in page["proposals"]] for page in (first, second)]
    assert pages == [[made[2], made[1]], [made[0]]]
    assert second["before"] is None
    assert (await hall.get("aud", "/proposals", state="approved")).json()["proposals"] == []


async def test_a_key_proposes_and_approves_once_however_often_it_is_asked(hall: Hall, tables: Tables) -> None:
    body = {"scope": CITY, "fields": {"quiet_days": 3}, "why": "complaints"}
    path, key = f"/{CAPS}/proposals", "one-and-the-same"
    answers = await asyncio.gather(*(hall.post("pat", path, body, key) for _ in range(5)))
    assert [(answer.status_code, answer.json()) for answer in answers] == [(201, answers[0].json())] * 5
    assert (await hall.post("pat", path, body | {"why": "other"}, key)).status_code == 422
    approvals = [await hall.approve("pam", answers[0], "another-key") for _ in range(2)]
    assert approvals[0].json() == approvals[1].json()
    assert [await tables.count(f"dispatch.{table}") for table in ("policy_proposal", "policy")] == [1, 1]


async def test_of_many_who_decide_at_once_one_does(hall: Hall, tables: Tables) -> None:
    proposed = await hall.propose("sue", COUNTY)
    number = proposed.json()["proposal_id"]
    answers = await asyncio.gather(
        *(hall.approve(who, proposed) for who in ("pat", "pam", "cid")),
        *(hall.post(who, f"/proposals/{number}/reject", {"why": "no"}) for who in ("pat", "sue")),
    )
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 4}
    approved = (await hall.get("aud", f"/proposals/{number}")).json()["state"] == "approved"
    assert await tables.count("dispatch.policy") == int(approved)


async def test_an_approval_is_of_what_was_looked_at(hall: Hall) -> None:
    first, second = await hall.propose("pat", CITY), await hall.propose("pat", PROVINCE, fields={"attempts_max": 9})
    assert (await hall.approve("pam", second)).status_code == 201
    stale = await hall.approve("pam", first)
    assert stale.status_code == 409, "the province has changed since"
    again = await hall.get("pam", f"/proposals/{first.json()['proposal_id']}")
    assert (await hall.approve("pam", again)).status_code == 201


async def test_a_proposal_is_taken_back_or_rejected_and_then_stays_so(hall: Hall, tables: Tables) -> None:
    mine, theirs = await hall.propose("sue", COUNTY), await hall.propose("sue", COUNTY, fields={"attempts_max": 1})
    for who, proposed in (("sue", mine), ("cid", theirs)):
        path = f"/proposals/{proposed.json()['proposal_id']}"
        rejected = (await hall.post(who, f"{path}/reject", {"why": "not in May"})).json()
        assert (rejected["state"], rejected["decided_by"], rejected["decided_why"]) == ("rejected", who, "not in May")
        assert (await hall.approve("pam", proposed)).status_code == 409
    assert await tables.count("dispatch.policy") == 0


async def test_a_moment_that_has_come_is_not_approved_any_more(hall: Hall, tables: Tables) -> None:
    proposed = await hall.propose("pat")
    await tables.change("UPDATE dispatch.policy_proposal SET effective_from = now() + interval '9 seconds'")
    refused = await hall.approve("pam", proposed)
    assert refused.status_code == 409
    shown = (await hall.get("pam", f"/proposals/{proposed.json()['proposal_id']}")).json()
    assert "effective_from" in shown["obstacle"]


async def test_rolling_back_is_a_newer_version_by_one_approver(hall: Hall, tables: Tables) -> None:
    good, bad = await hall.set(CITY, quiet_days=9), await hall.set(CITY, quiet_days=0, attempts_max=99)
    refusals = [
        (await hall.roll_back("sue", bad["version"])).status_code,
        (await hall.roll_back("col", bad["version"])).status_code,
        (await hall.roll_back("cid", bad["version"], why=" ")).status_code,
        (await hall.roll_back("cid", good["version"])).status_code,
    ]
    assert refusals == [403, 404, 422, 409]

    undone = await hall.roll_back("cid", bad["version"])
    assert undone.status_code == 201, undone.text
    told = undone.json()
    assert (told["version"], told["undoes"], told["fields"]) == (3, 2, {"quiet_days": 9})
    assert await hall.caps(COUNTY, later(told["takes_force_at"], -0.001)) == (0, 2)
    assert await hall.caps(COUNTY, told["takes_force_at"]) == (9, 3)
    assert (await hall.roll_back("cid", bad["version"])).status_code == 409, "it was rolled back already"
    [audited] = await tables.rows("SELECT actor, details ->> 'undoes' FROM dispatch.audit WHERE action LIKE '%rolled%'")
    assert audited == ("cid", "2")
