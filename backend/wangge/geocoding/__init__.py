"""Geocoding (地址定位): the deployment's own geocoder gives addresses a point; without one, points are set by hand."""
