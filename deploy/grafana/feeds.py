"""Panels on how good the upstream feeds are today (W20)."""

from deploy.grafana.panels import BAD, WATCH, AnyPanel, Words, lines
from deploy.grafana.queries import lines_of


def silent() -> AnyPanel:
    """Show since when feeds have been silent that should have spoken."""
    words = Words(
        title="Feeds that are silent",
        says="Since when an upstream feed has said nothing although its own past lets expect it, in business time. "
        "Above 0 for five minutes FeedSilent wakes a person.",
        unit="s",
        limits=[(1, BAD)],
    )
    return lines(words, lines_of("max by (topic) (keepline_feed_silent_seconds)", "{{topic}}"))


def complete() -> AnyPanel:
    """Show what share of today's records came."""
    words = Words(
        title="Feeds: what came today",
        says="Share of today's records that came, by their numbers or by the feed's own past of the same weekday or "
        "day of the month. Below 0.9: `./keepline feeds` says what is missing.",
        unit="percentunit",
    )
    return lines(words, lines_of("min by (topic) (keepline_feed_completeness)", "{{topic}}"))


def late() -> AnyPanel:
    """Show how late records come."""
    words = Words(
        title="Feeds: from event to arrival, p95",
        says="What 95 in 100 of today's records did not exceed from the event to Kafka. Hours where minutes were "
        "usual: the owner's export or line is behind.",
        unit="s",
        limits=[(14_400, WATCH)],
    )
    return lines(words, lines_of("max by (topic) (keepline_feed_delay_seconds)", "{{topic}}"))


def repeated() -> AnyPanel:
    """Show what share of records came twice, or could not be read."""
    words = Words(
        title="Feeds: repeated and refused",
        says="Shares of today's records that had come before, and that could not be read. Steadily above 0: has the "
        "sender heard that its records arrived?",
        unit="percentunit",
        limits=[(0.2, WATCH)],
    )
    twice = lines_of("max by (topic) (keepline_feed_repeated_share)", "{{topic}} repeated")
    return lines(words, twice, lines_of("max by (topic) (keepline_feed_refused_share)", "{{topic}} refused", "B"))
