-- How much of a person's mobile data photos may use by themselves. Records are not limited: a day of them is a few hundred
-- kilobytes.
insert into policies (key, valid_from, value, unit, source) values
 ('photo_cellular_mb_per_day', '2026-01-01', '30', 'MB per day and phone; 0: photos wait for Wi-Fi',
  'docs/sync.md: deployment''s choice; some 80 evidence copies, a long day''s');
