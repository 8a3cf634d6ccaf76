"""Base maps (底图): the deployment's own PMTiles archive, tile by tile for the desk, cut to one's area for the phone."""
