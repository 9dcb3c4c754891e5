"""Dates as CLDR has them, where Django's own differ; English as the desk says it, with 24 hours."""
