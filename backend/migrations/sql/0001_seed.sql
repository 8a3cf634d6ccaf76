insert into feed (epoch) values (gen_random_uuid());

insert into role_rights (role, right_code) values
 ('community', 'field.capture'), ('community', 'field.pull'), ('community', 'employer.read'), ('community', 'patrol.read'),
 ('street', 'field.capture'), ('street', 'field.pull'), ('street', 'grid.read'), ('street', 'coverage.read'),
 ('street', 'patrol.read'), ('street', 'employer.read'), ('street', 'records.read'),
 ('county', 'field.capture'), ('county', 'field.pull'), ('county', 'grid.read'), ('county', 'coverage.read'),
 ('county', 'patrol.read'), ('county', 'patrol.plan'), ('county', 'employer.read'), ('county', 'employer.review'), ('county', 'records.read'),
 ('city', 'grid.read'), ('city', 'coverage.read'), ('city', 'patrol.read'), ('city', 'patrol.plan'), ('city', 'employer.read'),
 ('city', 'employer.review'), ('city', 'records.read'), ('community', 'records.read'),
 -- whole telephone numbers of employers' contacts: for those who go there or send somebody; others see them masked
 ('community', 'contact.read'), ('street', 'contact.read'), ('county', 'contact.read');

insert into policies (key, valid_from, value, unit, source) values
 ('geofence_radius_m', '2026-01-01', '100', 'm', 'docs/decisions/0006: deployment''s choice, to be confirmed by the city'),
 ('poor_accuracy_m', '2026-01-01', '200', 'm', 'docs/decisions/0006'),
 ('position_max_age_s', '2026-01-01', '60', 's', 'docs/decisions/0006'),
 ('clock_skew_max_s', '2026-01-01', '300', 's', 'docs/decisions/0006'),
 ('evidence_copy_max_px', '2026-01-01', '1600', 'px', 'docs/decisions/0005'),
 ('evidence_max_bytes', '2026-01-01', '52428800', 'bytes', 'docs/decisions/0005'),
 ('evidence_max_pixels', '2026-01-01', '120000000', 'px', 'docs/decisions/0005'),
 ('original_upload', '2026-01-01', '"wifi"', 'network class', 'docs/decisions/0005'),
 ('sign_in_attempts', '2026-01-01', '5', 'attempts', 'GB/T 22239-2019 lockout; number is the deployment''s choice'),
 ('sign_in_lock_minutes', '2026-01-01', '15', 'min', 'GB/T 22239-2019 lockout; number is the deployment''s choice'),
 ('sign_in_per_minute_per_address', '2026-01-01', '60', 'attempts/min', 'deployment''s choice'),
 ('patrol_stops_max', '2026-01-01', '60', 'stops', 'deployment''s choice: what one person can walk in a day'),
 ('push_operations_max', '2026-01-01', '200', 'operations', 'docs/decisions/0003');
