"""The review for other programs: tables as CSV files, and OSCAL assessment results."""
