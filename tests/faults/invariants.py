"""What must hold after any fault, as one query each: how many rows break it (ids after the fault programme)."""

INVARIANTS = {
    "I3 a position is not where its log ends, or an inbox row lies behind it": """
        SELECT count(*) FROM {stage}.consumer_offset AS o JOIN {stage}.inbox AS i
        ON i.topic = o.topic AND i.partition = o.partition WHERE i.log_offset >= o.next_offset""",
    "I10 an outbox row was not published": "SELECT count(*) FROM {stage}.outbox",
}
"""For each stage."""

ROAD = {
    "I5 a worked warning without exactly one item": """
        SELECT count(*) FROM dispatch.warning AS w LEFT JOIN dispatch.work_item AS i USING (work_item_id)
        WHERE w.state IN ('worked', 'open') AND (i.customer_id IS DISTINCT FROM w.customer_id)""",
    "I5 a customer with two open items": """
        SELECT count(*) FROM (SELECT 1 FROM dispatch.work_item WHERE state = 'open'
        GROUP BY customer_id HAVING count(*) > 1) AS twice""",
    "I5 an item in another tier than its first warning says": """
        SELECT count(*) FROM dispatch.work_item AS i JOIN LATERAL
        (SELECT facts FROM dispatch.warning AS w WHERE w.work_item_id = i.work_item_id
         ORDER BY raised_at, warning_id LIMIT 1) AS first ON true
        WHERE (i.tier = 'customer_manager') IS DISTINCT FROM (
            coalesce((facts ->> 'arpu_fen')::bigint >= 20000, false) OR (facts ->> 'stars')::int >= 5
            OR facts ->> 'important' IS NOT NULL)""",
    "I5 an item in another region than its warnings": """
        SELECT count(*) FROM dispatch.work_item AS i JOIN dispatch.warning AS w USING (work_item_id)
        WHERE i.home_region <> w.region""",
    "I8 a month and county whose warned count is not its warnings": """
        SELECT count(*) FROM
        (SELECT to_char(raised_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM') AS month, region, count(*) AS n
         FROM dispatch.warning GROUP BY 1, 2) AS facts
        FULL JOIN (SELECT month, region, sum(value) AS n FROM kpi.counter WHERE measure = 'warned'
         GROUP BY 1, 2 HAVING sum(value) <> 0) AS kept USING (month, region)
        WHERE facts.n IS DISTINCT FROM kept.n""",
    "I8 a person whose worked count is not their closed items": """
        SELECT count(*) FROM
        (SELECT last.staff_id, count(*) AS n FROM dispatch.work_item AS i JOIN LATERAL
         (SELECT staff_id FROM dispatch.contact AS c WHERE c.work_item_id = i.work_item_id
          ORDER BY contacted_at DESC, contact_id LIMIT 1) AS last ON true
         WHERE i.state = 'worked' GROUP BY 1) AS facts
        FULL JOIN (SELECT staff_id, sum(value) AS n FROM kpi.counter WHERE measure = 'worked'
         GROUP BY 1 HAVING sum(value) <> 0) AS kept USING (staff_id)
        WHERE facts.n IS DISTINCT FROM kept.n""",
    "I8 warnings in no state": "SELECT count(*) FROM dispatch.warning WHERE state IS NULL",
}

STAGES = ("warning", "dispatch", "offers", "points", "kpi")


def queries() -> dict[str, str]:
    """Return every query by what it counts."""
    by_stage = {f"{stage}: {what}": q.format(stage=stage) for stage in STAGES for what, q in INVARIANTS.items()}
    return by_stage | ROAD
