"""The players beside the operator: what customers say, what billing answers, who works there."""

from datetime import date, timedelta

import pytest
from msgspec import structs

from services.intake.domain.simulator import billing, talk
from services.intake.domain.simulator.regions import COUNTIES, PROVINCE
from services.intake.domain.simulator.staff import province_staff, staff
from services.intake.domain.simulator.truth import Departure
from services.intake.domain.simulator.world import Scene
from shared.events.fulfilment_answered import FulfilmentAnswered
from shared.events.fulfilment_requested import FulfilmentRequested
from shared.events.top_up_answered import TopUpAnswered
from shared.events.top_up_requested import TopUpRequested
from shared.region import within
from tests.support.builders import NUMBER, at, bill
from tests.unit.intake.simulator.playing import PLAN

pytestmark = pytest.mark.unit

ITEMS = [f"item-{number}" for number in range(2_000)]
LEAVER = Departure(customer_id="C000001", reason="network_quality", leaves_on=date(2026, 1, 20), persuadable=True)
NOBODY = talk.Said(reached=False, outcome=None, judged_reason=None, accepts=False)


def scene(day: int = 10) -> Scene:
    """Return a scene on one of its days."""
    return Scene(plan=PLAN, day=day)


def top_up(number: int) -> TopUpRequested:
    """Return a request for a top-up."""
    return TopUpRequested(
        id=f"r{number}", occurred_at=at("2026-01-11 10:00"), msisdn=NUMBER, customer_id="c1", amount_fen=1_000
    )


class TestACall:
    """It goes as the truth and the seed say."""

    def test_goes_the_same_way_each_time(self) -> None:
        assert [talk.call(scene(), LEAVER, item, 1) for item in ITEMS[:50]] == [
            talk.call(scene(), LEAVER, item, 1) for item in ITEMS[:50]
        ]

    def test_reaches_most_and_tries_again_differently(self) -> None:
        reached = sum(talk.call(scene(), None, item, 1).reached for item in ITEMS)
        assert reached / len(ITEMS) == pytest.approx(talk.REACHED_SHARE, abs=0.03)
        missed = [item for item in ITEMS if not talk.call(scene(), None, item, 1).reached]
        assert any(talk.call(scene(), None, item, 2).reached for item in missed)

    def test_that_reaches_nobody_says_nothing(self) -> None:
        missed = next(
            talk.call(scene(), None, each, 1) for each in ITEMS if not talk.call(scene(), None, each, 1).reached
        )
        assert (missed.outcome, missed.judged_reason, missed.accepts) == (None, None, False)

    @pytest.mark.parametrize(
        ("leaver", "outcome"),
        [
            (LEAVER, "retained"),
            (structs.replace(LEAVER, persuadable=False), "refused"),
            (structs.replace(LEAVER, leaves_on=date(2026, 1, 10)), "left"),
            (structs.replace(LEAVER, leaves_on=date(2026, 1, 11)), "retained"),
        ],
    )
    def test_to_a_leaver_ends_by_the_truth(self, leaver: Departure, outcome: str) -> None:
        said = {talk.call(scene(), leaver, item, 1) for item in ITEMS[:100]} - {
            talk.Said(reached=False, outcome=None, judged_reason=None, accepts=False)
        }
        assert {(each.outcome, each.judged_reason) for each in said} == {(outcome, "network_quality")}

    def test_to_somebody_who_stays_is_mostly_a_claim(self) -> None:
        outcomes = [each.outcome for item in ITEMS if (each := talk.call(scene(), None, item, 1)).reached]
        assert set(outcomes) == {"retained", "considering", "wrong_number"}
        assert 0.75 < outcomes.count("retained") / len(outcomes) < 0.85

    def test_to_somebody_persuaded_before_is_one_to_a_customer_who_stays(self) -> None:
        stays = structs.replace(scene(), persuaded={"C000001": date(2026, 1, 5)})
        assert {talk.call(stays, LEAVER, item, 1).judged_reason for item in ITEMS[:50]} <= {"other", None}

    def test_only_who_stays_accepts(self) -> None:
        accepted = [each for item in ITEMS if (each := talk.call(scene(), None, item, 1)).accepts]
        assert accepted
        assert {each.outcome for each in accepted} == {"retained"}


class TestBilling:
    """Requests are answered once, some late, some refused."""

    def answered(self, played: Scene) -> dict[str, tuple[date, bool]]:
        """Play billing for a week; return each request's day and answer."""
        found: dict[str, tuple[date, bool]] = {}
        for _ in range(7):
            for each in billing.answers(played):
                assert isinstance(each, TopUpAnswered)
                assert each.request_id not in found
                found[each.request_id] = played.today, each.accepted
            billing.settle(played)
            played.day += 1
        return found

    def test_answers_each_request_once_however_often_it_is_asked(self) -> None:
        played = scene()
        for number in (*range(400), *range(400)):
            billing.owe(played, top_up(number))
        found = self.answered(played)
        assert len(found) == 400
        late = sum(day > date(2026, 1, 11) for day, _ in found.values())
        refused = sum(not accepted for _, accepted in found.values())
        assert max(day for day, _ in found.values()) == date(2026, 1, 11) + timedelta(days=billing.LATE_DAYS_MAX)
        assert 0.10 < late / 400 < 0.20
        assert 0.02 < refused / 400 < 0.09
        assert played.owed == []

    def test_says_why_it_refuses(self) -> None:
        played = scene()
        for number in range(400):
            billing.owe(played, top_up(number))
        for each in billing.answers(played):
            assert isinstance(each, TopUpAnswered)
            assert (each.why is None) == each.accepted

    def test_answers_a_fulfilment_in_kind(self) -> None:
        played = scene()
        request = FulfilmentRequested(
            id="f1", occurred_at=at("2026-01-11 10:00"), msisdn=NUMBER, offer_id="o1", mechanism="m", terms={}
        )
        billing.owe(played, request)
        played.day += billing.LATE_DAYS_MAX
        (answer,) = billing.answers(played)
        assert isinstance(answer, FulfilmentAnswered)
        assert (answer.request_id, answer.msisdn) == ("f1", NUMBER)

    def test_owes_nothing_for_other_events(self) -> None:
        played = scene()
        billing.owe(played, bill("2026-01", 1))
        assert played.owed == []


class TestStaff:
    """Each county has its managers and callers, above them who supervises."""

    def test_is_the_same_for_the_same_seed_and_nobody_shares_a_login(self) -> None:
        people = staff(7)
        assert people == staff(7) != staff(8)
        assert len({person.staff_id for person in people}) == len(people)

    @pytest.mark.parametrize("county", [county.path for county in COUNTIES])
    def test_of_a_county_works_and_supervises_there(self, county: str) -> None:
        roles = [person.role for person in staff(7) if person.region == county]
        assert sorted(set(roles)) == ["county_supervisor", "customer_manager", "phone_manager"]

    def test_lies_within_the_province(self) -> None:
        assert all(within(person.region, PROVINCE.path) for person in staff(7))
        assert {"integrator", "channel", "ops", "finance", "auditor"} <= {person.role for person in staff(7)}

    def test_of_a_small_operator_works_for_all_of_its_province(self) -> None:
        people = list(province_staff(7, "990000"))
        assert {person.region for person in people} == {"990000"}
        assert {"customer_manager", "phone_manager", "province_admin", "channel"} <= {each.role for each in people}
