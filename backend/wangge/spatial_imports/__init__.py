"""Imports of spatial files (导入): a file is kept, read apart, shown with every defect, and written only when somebody says so."""
