"""What tests share: builders of events, a running service, the real records."""
