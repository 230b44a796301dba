"""Exports: any list of the schema as a file of rows, CSV or a workbook, read page by page with the viewer's rights."""
