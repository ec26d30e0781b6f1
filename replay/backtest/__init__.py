"""The trial on the past (W15): archived facts decided again, as it was and as it would be under another policy.

Everything is decided number by number: what a number's rules remember hangs on that number's facts, on days that pass,
and on what the CRM tells of its customer. So a past of any length is decided in one sweep, and only what it says is
brought into one order again, for dispatch.
"""
