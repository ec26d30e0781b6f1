-- Who may log in: the services and Grafana. The owner runs it after every `python -m deploy.prepare`; it may be run
-- again at any time, and gives both logins the passwords that the environment names now:
--   psql --set ON_ERROR_STOP=1 --file deploy/postgres/logins.sql
\getenv service_password KEEPLINE_SERVICE_PASSWORD
\getenv grafana_password KEEPLINE_GRAFANA_PASSWORD

SELECT format('CREATE ROLE %I LOGIN', name) FROM unnest(ARRAY['keepline_service', 'keepline_grafana']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec

ALTER ROLE keepline_service PASSWORD :'service_password';
ALTER ROLE keepline_grafana PASSWORD :'grafana_password';

-- The services own nothing and have no right by themselves: each connection takes one service's role.
SELECT format('GRANT %I TO keepline_service WITH INHERIT FALSE, SET TRUE', rolname)
FROM pg_roles, pg_namespace WHERE rolname IN (nspname || '_stream', nspname || '_api') \gexec

-- Grafana sees the sums of KPI, and nothing that names a customer.
GRANT kpi_reader TO keepline_grafana WITH INHERIT TRUE;
ALTER ROLE keepline_grafana SET default_transaction_read_only = on;
ALTER ROLE keepline_grafana SET statement_timeout = '15s';
