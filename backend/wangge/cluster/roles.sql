-- The two roles of a cluster; run at every bootstrap, so each line may run twice.
-- psql variables: owner_password, app_password.

SELECT 'CREATE ROLE wangge_owner' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'wangge_owner') \gexec
SELECT 'CREATE ROLE wangge_app' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'wangge_app') \gexec

ALTER ROLE wangge_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'owner_password';
ALTER ROLE wangge_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'app_password';
