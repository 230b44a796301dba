"""Monthly reports of a grid or of all below it, as pages to look at and to print, with charts and without a script."""
