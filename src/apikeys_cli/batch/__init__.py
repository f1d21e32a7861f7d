"""Files of rows, from the columns to the report."""
