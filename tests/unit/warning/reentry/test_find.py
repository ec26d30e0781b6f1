"""A new number is a customer come back, a second number, a dealer's, or nothing that anybody should say."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from services.warning.domain.reentry.columns import people_of
from services.warning.domain.reentry.explain import explain
from services.warning.domain.reentry.find import Reentry, find_reentries
from services.warning.domain.reentry.limits import Limits
from services.warning.domain.reentry.profiles import About, Profiles, Usage
from tests.unit.warning.reentry.town import AFTER, ALWAYS, BEFORE, both, circle_of, number, town, uses

pytestmark = pytest.mark.unit

NEW, OTHER = "+8619910000001", "+8619910000002"
HOTLINE = "10086"
Said = tuple[str, str, str | None]


def said(usages: list[Usage], *new: str, about: dict[str, About] | None = None) -> list[Said]:
    """Return of each finding its kind, the new and the old number."""
    return [(each.kind, each.new, each.old) for each in found(usages, *new, about=about)]


def found(usages: list[Usage], *new: str, about: dict[str, About] | None = None) -> list[Reentry]:
    """Return the findings about the new numbers; where none is named, about NEW."""
    return find_reentries(people_of(*both(usages, new or (NEW,), about)), Limits())


def test_a_number_that_takes_over_a_silent_ones_circle_is_churn_hidden_as_growth() -> None:
    usages = town(leaving=[7]) + uses(NEW, circle_of(7), AFTER)
    assert said(usages) == [("churn_hidden_as_growth", NEW, number(7))]


def test_the_evidence_tells_every_term_and_what_it_was_held_against() -> None:
    (reentry,) = found(town(leaving=[7]) + uses(NEW, circle_of(7), AFTER))
    told = dict(reentry.evidence)
    assert {
        name: told[name] for name in ("old_relation", "silent_days", "peers_shared", "score_min", "same_handset")
    } == {
        "old_relation": "silent",
        "silent_days": 20,
        "peers_shared": 8,
        "score_min": 0.5,
        "same_handset": False,
    }
    assert told["score"] >= told["score_min"]
    assert told["standing"] - told["standing_of_second"] >= told["margin_min"]
    assert told["strength_nats"] - told["chance_nats"] >= told["strength_min_nats"]
    rarest_first = [peer["holders"] for peer in told["peers"]]
    assert rarest_first == sorted(rarest_first)


def test_no_peers_number_stands_in_the_evidence() -> None:
    (reentry,) = found(town(leaving=[7]) + uses(NEW, circle_of(7), AFTER))
    assert all("****" in peer["peer"] for peer in reentry.evidence["peers"])
    assert not any(peer in str(reentry.evidence) for peer in circle_of(7))


def test_both_alive_is_a_second_number() -> None:
    assert said(town() + uses(NEW, circle_of(7), AFTER)) == [("second_number", NEW, number(7))]


def test_both_alive_and_calling_one_another_are_friends() -> None:
    usages = town() + uses(NEW, [*circle_of(7), number(7)], AFTER)
    assert said(usages) == []


def test_a_suspended_number_counts_as_gone_at_once() -> None:
    about = {number(7): About(suspended_on=AFTER[-1])}
    late = AFTER[-2:]
    usages = [*town(leaving=[7]), *uses(number(7), circle_of(7), AFTER[:-2]), *uses(NEW, circle_of(7), late)]
    assert said(usages, about=about) == [("churn_hidden_as_growth", NEW, number(7))]
    assert said(usages) == []


def test_a_falling_number_is_hidden_churn_too() -> None:
    (reentry,) = found(town(leaving=[7]) + uses(number(7), circle_of(7), AFTER[-1:]) + uses(NEW, circle_of(7), AFTER))
    assert (reentry.kind, reentry.evidence["old_relation"]) == ("churn_hidden_as_growth", "falling")


def test_a_stranger_is_nobodys_new_number() -> None:
    strangers = [f"+861771{each:07d}" for each in range(8)]
    assert said(town(leaving=[7]) + uses(NEW, strangers, AFTER)) == []


def test_two_old_numbers_alike_are_told_of_neither() -> None:
    usages = town(leaving=[7, 8], circles={8: circle_of(7)}) + uses(NEW, circle_of(7), AFTER)
    assert said(usages) == []


def test_one_that_was_gone_long_before_is_not_come_back() -> None:
    usages = [use for use in town(leaving=[7]) if use.msisdn != number(7) or use.day == BEFORE[0]]
    assert said(usages + uses(NEW, circle_of(7), AFTER[5:])) == []


def test_a_hotline_that_all_call_neither_makes_nor_hides_a_match() -> None:
    with_hotline = {place: [*circle_of(place), HOTLINE] for place in range(60)}
    only = uses(NEW, [HOTLINE], AFTER)
    assert said(town(leaving=[7], circles=with_hotline) + only) == []
    back = uses(NEW, [*circle_of(7), HOTLINE], AFTER)
    assert said(town(leaving=[7], circles=with_hotline) + back) == [("churn_hidden_as_growth", NEW, number(7))]


def test_the_same_identity_is_enough_alone_and_the_same_handset_is_not() -> None:
    usages = town(leaving=[7]) + uses(NEW, ["+8617700000001"], AFTER)
    same = {NEW: About(identity="h1"), number(7): About(identity="h1")}
    assert said(usages, about=same) == [("churn_hidden_as_growth", NEW, number(7))]
    handset = [
        structs.replace(use, imei="350000000000017") if use.msisdn in {NEW, number(7)} else use for use in usages
    ]
    assert said(handset) == []


def test_a_handset_helps_half_a_circle() -> None:
    half = uses(NEW, [*circle_of(7)[-2:], *(f"+861771{each:07d}" for each in range(3))], AFTER)
    usages = town(leaving=[7]) + half
    assert said(usages) == []
    handset = [
        structs.replace(use, imei="350000000000017") if use.msisdn in {NEW, number(7)} else use for use in usages
    ]
    assert said(handset) == [("churn_hidden_as_growth", NEW, number(7))]


def test_a_company_that_holds_many_numbers_is_no_customer_come_back() -> None:
    company = {number(place): About(identity="firm") for place in range(300)}
    usages = town(people=300, leaving=[7]) + uses(NEW, ["+8617700000001"], AFTER)
    assert said(usages, about=company | {NEW: About(identity="firm")}) == []


def test_two_new_numbers_of_one_customer_are_both_told() -> None:
    usages = town(leaving=[7]) + uses(NEW, circle_of(7), AFTER) + uses(OTHER, circle_of(7), AFTER)
    assert said(usages, NEW, OTHER) == [
        ("churn_hidden_as_growth", NEW, number(7)),
        ("churn_hidden_as_growth", OTHER, number(7)),
    ]


def test_who_is_clearly_less_alike_does_not_share_the_old_number() -> None:
    less = [*circle_of(7)[:5], *(f"+861771{each:07d}" for each in range(4))]
    usages = town(leaving=[7]) + uses(NEW, circle_of(7), AFTER) + uses(OTHER, less, AFTER)
    assert said(usages, NEW, OTHER) == [("churn_hidden_as_growth", NEW, number(7))]


def test_who_moves_with_the_family_is_found_once_one_of_them_is() -> None:
    mine, theirs = ["+8618819999901", "+8618819999902"], ["+8618819999903", "+8618819999904", "+8618819999905"]
    circles = {7: [number(8), *mine], 8: [number(7), *theirs]}
    alone = uses(NEW, [OTHER, mine[0]], AFTER)
    usages = town(leaving=[7, 8], circles=circles) + alone + uses(OTHER, [NEW, *theirs], AFTER)
    assert said(usages, NEW, OTHER) == [
        ("churn_hidden_as_growth", NEW, number(7)),
        ("churn_hidden_as_growth", OTHER, number(8)),
    ]
    once = find_reentries(people_of(*both(usages, [NEW, OTHER])), Limits(rounds_max=1))
    assert [each.new for each in once] == [OTHER]


def test_many_on_one_handset_are_a_dealers_whomever_they_call() -> None:
    new = [f"+86199200000{each:02d}" for each in range(5)]
    usages = town(leaving=[7]) + [use for who in new for use in uses(who, circle_of(7), AFTER, imei="350000000000017")]
    assert said(usages, *new) == [("dealer_pattern", who, None) for who in new]
    assert "dealer_pattern" not in {kind for kind, _, _ in said(usages, *new[:4])}


def test_thin_numbers_in_one_cell_are_a_dealers_and_a_customers_is_the_customers() -> None:
    new = [f"+86199200000{each:02d}" for each in range(12)]
    thin = [use for who in new for use in uses(who, [HOTLINE], AFTER, cell="1501001-7")]
    back = uses(NEW, circle_of(7), AFTER, cell="1501001-7")
    others = [f"+86199300000{each:02d}" for each in range(9)]
    usual = [use for place, who in enumerate(others) for use in uses(who, [HOTLINE], AFTER, cell=f"1501002-{place}")]
    told = said(town(leaving=[7]) + thin + back + usual, NEW, *new, *others)
    assert told == [("churn_hidden_as_growth", NEW, number(7)), *(("dealer_pattern", who, None) for who in new)]


def test_ids_derive_from_who_and_when() -> None:
    usages = town(leaving=[7]) + uses(NEW, circle_of(7), AFTER)
    (once,), (again,), (later,) = (
        found(usages),
        found(usages[::-1]),
        found(usages, about={NEW: About(activated_on=AFTER[1])}),
    )
    assert once == again
    assert once.id != later.id


def test_each_is_explained_in_chinese_and_english() -> None:
    (back,) = found(town(leaving=[7]) + uses(NEW, circle_of(7), AFTER))
    assert explain(back.evidence) == (
        "疑似重入网：与原号码有8个共同联系人，相似度0.98（门限0.50），原号码已静默20天",
        "An old customer's new number: 8 peers in common with the old one, score 0.98 of 0.50 asked for;"
        " the old one has been silent for 20 days",
    )
    new = [f"+86199200000{each:02d}" for each in range(5)]
    dealt = found([use for who in new for use in uses(who, [HOTLINE], AFTER, imei="350000000000017")], *new)
    assert explain(dealt[0].evidence) == (
        "疑似代理商养卡：同一终端在7天左右的窗口内新入网5个号码",
        "Looks like a dealer's growth: 5 new numbers began on one handset within windows of 7 days",
    )


def test_windows_that_differ_are_not_compared() -> None:
    new, old = both(town() + uses(NEW, circle_of(7), AFTER), [NEW])
    with pytest.raises(ValueError, match="could not compare"):
        people_of(structs.replace(new, until=ALWAYS[-2]), old)


def renamed(profiles: Profiles, names: dict[str, str]) -> Profiles:
    """Return the same town under other names."""
    told = {
        names[each.msisdn]: structs.replace(
            each,
            msisdn=names[each.msisdn],
            circle={names.get(peer, peer[::-1]): tie for peer, tie in each.circle.items()},
        )
        for each in profiles.numbers.values()
    }
    return structs.replace(profiles, numbers=told)


@settings(max_examples=15, deadline=None)
@given(st.randoms(use_true_random=False), st.sets(st.integers(0, 39), min_size=1, max_size=6))
def test_neither_names_nor_order_change_what_is_found(luck: object, leaving: set[int]) -> None:
    assert hasattr(luck, "shuffle")
    back = {f"+8619910000{place:03d}": place for place in leaving}
    usages = town(40, leaving) + [use for who, place in back.items() for use in uses(who, circle_of(place), AFTER)]
    luck.shuffle(usages)
    new, old = both(usages, back)
    everyone = sorted([*new.numbers, *old.numbers])
    others = [f"+86170{place:08d}" for place in range(len(everyone))]
    luck.shuffle(others)
    names = dict(zip(everyone, others, strict=True))
    plain = {
        (each.kind, names[each.new], names[each.old or ""]) for each in find_reentries(people_of(new, old), Limits())
    }
    again = find_reentries(people_of(renamed(new, names), renamed(old, names)), Limits())
    assert {(each.kind, each.new, each.old) for each in again} == plain
    assert len(plain) == len(back)
    assert [each.new for each in again] == sorted(each.new for each in again)


@pytest.mark.parametrize("usages", [[], town(5), uses(NEW, circle_of(7), AFTER), uses(NEW, [], AFTER)])
def test_where_one_side_is_empty_nothing_is_found(usages: list[Usage]) -> None:
    assert said(usages) == []


def test_numbers_that_call_nobody_are_not_alike() -> None:
    assert said([*uses(NEW, [], AFTER), *uses(number(1), [], BEFORE), *uses(number(2), [], ALWAYS)]) == []
