"""People and units (人员、机构): who works where; appointments give powers, duties give grids."""
