"""What Prometheus scrapes and when it alerts; `python -m deploy.prometheus` writes docs/metrics.md."""
