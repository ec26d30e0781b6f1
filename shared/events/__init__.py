"""The schema of events: one file is one class of event and its TOPIC. Nothing here decides anything."""
