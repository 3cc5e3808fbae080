"""What screens are made of: functions of values and vars. Nothing here knows a State."""
