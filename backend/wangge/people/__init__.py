"""People (人员): who works where; appointments give powers, duties give grids."""
