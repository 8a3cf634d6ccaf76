-- What every Wangge database needs from the superuser. Run on each database that
-- PrivateCluster makes, and again when this file changes; so each line may run twice.
-- psql variable: database.

CREATE EXTENSION IF NOT EXISTS postgis;
CREATE EXTENSION IF NOT EXISTS ltree;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS pgcrypto;

-- Row-level security adds "my grid path only" to every query. PostgreSQL must apply that
-- condition before any function that could leak the row's content (by an error message, for
-- instance), and it assumes so of every function not marked LEAKPROOF. The operators && and
-- @> <@ are therefore kept out of the index scan and each row is read: a bounding-box query
-- over the employers went from 0.2 ms to 230 ms. These three functions compare bounding
-- boxes and labels, and raise nothing that depends on a row's values; only a superuser may
-- say so, which is why it is here and not in a migration.
ALTER FUNCTION geometry_overlaps(geometry, geometry) LEAKPROOF;
ALTER FUNCTION ltree_isparent(ltree, ltree) LEAKPROOF;
ALTER FUNCTION ltree_risparent(ltree, ltree) LEAKPROOF;

-- Only our two roles come in. The API may neither create objects nor shadow ours with
-- temporary ones; its rights on tables are granted by the migrations.
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO wangge_app;
GRANT USAGE ON SCHEMA public TO wangge_app;
