"""What runs and watches the platform: compose, image, alerts, dashboards."""
