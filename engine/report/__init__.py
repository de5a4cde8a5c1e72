"""What a person reads: the report, the console summary, the key findings, and how numbers are written."""
