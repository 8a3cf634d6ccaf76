-- What of the deployment's base map (底图) each phone carries.
insert into policies (key, valid_from, value, unit, source) values
 ('base_map_margin_m', '2026-01-01', '1000', 'metres around one''s grids',
  'deployment''s choice: the way to the grid''s edge from the next street'),
 ('base_map_max_zoom', '2026-01-01', '15', 'zoom of web Mercator tiles; deeper ones are stretched from it',
  'deployment''s choice: vector tiles of zoom 15 show every street and building'),
 ('base_map_max_bytes', '2026-01-01', '20000000', 'bytes of tiles in one phone''s extract',
  'deployment''s choice: what a cheap phone and a slow network bear; where it does not suffice the deepest zooms are left out'),
 ('base_map_refresh_days', '2026-01-01', '7', 'days after which a phone asks for a newer one by itself',
  'deployment''s choice, as for the other map data'),
 ('base_map_keep_days', '2026-01-01', '30', 'days the server keeps an extract nobody has asked for',
  'deployment''s choice: it can be made again in a second');
