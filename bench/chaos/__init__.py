"""The sieve under blows: processes killed, stopped and moved about while records stream in, and what they said."""
