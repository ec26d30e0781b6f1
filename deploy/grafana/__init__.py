"""Dashboards as code: `python -m deploy.grafana` writes dashboards/*.json, which Grafana loads and nobody edits."""
