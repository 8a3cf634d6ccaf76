"""Access (权限): which role may do what, as data, for the console and for the documents."""
