"""Maps (地图): vector tiles of what one may see, and the public backdrop."""
