"""The tests: unit and replay need nothing, integration a broker and a database, e2e and faults the whole platform."""
