"""Assets and what is rendered from them: intake, uploads that resume, renditions."""
