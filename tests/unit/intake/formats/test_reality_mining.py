"""Call logs as CDRs: each answered call is one, under a number made up from the person."""

import pytest

from services.intake.domain.formats.reality_mining import FORMAT
from shared.events.call_detail_record import CallDetailRecord
from tests.support.builders import at
from tests.unit.intake.formats.sources import Folder, lines, refused, taken

pytestmark = pytest.mark.unit

HEADER = "subjectId\totherPartyId\tduration\tdirection\tdate"


def log(*rows: str) -> dict[str, str]:
    """Return a log with these rows, fields apart by a space where a tab is due."""
    return {"calls.txt": "\n".join([HEADER, *(row.replace("|", "\t") for row in rows)])}


def test_an_answered_call_is_a_cdr_of_whoever_logged_it() -> None:
    (cdr,) = taken(FORMAT, log("3|14|61|Incoming|2004-10-05 13:01:02"))
    assert isinstance(cdr, CallDetailRecord)
    assert cdr == CallDetailRecord(
        id=cdr.id,
        occurred_at=at("2004-10-05 13:01:02"),
        msisdn="+8619910000003",
        service="voice",
        direction="in",
        peer="+8619910000014",
        duration_s=61,
    )


def test_a_row_logged_twice_is_one_call_and_any_other_is_another() -> None:
    row = "3|14|61|Incoming|2004-10-05 13:01:02"
    same = taken(FORMAT, log(row, row))
    assert same[0].id == same[1].id
    others = [row.replace("|61|", "|62|"), row.replace("3|", "4|"), row.replace("Incoming", "Outgoing")]
    assert len({event.id for event in taken(FORMAT, log(row, *others))}) == 4


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("3|14|0|Incoming|2004-10-05 13:01:02", "not_answered"),
        ("3|14|-1|Incoming|2004-10-05 13:01:02", "bad_value"),
        ("3|14|1.5|Incoming|2004-10-05 13:01:02", "bad_value"),
        ("3|14|61|Missed|2004-10-05 13:01:02", "bad_value"),
        ("3|14|61|Incoming|yesterday", "bad_value"),
        ("three|14|61|Incoming|2004-10-05 13:01:02", "bad_value"),
        ("3|10000000|61|Incoming|2004-10-05 13:01:02", "bad_value"),
        ("3|14|61|Incoming|0004-10-05 13:01:02", "schema"),
        ("3|14|61|Incoming", "bad_row"),
        ("3|14|61|Incoming|2004-10-05 13:01:02|more", "bad_row"),
        ('3|14|61|Incoming|"2004', "bad_row"),
    ],
)
def test_a_row_that_cannot_be_read_is_refused_with_its_reason_and_costs_no_other(row: str, reason: str) -> None:
    good = "3|14|61|Incoming|2004-10-05 13:01:02"
    texts = log(good, row, good)
    assert refused(FORMAT, texts) == [("calls.txt", 3, reason)]
    assert (len(taken(FORMAT, texts)), lines(FORMAT, texts)) == (2, 2)


def test_a_file_of_another_format_is_told_by_its_header() -> None:
    with pytest.raises(ValueError, match="has no column subjectId"):
        list(FORMAT.read(Folder({"other.csv": "id,user_id\n1,2"})))
